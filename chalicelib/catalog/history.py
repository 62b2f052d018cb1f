"""The events of images, for callers who may change them."""

from collections.abc import Sequence

from chalicelib.catalog.event import Event
from chalicelib.catalog.lookup import Lookup
from chalicelib.catalog.ports import Chronicle
from chalicelib.catalog.principal import Policy


class History:
    """The events of images that the caller may change."""

    def __init__(self, lookup: Lookup, chronicle: Chronicle) -> None:
        self._lookup = lookup
        self._chronicle = chronicle

    def of(self, image_id: str, *, after: int = 0, limit: int) -> Sequence[Event]:
        """Up to `limit` events of an image after a version, oldest first; of deleted images too.

        Raises PolicyMissing, ImageNotFound, ImageHidden, NotOwner.
        """
        self._lookup.require(Policy.READ_IMAGES)
        image = self._lookup.find(image_id, gone=True).image
        self._lookup.check_owner(image, image_id)
        return self._chronicle.of(image.id, after, limit) if limit else ()
