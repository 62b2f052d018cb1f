"""Deactivating, deprecating, reactivating and allowing images."""

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.catalog.errors import WrongStatus
from chalicelib.catalog.image import GONE, Image, Name, Status
from chalicelib.catalog.lookup import Lookup, retry
from chalicelib.catalog.ports import Ports
from chalicelib.catalog.principal import Policy

FROM: Mapping[Status, frozenset[Status]] = {
    Status.DEACTIVATED: frozenset({Status.ACTIVE, Status.DEPRECATED}),
    Status.DEPRECATED: frozenset({Status.ACTIVE}),
    Status.ACTIVE: frozenset({Status.DEACTIVATED, Status.DEPRECATED}),
}
"""The statuses from which an image may move to another: deprecation must not make a deactivated one available."""

OVER = frozenset({Status.KILLED}) | GONE
"""The statuses in which it is too late to allow an image."""


class Shelving:
    """Moves images with bytes between statuses, and allows images whatever their inspection finds."""

    def __init__(self, lookup: Lookup, ports: Ports) -> None:
        self._lookup = lookup
        self._images = ports.images
        self._clock = ports.clock

    def move(self, image_id: str | Name, status: Status) -> Image:
        """Move an image to a status; does nothing if it has it already.

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

        return retry(str(image_id), once)

    def allow(self, image_id: str | Name) -> Image:
        """Accept an image whatever its inspection finds; does nothing if it is allowed already.

        Raises PolicyMissing, ImageNotFound, WrongStatus, EditConflict.
        """
        self._lookup.require(Policy.ADMIN)

        def once() -> Image:
            old = self._lookup.find(image_id, gone=True).image
            if old.status in OVER:
                advice = ": register it again, and allow the new image before you send its bytes"
                raise WrongStatus(f"Image {image_id}", old.status, advice)
            if old.allowed:
                return old
            return self._images.save(old, replace(old, allowed=True, updated_at=self._clock.now()))

        return retry(str(image_id), once)
