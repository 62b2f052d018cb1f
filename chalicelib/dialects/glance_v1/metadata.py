"""Images in headers: encoding, parsing and checking `x-image-meta-*` (wire §2.1 and §2.2)."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, cast
from urllib.parse import quote, unquote

from chalicelib.catalog import lengths
from chalicelib.catalog.image import Changes, Visibility
from chalicelib.dialects.glance_v1.formats import with_amazon_formats
from chalicelib.http import fields
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request

PREFIX = "x-image-meta-"
PROPERTY_PREFIX = "property_"
FIELDS = frozenset(
    {
        "checksum",
        "container_format",
        "copy_from",
        "created_at",
        "deleted",
        "deleted_at",
        "disk_format",
        "id",
        "is_public",
        "location",
        "min_disk",
        "min_ram",
        "name",
        "owner",
        "protected",
        "size",
        "status",
        "store",
        "updated_at",
        "uri",
        "virtual_size",
    }
)
TIMES = ("created_at", "updated_at", "deleted_at")
TRUE = frozenset({"1", "t", "true", "on", "y", "yes"})
PROPERTY_BYTES = lengths.PROPERTY_VALUE
"""Maximum of all properties in headers, of which API Gateway allows 10,240 bytes, a signed link included (wire §10)."""
MAX_PROPERTIES = 64
"""Maximum in headers: Python's HTTP client accepts a hundred headers, and some are not ours."""
TEXTS = ("name", "checksum", "owner")
"""Fields that are arbitrary texts."""
LONGEST_NAME = lengths.IMAGE["name"]
"""In bytes, unlike in other dialects (wire §11)."""
LONGEST_CHARACTER = 4
"""Bytes of the longest character in UTF-8."""
REMEMBERED = 256
"""Size of the cache of header names: those of fields and of common properties."""
LONGEST_CHECKSUM = lengths.IMAGE["checksum"]
LONGEST_OWNER = lengths.IMAGE["owner"]
LARGEST_MINIMUM = 2**31 - 1
LARGEST_SIZE = 2**63 - 1
QUOTED = r"(?:[A-Za-z0-9_.~/:-]|%[0-9A-Fa-f]{2})+"
NOT_PRINTABLE = "%(?:25)*(?:[0189A-Fa-f][0-9A-Fa-f]|7[Ff])"
"""A byte that is not printable ASCII, percent-encoded once or more."""
HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
"""Valid header names (RFC 9110 §5.6.2)."""


class Metadata(NamedTuple):
    """The headers of a request: texts by field and by property name; None for an empty header.

    `sent` has them as received, perhaps encoded, with the prefix in names of properties.
    """

    given: Mapping[str, str | None]
    properties: Mapping[str, str | None]
    sent: Mapping[str, str] = MappingProxyType({})


def decode(text: str) -> str:
    """Decode a header: newer clients percent-encode all names and values, older ones none, without saying so."""
    if "%" not in text or not re.fullmatch(QUOTED, text):
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeError:
        return text


def parse_metadata(request: Request) -> Metadata:
    """Collect the headers about the image. Raises BadMessage for unknown names."""
    given: dict[str, str | None] = {}
    properties: dict[str, str | None] = {}
    sent: dict[str, str] = {}
    for raw_name, raw_value in request.headers.items():
        decoded = decode(raw_name).lower()
        if not decoded.startswith(PREFIX):
            continue
        name = decoded.removeprefix(PREFIX).replace("-", "_")
        property_name = name.removeprefix(PROPERTY_PREFIX)
        sent[name] = raw_value
        if name in FIELDS:
            given[name] = decode(raw_value) or None
        elif name.startswith(PROPERTY_PREFIX) and 0 < len(property_name) <= lengths.PROPERTY_NAME:
            properties[property_name] = decode(raw_value) or None
        else:
            raise BadMessage(name, f"Bad header: {decoded}")
    return Metadata(given, properties, sent)


def parse_changes(metadata: Metadata) -> Changes:
    """Parse the canonical fields, without the properties. Raises BadMessage."""
    for name in TIMES:
        _check_time(name, metadata.given.get(name))
    changes: dict[str, Any] = {
        canonical: read(name, metadata.given[name])
        for name, (canonical, read) in READERS.items()
        if name in metadata.given
    }
    return with_amazon_formats(cast("Changes", changes))  # READERS has the keys of Changes and their types


def _check_time(name: str, text: str | None) -> None:
    try:
        if text is not None:
            fields.instant(name, text)
    except BadMessage as error:
        raise BadMessage(name, f"Invalid time format for {name}") from error


def boolean(text: str | None) -> bool:
    """Parse a boolean as the original: anything that is not clearly true is false."""
    return (text or "").strip().lower() in TRUE


def _boolean(_name: str, text: str | None) -> bool:
    return boolean(text)


def _visibility(_name: str, text: str | None) -> Visibility:
    return Visibility.PUBLIC if boolean(text) else Visibility.SHARED


def _number(name: str, text: str | None, largest: int = LARGEST_SIZE) -> int:
    try:
        number = fields.integer(name, text or "")
    except BadMessage as error:
        reason = f"Invalid value '{text}' for {name}: Cannot convert image {name} '{text}' to an integer"
        raise BadMessage(name, reason) from error
    if number < 0:
        raise BadMessage(name, f"Invalid value '{number}' for {name}: Cannot be a negative value")
    if number > largest:
        raise BadMessage(name, f"'{name}' value out of range")
    return number


def _minimum(name: str, text: str | None) -> int:
    return _number(name, text, LARGEST_MINIMUM)


def _virtual_size(name: str, text: str | None) -> int | None:
    return None if text == "None" else _number(name, text)


def _text(_name: str, text: str | None) -> str | None:
    return text


def _name(_name: str, text: str | None) -> str | None:
    if text is not None and len(text.encode()) > LONGEST_NAME:
        raise BadMessage("name", f"Image name too long: {len(text.encode())} bytes")
    return text


def _checksum(_name: str, text: str | None) -> str | None:
    if text is not None and len(text) > LONGEST_CHECKSUM:
        raise BadMessage("checksum", f"Invalid checksum '{text}': more than {LONGEST_CHECKSUM} characters")
    return text


def _owner(_name: str, text: str | None) -> str | None:
    if text is not None and len(text) > LONGEST_OWNER:
        raise BadMessage("owner", f"Invalid owner: more than {LONGEST_OWNER} characters")
    return text


READERS: Mapping[str, tuple[str, Callable[[str, str | None], Any]]] = {
    "name": ("name", _name),
    "disk_format": ("disk_format", _text),
    "container_format": ("container_format", _text),
    "size": ("size", _number),
    "virtual_size": ("virtual_size", _virtual_size),
    "is_public": ("visibility", _visibility),
    "protected": ("protected", _boolean),
    "min_disk": ("min_disk", _minimum),
    "min_ram": ("min_ram", _minimum),
    "checksum": ("checksum", _checksum),
    "owner": ("owner", _owner),
}
"""By header: the canonical field and its reader."""


def header_block(shown: Mapping[str, Any]) -> dict[str, str]:
    """Render the headers of an image from its rendered fields, without nulls (wire §2.1).

    Names are spelled as by the original, `X-Image-Meta-Is_public`: fog finds no others. What other dialects have
    written and headers cannot carry is truncated (texts) or left out (properties).
    """
    said = header_texts(shown)
    checksum = {"ETag": said["checksum"]} if "checksum" in said else {}
    said |= {f"property-{_header_name(name)}": text for name, text in carried(shown).items()}
    return {_capitalised(name): text for name, text in said.items()} | checksum


@lru_cache(REMEMBERED)
def _capitalised(name: str) -> str:
    return "-".join(map(str.capitalize, f"{PREFIX}{name}".split("-")))


def header_texts(shown: Mapping[str, Any]) -> dict[str, str]:
    """The fields of an image encoded for headers, without the properties."""
    said = {name: str(value) for name, value in shown.items() if value is not None and name != "properties"}
    return {name: spelled(cut(text)) for name, text in said.items()}


def carried(shown: Mapping[str, Any]) -> dict[str, str]:
    """The properties of an image encoded for headers: as many as fit, in order, without nulls."""
    found: dict[str, str] = {}
    room = PROPERTY_BYTES - added_size(shown[name] for name in TEXTS)
    for name, value in shown["properties"].items():
        size = sent_size({name: value})
        if value is not None and size <= room and len(found) < MAX_PROPERTIES:
            found[name] = spelled(value)
            room -= size
    return found


def cut(text: str) -> str:
    """Truncate a text for a header; only other dialects can write texts that are too long."""
    if len(text) * LONGEST_CHARACTER <= LONGEST_NAME:
        return text
    return text.encode()[:LONGEST_NAME].decode(errors="ignore")


def spelled(text: str) -> str:
    """Encode a text for a header: percent-encoded if it is not printable ASCII, or would be decoded.

    >>> spelled("100%25"), spelled("é 1"), spelled("%C3%A9")
    ('100%25', '%C3%A9%201', '%25C3%25A9')
    """
    is_plain = text.isascii() and text.isprintable() and not ("%" in text and _seems_encoded(text))
    return text if is_plain else quote(text, safe="/~:")


def _seems_encoded(text: str) -> bool:
    return re.fullmatch(QUOTED, text) is not None and re.search(NOT_PRINTABLE, text) is not None


def sent_size(properties: Mapping[str, str | None]) -> int:
    """The bytes of properties as headers, including names; nulls are not sent."""
    sent = [(name, value) for name, value in properties.items() if value is not None]
    return sum(len(f"{PREFIX}property-{_header_name(name)}") + len(spelled(value)) for name, value in sent)


def added_size(texts: Iterable[str | None]) -> int:
    """The bytes that encoding adds to the texts of an image; they reduce the room for properties."""
    sent = [cut(text) for text in texts if text is not None]
    return sum(len(spelled(text)) - len(text.encode()) for text in sent)


def _header_name(name: str) -> str:
    """The name of a property in a header: percent-encoded if necessary, or if it would be decoded."""
    return name if re.fullmatch(HEADER_NAME, name) and decode(name) == name else quote(name, safe="")
