"""Images as items of the tables, and back."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from chalicelib.catalog.image import Image
from chalicelib.catalog.outages import Unreadable
from chalicelib.storage import keys
from chalicelib.storage.tables import ImageFacts, ImageItem, ListingItem

FORMAT = 1
"""The format of the items that this release writes, and the newest that it reads. The first one is not written."""
FIRST = {"N": "1"}
"""That of items which do not say."""
Raw = Mapping[str, Mapping[str, Any]]
FACTS = tuple(name for name in ImageFacts.get_attributes() if name not in {"expires", "format"})
PRIVATE_FACTS = ("login_password", "location", "location_version", "member_count", "version")
"""What only the image's own item knows."""
_READERS = tuple(
    (name, attribute.attr_type, attribute.deserialize)
    for name, attribute in ImageItem.get_attributes().items()
    if name in {*FACTS, *PRIVATE_FACTS}
)
_KNOWN = frozenset({*ImageItem.get_attributes(), *ListingItem.get_attributes()})
_log = logging.getLogger(__name__)


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
    check_format(raw, "image", image_id)
    try:
        fields = {name: read(raw[name][kind]) for name, kind, read in _READERS if name in raw}
    except (KeyError, ValueError) as error:
        raise Unreadable("image", image_id) from error
    return Image(id=image_id, unknown=unknown(raw, _KNOWN), **fields)


def readable(raws: Iterable[Raw]) -> Iterator[Image]:
    """The images that these stand for; those that this release cannot read are logged, and missing."""
    for raw in raws:
        try:
            yield image_of(raw)
        except Unreadable as error:
            _log.warning("left out of a list: %s", error)


def check_format(raw: Raw, what: str, thing_id: str) -> None:
    """Raise Unreadable for what a release has written that knows another format than this one."""
    if int(raw.get("format", FIRST)["N"]) > FORMAT:
        raise Unreadable(what, thing_id)


def unknown(raw: Raw, known: Collection[str]) -> Raw:
    """The attributes of an item that this release does not know."""
    return {name: raw[name] for name in raw.keys() - known}
