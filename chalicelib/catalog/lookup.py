"""Finding an image for one caller, and deciding again when somebody else was faster."""

import random
import time
from collections.abc import Callable, Iterator
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
from chalicelib.catalog.image import Alias, Image, ImageNumber, Name, OwnName, TenantAlias, Visibility, is_uuid
from chalicelib.catalog.ports import Found, ImageRepository
from chalicelib.catalog.principal import Policy, Principal

T = TypeVar("T")

ATTEMPTS = 12
LONGEST_PAUSE = 0.2


def attempts() -> Iterator[int]:
    """Count the tries of an optimistic write, pausing at random (seconds) before each but the first."""
    for attempt in range(ATTEMPTS):
        if attempt:
            # It keeps writers that met once from meeting again, functions that started from one snapshot among them.
            time.sleep(random.SystemRandom().uniform(0, min(LONGEST_PAUSE, 0.005 * 2**attempt)))
        yield attempt


def retried(image_id: str, act: Callable[[], T]) -> T:
    """What comes of an optimistic read and write, tried again while others are faster. Raises EditConflict."""
    for _ in attempts():
        try:
            return act()
        except StaleImage:
            continue
    raise EditConflict(image_id)


class Lookup:
    """Reads images with the eyes of one principal."""

    def __init__(self, principal: Principal, images: ImageRepository) -> None:
        self.principal = principal
        self._images = images

    def require(self, policy: Policy) -> None:
        """Raise PolicyMissing unless the caller holds the policy."""
        if not self.principal.holds(policy):
            raise PolicyMissing(policy)

    def find(self, image_id: str | Name, *members: str, gone: bool = False) -> Found:
        """The image with the caller's membership and those of `members`; by another name, one of the tenant's own.

        Raises ImageNotFound, ImageHidden; ImageGone for deleted ones unless `gone`, to administrators only.
        """
        if isinstance(image_id, TenantAlias | ImageNumber):
            return self._find_own(image_id)
        if isinstance(image_id, Alias):
            return self._find_alias(image_id, gone=gone)
        tenant = self.principal.tenant
        found = self._images.get(image_id, tenant, *members)
        if found is None:
            raise ImageNotFound(image_id)
        membership = found.memberships.get(tenant) if tenant else None
        if not may_see(self.principal, found.image, membership):
            raise ImageNotFound(image_id) if found.image.gone else ImageHidden(image_id)
        if found.image.gone and not gone:
            raise ImageGone(image_id) if self.principal.is_admin else ImageNotFound(image_id)
        return found

    def _find_alias(self, name: Alias, *, gone: bool) -> Found:
        image_id = self._images.holder(name, None) or (name.alias if is_uuid(name.alias) else None)
        if image_id is None:
            raise ImageNotFound(name.alias)
        found = self.find(image_id, gone=gone)
        if image_id == name.alias and name.namespace in found.image.aliases:
            raise ImageNotFound(name.alias)
        return found

    def _find_own(self, name: OwnName) -> Found:
        image_id = self._images.holder(name, self.principal.tenant)
        found = self._images.get(image_id) if image_id else self._without_alias(name)
        if found is None or found.image.gone or not owns(self.principal, found.image):
            raise ImageNotFound(str(name))
        return found

    def _without_alias(self, name: OwnName) -> Found | None:
        """The image whose own id the alias is, if it has none in the namespace."""
        if not isinstance(name, TenantAlias) or not is_uuid(name.alias):
            return None
        found = self._images.get(name.alias)
        return None if found and name.namespace in found.image.tenant_aliases else found

    def check_owner(self, image: Image) -> None:
        """Raise NotOwner or NotOwnerOfPublic unless the caller may change the image."""
        if not may_change(self.principal, image):
            public = image.visibility is Visibility.PUBLIC
            raise NotOwnerOfPublic(image.id) if public else NotOwner(image.id)
