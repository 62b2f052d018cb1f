"""Reading and removing the rows of the first layout, while `migrate` converts them.

The format of an image's item says in which layout it is; its next write converts it as a whole.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.catalog.errors import ScanTooLarge
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.membership import Membership
from chalicelib.catalog.position import position
from chalicelib.catalog.query import ImageQuery, beyond, in_order
from chalicelib.storage import batch, keys, pages
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.items import image_of
from chalicelib.storage.releases import FIRST_LAYOUT, readable
from chalicelib.storage.tables import ImageItem, ListingItem, MembershipItem


def is_in(image: Image) -> bool:
    """Whether the image has its rows in the first layout."""
    return image.stored_format == FIRST_LAYOUT


def _lags(image: Image) -> bool:
    """Whether members of the image may have no rows in the second layout."""
    return is_in(image) or image.members_behind


def leave(writes: TransactWrite, image: Image) -> None:
    """Add to a transaction the deletion of the image's rows of the first layout."""
    for scope in scopes(image):
        writes.delete(ListingItem(scope, image.id))


def scopes(image: Image) -> list[str]:
    """The lists that an image is in; deleted ones stay in the lists they were in."""
    found = [keys.all_of(image.id)]
    if image.status is Status.DELETED:
        found.append(keys.DELETED)
    if image.status is Status.PENDING_DELETE:
        found.append(keys.PENDING_DELETE)
    if keys.is_unfinished(image):
        found.append(keys.UNFINISHED)
    if image.visibility is Visibility.PUBLIC:
        found.append(keys.PUBLIC)
    if image.owner is not None:
        found.append(keys.key("tenant", image.owner))
    return found + keys.narrower(image)


def images(connection: SharedConnection, scope: str, query: ImageQuery, most: int) -> list[Image]:
    """The images of a list in the first layout, sorted; reads all of its rows. Raises ScanTooLarge."""
    rows = list(islice(_rows(connection, scope), most + 1))
    if len(rows) > most:
        raise ScanTooLarge(most)
    found = (image for image in readable(image_of, rows) if query.admits(image))
    return in_order((image for image in found if beyond(position(image, query.order.key), query)), query.order)


def shared(connection: SharedConnection, memberships: Sequence[Membership], query: ImageQuery) -> list[Image]:
    """The images shared by these memberships that may lack rows in the second layout, sorted.

    The memberships come from an index that lags, so they are read again, with the images.
    """
    memberships = [row for row in memberships if row.status in query.shares]
    wanted: dict[type[Model], list[tuple[str, ...]]] = {
        ImageItem: [(row.image_id,) for row in memberships],
        MembershipItem: [(row.image_id, row.member) for row in memberships],
    }
    found = batch.get(connection, wanted)
    members = {item["image_id"]["S"]: item["member"]["S"] for item in found[MembershipItem]}
    given = (image for image in readable(image_of, found[ImageItem]) if _lags(image) and image.id in members)
    others = (image for image in given if image.owner != members[image.id] and query.admits(image))
    return in_order((image for image in others if beyond(position(image, query.order.key), query)), query.order)


def left(connection: SharedConnection) -> Iterator[str]:
    """The ids of all images in the first layout; those converted meanwhile may or may not be among them."""
    for scope in keys.everything():
        yield from (row["image_id"]["S"] for row in _rows(connection, scope))


def _rows(connection: SharedConnection, scope: str) -> Iterator[dict[str, Any]]:
    """All raw rows of a list."""
    table = ListingItem.Meta.table_name
    return pages.items(lambda **page: connection.query(table_name=table, hash_key=scope, **page))
