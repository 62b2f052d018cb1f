"""Images as releases of the first layout have left them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

from pynamodb.models import Model

from chalicelib.catalog.image import Image
from chalicelib.catalog.membership import Membership
from chalicelib.storage import first_layout, keys, memberships
from chalicelib.storage.items import item_of
from chalicelib.storage.tables import FIRST_LAYOUT, ClaimItem, ImageItem, ListingItem, MembershipItem, create_tables


def shelve(images: Iterable[Image], shares: Iterable[Membership] = ()) -> None:
    """Store images with their rows and claims as they were stored then."""
    create_tables(FIRST_LAYOUT)
    images, shares = list(images), list(shares)
    counts = Counter(share.image_id for share in shares)
    items = [item_of(replace(image, member_count=counts[image.id]), None) for image in images]
    raws = {item["image_id"]["S"]: {name: value for name, value in item.items() if name != "format"} for item in items}
    put(ImageItem, raws.values())
    listed = ((scope, raws[image.id]) for image in images for scope in first_layout.scopes(image))
    put(ListingItem, ({**raw, "scope": {"S": scope}, "updated_key": {"S": "as it was"}} for scope, raw in listed))
    with ClaimItem.batch_write() as batch:
        for image in images:
            for claim in keys.claims(image):
                batch.save(ClaimItem(claim, image_id=image.id))
    with MembershipItem.batch_write() as batch:
        for share in shares:
            batch.save(memberships.item_of(share))


def put(model: type[Model], raws: Iterable[dict[str, Any]]) -> None:
    """Store items as they stand."""
    table, waiting = model._get_connection(), iter(raws)  # noqa: SLF001  # no public way
    while chunk := [{"PutRequest": {"Item": raw}} for raw in islice(waiting, 25)]:
        table.connection.dispatch("BatchWriteItem", {"RequestItems": {table.table_name: chunk}})


def left() -> set[tuple[str, str]]:
    """Scope and image of all rows of the first layout."""
    return {(row.scope, row.image_id) for row in ListingItem.scan(consistent_read=True)}
