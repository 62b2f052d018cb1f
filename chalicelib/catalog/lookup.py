"""Finding images for one caller, and retrying writes that conflict."""

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
    """The image has no owner, so only administrators may change it."""


ATTEMPTS = 12
LONGEST_PAUSE = 0.2
NOBODY = "-"
"""An id that no image has."""


def attempts() -> Iterator[int]:
    """Count the tries of an optimistic write, pausing at random (seconds) before each but the first."""
    for attempt in range(ATTEMPTS):
        if attempt:
            # Keeps writers that collided from colliding again, even functions restored from the same snapshot.
            time.sleep(random.SystemRandom().uniform(0, min(LONGEST_PAUSE, 0.005 * 2**attempt)))
        yield attempt


def retry(name: str, act: Callable[[], T], what: str = "Image") -> T:
    """The result of `act`, which reads and writes; again while it raises StaleImage. Raises EditConflict at last."""
    for _ in attempts():
        try:
            return act()
        except StaleImage:
            continue
    raise EditConflict(name, what)


class Lookup:
    """Finds the images that one principal may see, and remembers the ids of those found."""

    def __init__(self, principal: Principal, images: ImageRepository) -> None:
        self.principal = principal
        self._images = images
        self._touched: dict[str, None] = {}

    @property
    def touched(self) -> tuple[str, ...]:
        """The ids of all images that were found, or made, for the caller."""
        return tuple(self._touched)

    def touch(self, image: Image) -> None:
        """Add an image to `touched`."""
        self._touched[image.id] = None

    def require(self, policy: Policy) -> None:
        """Raise PolicyMissing unless the caller holds the policy."""
        if not self.principal.holds(policy):
            raise PolicyMissing(policy)

    def find(self, name: str | Name, *members: str, gone: bool = False) -> Found:
        """The image with the caller's membership and those of `members`; an `OwnName` finds the tenant's own only.

        Raises ImageNotFound, ImageHidden; ImageGone for deleted ones unless `gone`, to administrators only.
        """
        return self.find_all([name], *members, gone=gone)[0]

    def find_all(self, names: Sequence[str | Name], *members: str, gone: bool = False) -> list[Found]:
        """As `find`, for several images; raises for the first that is refused.

        Takes a round trip for each hundred ids, and another for each hundred other names.
        """
        tenant = self.principal.tenant
        holders = self._images.holders([name for name in names if not isinstance(name, str)], tenant)
        ids = [name if isinstance(name, str) else holders.get(name) or _own_id(name) for name in names]
        # Memberships do not matter for the tenant's own images.
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
        """Raise NotOwner, with the name that the caller used, unless the caller may change the image."""
        if not may_change(self.principal, image):
            if image.visibility in OPEN:
                raise NotOwnerOfPublic(str(name))
            raise Ownerless(str(name)) if image.owner is None else NotOwner(str(name))


def _own_id(name: Name) -> str | None:
    """The id to look up for an alias that no image holds: itself if it is a UUID, as images without an alias go by it.

    Otherwise NOBODY, unless tenants have aliases of their own: looking up an unused one must take as long as another's.
    """
    if isinstance(name, Alias | TenantAlias) and is_uuid(name.alias):
        return name.alias
    return None if isinstance(name, TenantAlias) else NOBODY


def _held(name: str | Name, found: Found | None, holders: Mapping[Name, str]) -> Found | None:
    """The image, unless it was found by its id although it has an alias."""
    if found is None or isinstance(name, str | ImageNumber):
        return found
    aliases = found.image.aliases if isinstance(name, Alias) else found.image.tenant_aliases
    return None if name not in holders and name.namespace in aliases else found
