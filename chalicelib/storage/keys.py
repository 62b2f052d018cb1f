"""The keys of the tables as pure functions of an image: the lists it is in, its places there, the names it holds."""

import hashlib
import zlib
from collections.abc import Mapping
from typing import Any

from chalicelib.catalog.image import Alias, Image, ImageNumber, Name, Status, TenantAlias, Visibility
from chalicelib.catalog.query import SortKey, instant_text, place, position
from chalicelib.catalog.reference import FIELDS

SHARDS = 8
LONGEST_KEY = 1024
INDEXES: Mapping[SortKey, str] = {
    SortKey.CREATED: "created",
    SortKey.UPDATED: "updated",
    SortKey.NAME: "name",
    SortKey.SIZE: "size",
    SortKey.NUMBER: "number",
}
"""The orders that have an index."""
PUBLIC = "public"
UNFINISHED = "unfinished"
PENDING_DELETE = "pending_delete"
SWEPT = frozenset({UNFINISHED, PENDING_DELETE})
"""The lists of the sweep."""
DELETED = "deleted"
COUNTER = "counter/images"
CALLED = "called"
"""What an image without a name is called instead; rows of others lack it."""


def scopes(image: Image) -> list[str]:
    """The lists that an image is in."""
    found = [f"all/{zlib.crc32(image.id.encode()) % SHARDS}"]
    if image.status is Status.DELETED:
        found.append(DELETED)
    if image.status is Status.PENDING_DELETE:
        found.append(PENDING_DELETE)
    if _is_unfinished(image):
        found.append(UNFINISHED)
    if image.visibility is Visibility.PUBLIC:
        found.append(PUBLIC)
    if image.owner is not None:
        found.append(key("tenant", image.owner))
        narrower = {kind: getattr(image, field) for kind, field in FIELDS.items()}
        found += [key(kind, image.owner, value) for kind, value in narrower.items() if value is not None]
    return found


def _is_unfinished(image: Image) -> bool:
    """Whether the sweep has to come back to the image soon, to end its status or to remove what it has left.

    If a job is saving it, the sweep comes back to the job.
    """
    match image.status:
        case Status.SAVING:
            return image.transition is None
        case Status.KILLED:
            return image.location is not None
        case Status.DELETED:
            return image.location is not None or image.member_count > 0
    return False


def everything() -> list[str]:
    """The lists that together hold every image once."""
    return [f"all/{shard}" for shard in range(SHARDS)]


def claims(image: Image) -> frozenset[str]:
    """The names an image holds that one image may hold at a time; a deleted one keeps its aliases only."""
    held = {claim(Alias(namespace, alias), None) for namespace, alias in image.aliases.items()}
    if image.status is Status.DELETED:
        return frozenset(held)
    owner = image.owner or ""
    names: list[Name] = [TenantAlias(namespace, alias) for namespace, alias in image.tenant_aliases.items()]
    if image.number:
        names.append(ImageNumber(image.number))
    held |= {claim(name, image.owner) for name in names}
    if image.compute_resource is not None:
        where = owner, image.compute_resource
        if image.provider_image_id is not None:
            held.add(key("uuid", *where, image.provider_image_id))
        if image.name:
            held.add(key("name", *where, image.os_title or "", image.name))
    return frozenset(held)


def claim(name: Name, owner: str | None) -> str:
    """The claim on a name that an image of this owner may hold."""
    match name:
        case ImageNumber():
            return key("number", name.number)
        case Alias():
            return key("alias", name.namespace, name.alias)
    return key("alias", name.namespace, owner or "", name.alias)


def key(kind: str, *parts: object) -> str:
    """`kind/part/part`, unambiguous whatever the parts contain, and never longer than a key may be."""
    escaped = [str(part).replace("%", "%25").replace("/", "%2F") for part in parts]
    text = "/".join([kind, *escaped])
    return text if fits(text) else f"{kind}/%{hashlib.sha256(text.encode()).hexdigest()}"


def fits(text: str) -> bool:
    """Whether DynamoDB takes the text as a key; an item with any other key cannot exist."""
    return 0 < len(text.encode()) <= LONGEST_KEY


def places(image: Image, scope: str) -> dict[str, str]:
    """The image's sort key in each index; a tombstone is in the order of changes only.

    What somebody has to come back to is in the order in which it came to its status, whatever else has changed since.
    """
    if scope in SWEPT:
        return {key_name(SortKey.UPDATED): f"{instant_text(image.status_changed_at)}\x00{image.id}"}
    orders = [SortKey.UPDATED] if image.status is Status.DELETED else list(INDEXES)
    return {key_name(order): position(image, order) for order in orders}


def key_name(order: SortKey) -> str:
    """The attribute that an index sorts by."""
    return f"{INDEXES[order]}_key"


def index_name(order: SortKey) -> str | None:
    """The index that has the order; None means the table itself."""
    return f"by_{INDEXES[order]}" if order in INDEXES else None


def raw_place(row: Mapping[str, Any], order: SortKey) -> str:
    """`position` of a row as DynamoDB returns it, of which only some attributes were read."""
    value: int | str | None = None
    attribute = CALLED if order is SortKey.NAME and CALLED in row else order.value
    for kind, text in row.get(attribute, {}).items():
        value = int(text) if kind == "N" else text
    return place(order, value, row["created_at"]["S"], row["image_id"]["S"])
