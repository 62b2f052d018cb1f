"""Use cases of images that are withheld, advised against, or let through, and of those that are so no longer."""

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.catalog.errors import WrongStatus
from chalicelib.catalog.image import GONE, Image, Name, Status
from chalicelib.catalog.lookup import Lookup, retried
from chalicelib.catalog.ports import Ports
from chalicelib.catalog.principal import Policy

FROM: Mapping[Status, frozenset[Status]] = {
    Status.DEACTIVATED: frozenset({Status.ACTIVE, Status.DEPRECATED}),
    Status.DEPRECATED: frozenset({Status.ACTIVE}),
    Status.ACTIVE: frozenset({Status.DEACTIVATED, Status.DEPRECATED}),
}
"""Where an image that has its bytes may come from. One that is withheld is not made available by advice against it."""

OVER = frozenset({Status.KILLED}) | GONE
"""Where an image is let through no longer."""


class Shelving:
    """Moves images that have their bytes between their statuses, and lets images through."""

    def __init__(self, lookup: Lookup, ports: Ports) -> None:
        self._lookup = lookup
        self._images = ports.images
        self._clock = ports.clock

    def move(self, image_id: str | Name, status: Status) -> Image:
        """Have an image be in a status; that it is already changes nothing.

        Raises PolicyMissing, ImageNotFound, ImageHidden, ImageGone, NotOwner, WrongStatus, EditConflict.
        """
        self._lookup.require(Policy.CREATE_IMAGE)

        def once() -> Image:
            old = self._lookup.find(image_id).image
            self._lookup.check_owner(old, image_id)
            if old.status is status:
                return old
            if old.status not in FROM[status] or old.transition is not None:
                raise WrongStatus(f"Image {image_id}", old.transition or old.status)
            now = self._clock.now()
            return self._images.save(old, replace(old, status=status, status_changed_at=now, updated_at=now))

        return retried(str(image_id), once)

    def allow(self, image_id: str | Name) -> Image:
        """Let an image through, whatever its bytes are found to be; that it was already changes nothing.

        Raises PolicyMissing, ImageNotFound, WrongStatus, EditConflict.
        """
        self._lookup.require(Policy.ADMIN)

        def once() -> Image:
            old = self._lookup.find(image_id, gone=True).image
            if old.status in OVER:
                advice = ": register it anew, and allow the new image before its bytes are sent"
                raise WrongStatus(f"Image {image_id}", old.status, advice)
            if old.allowed:
                return old
            return self._images.save(old, replace(old, allowed=True, updated_at=self._clock.now()))

        return retried(str(image_id), once)
