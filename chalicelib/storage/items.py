"""Images as items of the tables, and back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from pynamodb.models import Model

from chalicelib.catalog.image import Image
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.outages import Unreadable
from chalicelib.catalog.position import EPOCH, ID_LENGTH, SortKey, id_of, named
from chalicelib.storage import dialect_facts, keys
from chalicelib.storage.releases import FIRST, FIRST_LAYOUT, FORMAT, Raw, check_format, unknown
from chalicelib.storage.row import KEY, SCOPE, RowItem
from chalicelib.storage.tables import ImageItem

PRIVATE_FACTS = (
    *("login_password", "location", "location_version", "retriable", "uninspected"),
    *("member_count", "members_behind", "version"),
)
"""What only the image's own item knows."""
FACTS = tuple(
    name for name in ImageItem.get_attributes() if name not in {"image_id", "expires", "format", *PRIVATE_FACTS}
)
RARE = ("hidden", "tags", "inline", "uninspected", "allowed", "dialect_facts", "retriable", "members_behind")
"""What items say only if it is so."""
EMPTY = ("aliases", "tenant_aliases", "properties", "hidden", "tags", "inline", "allowed", "dialect_facts")
"""What rows lack that do not have any."""


def _readers(model: type[Model], names: Iterable[str]) -> list[tuple[str, str, str, Any]]:
    """How to read each of an item's attributes: its name here, its name there, its type, and what to do with it."""
    attributes = model.get_attributes()
    found = [(name, attributes[name]) for name in names]
    return [(name, each.attr_name, each.attr_type, each.deserialize) for name, each in found]


def _writers(model: type[Model], names: Iterable[str]) -> list[tuple[str, str, str, Any]]:
    """How to write each: its name here, its name there, its type, and what to do with it."""
    attributes = model.get_attributes()
    found = [(name, attributes[name]) for name in names]
    return [(name, each.attr_name, each.attr_type, each.serialize) for name, each in found]


_ITEM, _ROW = _readers(ImageItem, (*FACTS, *PRIVATE_FACTS)), _readers(RowItem, FACTS)
_ITEM_WRITERS, _ROW_WRITERS = _writers(ImageItem, (*FACTS, *PRIVATE_FACTS)), _writers(RowItem, FACTS)
_KNOWN = frozenset(ImageItem.get_attributes())
_DEFAULTS = vars(Image(id="", status_changed_at=EPOCH, created_at=EPOCH, updated_at=EPOCH))
_NEEDED = {"status_changed_at", "created_at", "updated_at"}
_ROW_NAMES = {name: attribute.attr_name for name, attribute in RowItem.get_attributes().items()}


def item_of(image: Image, expires: int | None) -> Raw:
    """The image as its own item; `expires` in seconds since the epoch."""
    item = {**image.unknown, "image_id": {"S": image.id}, **_written(image, _ITEM_WRITERS, RARE, expires)}
    return item if image.stored_format == FIRST_LAYOUT else item | {"format": {"N": str(FORMAT)}}


def rows_of(image: Image, expires: int | None) -> Sequence[Raw]:
    """The image's row for each list that it is in; only the sweep ends the one that has it forget the image."""
    facts = _shown(image, expires)
    rows = [facts | _placed(image, scope) for scope in keys.scopes(image)]
    for row in rows:
        if row[SCOPE]["S"] == keys.DELETED:
            row.pop("expires", None)
    return rows


def shared_row_of(image: Image, member: str, status: MemberStatus) -> Raw:
    """The image's row in the list of what is shared with a member."""
    more = {_ROW_NAMES["image_version"]: {"N": str(image.version)}}
    if status is not MemberStatus.ACCEPTED:
        more[_ROW_NAMES["share"]] = {"S": status.value}
    return _shown(image, None) | _placed(image, keys.given(member, status)) | more


def keys_of(rows: Iterable[Raw]) -> set[tuple[str, str]]:
    """The full keys of rows as DynamoDB has them."""
    return {(row[SCOPE]["S"], row[KEY]["S"]) for row in rows}


def row_keys(image: Image) -> set[tuple[str, str]]:
    """The full keys of the image's rows, but for those of its members."""
    return {(scope, keys.main_place(image, scope)) for scope in keys.scopes(image)}


def shared_row_key(image: Image, member: str, status: MemberStatus) -> tuple[str, str]:
    """The full key of the image's row in the list of what is shared with a member."""
    return keys.given(member, status), keys.main_place(image, keys.SHARED)


def _placed(image: Image, scope: str) -> dict[str, dict[str, Any]]:
    """Where a row is in a list, and in the list's orders."""
    places = {_ROW_NAMES[name]: {"S": place} for name, place in keys.places(image, scope).items()}
    return {SCOPE: {"S": scope}, **places}


def _shown(image: Image, expires: int | None) -> dict[str, dict[str, Any]]:
    """What all rows of an image say."""
    facts = _written(image, _ROW_WRITERS, EMPTY, expires)
    if image.called != image.name and image.called is not None:
        facts[_ROW_NAMES[keys.CALLED]] = {"S": image.called}
    return facts


def _written(
    image: Image, writers: list[tuple[str, str, str, Any]], unsaid: Collection[str], expires: int | None
) -> dict[str, dict[str, Any]]:
    """An image's facts as DynamoDB has them, but for those that are `unsaid` where they are empty."""
    values = {**vars(image), **dialect_facts.attributes_of(image.dialect_facts)}
    found = [(values.get(name), name, short, kind, write) for name, short, kind, write in writers]
    facts = {
        short: {kind: write(value)}
        for value, name, short, kind, write in found
        if value is not None and (value or name not in unsaid)
    }
    return facts if expires is None else facts | {"expires": {"N": str(expires)}}


def image_of(raw: Raw) -> Image:
    """The image that an item, as DynamoDB has it, stands for. Raises Unreadable."""
    image_id, found = raw["image_id"]["S"], int(raw["format"]["N"]) if "format" in raw else FIRST
    check_format(found, "image", image_id)
    return _image(image_id, raw, _ITEM, {"unknown": unknown(raw, _KNOWN), "stored_format": found})


def image_of_row(raw: Raw) -> Image:
    """The image that a row, as DynamoDB has it, stands for; it knows nothing private. Raises Unreadable."""
    image_id = id_of(raw[KEY]["S"])
    if "format" in raw:
        check_format(int(raw["format"]["N"]), "image", image_id)
    return _image(image_id, raw, _ROW, {})


def raw_position(raw: Raw, order: SortKey) -> str:
    """`position` of a row as DynamoDB has it, of which only some attributes were read."""
    tail: str = raw["c"]["S"] + raw[KEY]["S"][-ID_LENGTH:]
    match order:
        case SortKey.ID:
            return tail[-ID_LENGTH:]
        case SortKey.CREATED:
            return tail
        case SortKey.UPDATED:
            return f"{raw['u']['S']}{tail}"
        case SortKey.SIZE | SortKey.NUMBER:
            value = _value(raw, order.value)
            return f"{int(value or 0):016x}{tail}"
        case SortKey.NAME:
            return named(_value(raw, keys.CALLED) or _value(raw, "name") or "", tail)
    return named(_value(raw, order.value) or "", tail)


def _value(raw: Raw, field: str) -> str | None:
    """A field of a row, as text."""
    return next(iter(raw.get(RowItem.get_attributes()[field].attr_name, {}).values()), None)


def _image(image_id: str, raw: Raw, readers: list[tuple[str, str, str, Any]], more: Mapping[str, Any]) -> Image:
    """A model in between would take twice the time, and lists have many of them. Raises Unreadable.

    So does to set the fields one by one, as frozen dataclasses do when they are called.
    """
    try:
        found = {name: read(raw[short][kind]) for name, short, kind, read in readers if short in raw}
    except (KeyError, ValueError) as error:
        raise Unreadable("image", image_id) from error
    if not found.keys() >= _NEEDED:
        raise Unreadable("image", image_id)
    image = object.__new__(Image)
    dialect_facts.gather(found)
    vars(image).update(_DEFAULTS, **found, **more, id=image_id)
    return image
