"""Finding an image for one caller, and deciding again when somebody else was faster."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from chalicelib.catalog.access import may_change, may_see, owns
from chalicelib.catalog.errors import (
    EditConflict,
    ImageGone,
    ImageHidden,
    ImageNotFound,
    NotOwner,
    NotOwnerOfPublic,
    PolicyMissing,
    StaleImage,
)
from chalicelib.catalog.image import OPEN, Alias, Image, ImageNumber, Name, OwnName, TenantAlias, is_uuid
from chalicelib.catalog.ports import Found, ImageRepository
from chalicelib.catalog.principal import Policy, Principal

T = TypeVar("T")


class Ownerless(NotOwner):
    """The image is nobody's, so that only administrators may change it."""


ATTEMPTS = 12
LONGEST_PAUSE = 0.2
NOBODY = "-"
"""An id that no image has."""


def attempts() -> Iterator[int]:
    """Count the tries of an optimistic write, pausing at random (seconds) before each but the first."""
    for attempt in range(ATTEMPTS):
        if attempt:
            # It keeps writers that met once from meeting again, functions that started from one snapshot among them.
            time.sleep(random.SystemRandom().uniform(0, min(LONGEST_PAUSE, 0.005 * 2**attempt)))
        yield attempt


def retried(name: str, act: Callable[[], T], what: str = "Image") -> T:
    """What comes of an optimistic read and write, tried again while others are faster. Raises EditConflict."""
    for _ in attempts():
        try:
            return act()
        except StaleImage:
            continue
    raise EditConflict(name, what)


class Lookup:
    """Reads images with the eyes of one principal, and remembers the ids of those that it was shown."""

    def __init__(self, principal: Principal, images: ImageRepository) -> None:
        self.principal = principal
        self._images = images
        self._touched: dict[str, None] = {}

    @property
    def touched(self) -> tuple[str, ...]:
        """The ids of all images that were found, or made, for the caller."""
        return tuple(self._touched)

    def touch(self, image: Image) -> None:
        """Remember an image."""
        self._touched[image.id] = None

    def require(self, policy: Policy) -> None:
        """Raise PolicyMissing unless the caller holds the policy."""
        if not self.principal.holds(policy):
            raise PolicyMissing(policy)

    def find(self, name: str | Name, *members: str, gone: bool = False) -> Found:
        """The image with the caller's membership and those of `members`; by another name, one of the tenant's own.

        Raises ImageNotFound, ImageHidden; ImageGone for deleted ones unless `gone`, to administrators only.
        """
        return self.find_all([name], *members, gone=gone)[0]

    def find_all(self, names: Sequence[str | Name], *members: str, gone: bool = False) -> list[Found]:
        """As `find`, of several images at once; the first that is refused raises.

        One round trip for a hundred ids, another for a hundred other names.
        """
        tenant = self.principal.tenant
        holders = self._images.holders([name for name in names if not isinstance(name, str)], tenant)
        ids = [name if isinstance(name, str) else holders.get(name) or _own_id(name) for name in names]
        # Of an image that is the tenant's own, no membership matters.
        shared = () if all(isinstance(name, OwnName) for name in names) else (tenant, *members)
        found = self._images.each([image_id for image_id in ids if image_id], *shared)
        held = [_held(name, found.get(image_id or ""), holders) for name, image_id in zip(names, ids, strict=True)]
        seen = [self._seen(name, each, gone=gone) for name, each in zip(names, held, strict=True)]
        for each in seen:
            self.touch(each.image)
        return seen

    def _seen(self, name: str | Name, found: Found | None, *, gone: bool) -> Found:
        if found is None:
            raise ImageNotFound(str(name))
        image, tenant = found.image, self.principal.tenant
        if isinstance(name, OwnName):
            if image.gone or not owns(self.principal, image):
                raise ImageNotFound(str(name))
            return found
        membership = found.memberships.get(tenant) if tenant else None
        if not may_see(self.principal, image, membership):
            raise ImageNotFound(str(name)) if image.gone else ImageHidden(str(name))
        if image.gone and not gone:
            raise ImageGone(str(name)) if self.principal.is_admin else ImageNotFound(str(name))
        return found

    def check_owner(self, image: Image, name: str | Name) -> None:
        """Raise NotOwner or NotOwnerOfPublic unless the caller, who calls it by this name, may change the image."""
        if not may_change(self.principal, image):
            if image.visibility in OPEN:
                raise NotOwnerOfPublic(str(name))
            raise Ownerless(str(name)) if image.owner is None else NotOwner(str(name))


def _own_id(name: Name) -> str | None:
    """The id that a name is, if it can be one: images without an alias go by their own id.

    In its stead nobody's is looked up, so that a name that nobody has costs what one costs that another tenant has.
    """
    if isinstance(name, Alias | TenantAlias) and is_uuid(name.alias):
        return name.alias
    return None if isinstance(name, TenantAlias) else NOBODY


def _held(name: str | Name, found: Found | None, holders: Mapping[Name, str]) -> Found | None:
    """The image, unless it was found by its id, and goes by an alias instead."""
    if found is None or isinstance(name, str | ImageNumber):
        return found
    aliases = found.image.aliases if isinstance(name, Alias) else found.image.tenant_aliases
    return None if name not in holders and name.namespace in aliases else found
