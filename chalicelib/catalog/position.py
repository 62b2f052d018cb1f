"""Where an image stands in an order: a short text that compares like its value, then its creation, then its id."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from chalicelib.catalog.image import Image

KEY_BYTES = 900
"""How much of a text takes part in its order; DynamoDB allows 1,024 bytes for the whole sort key."""
EPOCH = datetime.min.replace(tzinfo=UTC)
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_SORTED = str.maketrans(_BASE64, "".join(sorted(_BASE64)))
_FROM_SORTED = str.maketrans("".join(sorted(_BASE64)), _BASE64)
ID_LENGTH = 22
REMEMBERED = 256
"""Ends of positions, and instants: a write asks for those of one image a dozen times, and a list shows most twice."""


class SortKey(StrEnum):
    """The fields a listing can be ordered by; by name, images without one are where their ids would be (`called`)."""

    CREATED = "created_at"
    UPDATED = "updated_at"
    NAME = "name"
    SIZE = "size"
    NUMBER = "number"
    ID = "id"
    STATUS = "status"
    DISK_FORMAT = "disk_format"
    CONTAINER_FORMAT = "container_format"


def position(image: Image, key: SortKey) -> str:
    """The image's place in an order, unique to the image."""
    if key is SortKey.ID:
        return short_id(image.id)
    value = image.called if key is SortKey.NAME else getattr(image, key.value)
    tail = tail_of(image.created_at, image.id)
    match key:
        case SortKey.CREATED:
            return tail
        case SortKey.UPDATED:
            return short_instant(image.updated_at) + tail
        case SortKey.SIZE | SortKey.NUMBER:
            return f"{value or 0:016x}{tail}"
    return named(str(value or ""), tail)


@lru_cache(REMEMBERED)
def tail_of(created_at: datetime, image_id: str) -> str:
    """How positions end, in all orders but that of ids."""
    return short_instant(created_at) + short_id(image_id)


def named(text: str, tail: str) -> str:
    """A position in an order of texts, which compare by code point, as UTF-8 bytes do; null counts as empty."""
    return f"{text.encode()[:KEY_BYTES].decode(errors='ignore')}\x00{tail}"


def short_instant(instant: datetime) -> str:
    """Microseconds since the year one in fifteen hexadecimal digits, which sort by time."""
    return f"{(instant - EPOCH) // timedelta(microseconds=1):015x}"


@lru_cache(REMEMBERED)
def instant_of(text: str) -> datetime:
    """The instant, aware, UTC, of a `short_instant`."""
    return EPOCH + timedelta(microseconds=int(text, 16))


@lru_cache(REMEMBERED)
def short_id(image_id: str) -> str:
    """A UUID in 22 characters, which sort as it does: base64 with its alphabet in order."""
    return urlsafe_b64encode(bytes.fromhex(image_id.replace("-", "")))[:ID_LENGTH].decode().translate(_TO_SORTED)


def id_of(text: str) -> str:
    """The UUID at the end of a position, or of a `short_id`."""
    digits = urlsafe_b64decode(f"{text[-ID_LENGTH:].translate(_FROM_SORTED)}==").hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
