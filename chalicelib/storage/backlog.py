"""The images that the reaper has to work on: lists by time of change."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.catalog.errors import StaleImage
from chalicelib.catalog.image import Status
from chalicelib.catalog.position import short_id, short_instant
from chalicelib.storage import batch, first_layout, keys
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.events import DynamoChronicle
from chalicelib.storage.items import image_of, row_keys
from chalicelib.storage.races import transaction
from chalicelib.storage.row import KEY, RowItem
from chalicelib.storage.tables import ImageItem


class DynamoBacklog:
    """Implements `ports.Backlog`."""

    def __init__(self, connection: SharedConnection, chronicle: DynamoChronicle, *, migrating: bool = False) -> None:
        self._connection = connection
        self._chronicle = chronicle
        self._migrating = migrating

    def unfinished(self, before: datetime) -> Iterator[str]:
        """One consistent query, as far as it is consumed."""
        return self._unchanged(keys.UNFINISHED, before)

    def pending_delete(self, before: datetime) -> Iterator[str]:
        """As `unfinished`."""
        return self._unchanged(keys.PENDING_DELETE, before)

    def expired(self, before: datetime) -> Iterator[str]:
        """One consistent query, as far as it is consumed. DynamoDB's own expiry leaves the rows that it reads."""
        return self._unchanged(keys.DELETED, before)

    def _unchanged(self, scope: str, before: datetime) -> Iterator[str]:
        until = RowItem.updated_key < short_instant(before)
        for row in RowItem.by_updated.query(scope, until, consistent_read=True, attributes_to_get=[KEY]):
            yield row.image_id

    def unmoved(self) -> Iterator[str]:
        """The images in the first layout, if the stage is migrating; consistent queries, as far as it is consumed."""
        return first_layout.left(self._connection) if self._migrating else iter(())

    def forget(self, image_id: str) -> bool:
        """Delete the events, then in a transaction the tombstone and its rows.

        The claims on its aliases stay, so that none is given twice. DynamoDB may have removed the tombstone before.
        """
        found = batch.get(self._connection, {ImageItem: [(image_id,)]})[ImageItem]
        image = image_of(found[0]) if found else None
        if image is not None and image.status is not Status.DELETED:
            return False
        self._chronicle.forget(image_id)
        if image is None:
            RowItem(keys.DELETED, short_id(image_id)).delete()
            return False
        try:
            with transaction(self._connection, StaleImage(image_id)) as writes:
                writes.delete(ImageItem(image_id), condition=ImageItem.version == image.version)
                for row_key in row_keys(image):
                    writes.delete(RowItem(*row_key))
        except StaleImage:
            return False
        return True
