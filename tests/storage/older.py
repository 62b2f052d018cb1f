"""Images as releases of the first layout have left them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from chalicelib.catalog.image import Image
from chalicelib.catalog.membership import Membership
from chalicelib.storage import first_layout, keys, memberships
from chalicelib.storage.items import item_of
from chalicelib.storage.tables import FIRST_LAYOUT, ClaimItem, ImageItem, ListingItem, create_tables


def shelve(images: Iterable[Image], shares: Iterable[Membership] = ()) -> None:
    """Store images with their rows and claims as they were stored then."""
    create_tables(FIRST_LAYOUT)
    shares = list(shares)
    counts = Counter(share.image_id for share in shares)
    for image in images:
        item = item_of(replace(image, member_count=counts[image.id]), None)
        item.format = None
        raw = item.serialize()
        put(ImageItem, raw)
        for scope in first_layout.scopes(image):
            put(ListingItem, {**raw, "scope": {"S": scope}, "updated_key": {"S": "as it was"}})
        for claim in keys.claims(image):
            ClaimItem(claim, image_id=image.id).save()
    for share in shares:
        memberships.item_of(share).save()


def put(model: Any, raw: dict[str, Any]) -> None:
    """Store an item as it stands."""
    model._get_connection().connection.dispatch("PutItem", {"TableName": model.Meta.table_name, "Item": raw})  # noqa: SLF001  # no public way


def left() -> set[tuple[str, str]]:
    """Scope and image of all rows of the first layout."""
    return {(row.scope, row.image_id) for row in ListingItem.scan(consistent_read=True)}
