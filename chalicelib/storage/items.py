"""Images as items of the tables, and back."""

from typing import Any

from chalicelib.catalog.image import Image
from chalicelib.catalog.outages import Unreadable
from chalicelib.storage import keys
from chalicelib.storage.releases import Raw, check_format, unknown
from chalicelib.storage.tables import ImageFacts, ImageItem, ListingItem

FACTS = tuple(name for name in ImageFacts.get_attributes() if name not in {"expires", "format"})
PRIVATE_FACTS = ("login_password", "location", "location_version", "member_count", "version")
"""What only the image's own item knows."""
_READERS = tuple(
    (name, attribute.attr_type, attribute.deserialize)
    for name, attribute in ImageItem.get_attributes().items()
    if name in {*FACTS, *PRIVATE_FACTS}
)
_KNOWN = frozenset({*ImageItem.get_attributes(), *ListingItem.get_attributes()})


def item_of(image: Image, expires: int | None) -> ImageItem:
    """The image as its own item; `expires` in seconds since the epoch."""
    item = ImageItem(image.id, **_known(image, (*FACTS, *PRIVATE_FACTS), expires))
    item.unknown = image.unknown
    return item


def rows_of(image: Image, expires: int | None) -> list[ListingItem]:
    """The image's row for each list that it is in; only the sweep ends the one that has it forget the image."""
    facts = _known(image, FACTS, expires)
    if image.called != image.name:
        facts["called"] = image.called
    rows = {scope: ListingItem(scope, image.id, **(facts | keys.places(image, scope))) for scope in keys.scopes(image)}
    if keys.DELETED in rows:
        rows[keys.DELETED].expires = None
    return list(rows.values())


def _known(image: Image, names: tuple[str, ...], expires: int | None) -> dict[str, Any]:
    facts = {name: getattr(image, name) for name in names} | {"expires": expires}
    return {name: value for name, value in facts.items() if value is not None}


def image_of(raw: Raw) -> Image:
    """The image that an item or a row, as DynamoDB has it, stands for; a row knows nothing private.

    A model in between would take twice the time, and lists have many of them. Raises Unreadable.
    """
    image_id = raw["image_id"]["S"]
    if "format" in raw:
        check_format(int(raw["format"]["N"]), "image", image_id)
    try:
        fields = {name: read(raw[name][kind]) for name, kind, read in _READERS if name in raw}
    except (KeyError, ValueError) as error:
        raise Unreadable("image", image_id) from error
    return Image(id=image_id, unknown=unknown(raw, _KNOWN), **fields)
