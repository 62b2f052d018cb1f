"""Sort keys: short texts that compare by an image's field, then its time of creation, then its id."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from chalicelib.catalog.image import Image

KEY_BYTES = 900
"""The bytes of a text that count for its order; DynamoDB allows 1,024 for the whole sort key."""
EPOCH = datetime.min.replace(tzinfo=UTC)
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_SORTED = str.maketrans(_BASE64, "".join(sorted(_BASE64)))
_FROM_SORTED = str.maketrans("".join(sorted(_BASE64)), _BASE64)
ID_LENGTH = 22
CACHE_SIZE = 256
"""Entries per cache: a write needs the sort keys of one image a dozen times, a list most of them twice."""


class SortKey(StrEnum):
    """The fields a listing can be ordered by; for an image without a name, its alias counts as one (`called`)."""

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
    """The image's position in an order, which no other image has."""
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


@lru_cache(CACHE_SIZE)
def tail_of(created_at: datetime, image_id: str) -> str:
    """The end of positions, in all orders but that of ids."""
    return short_instant(created_at) + short_id(image_id)


def named(text: str, tail: str) -> str:
    """A position in an order of texts, which compare by code point, as UTF-8 bytes do; null counts as empty."""
    return f"{text.encode()[:KEY_BYTES].decode(errors='ignore')}\x00{tail}"


def short_instant(instant: datetime) -> str:
    """Microseconds since the year one in fifteen hexadecimal digits, which sort by time."""
    return f"{(instant - EPOCH) // timedelta(microseconds=1):015x}"


@lru_cache(CACHE_SIZE)
def instant_of(text: str) -> datetime:
    """The inverse of `short_instant`: timezone-aware, in UTC."""
    return EPOCH + timedelta(microseconds=int(text, 16))


@lru_cache(CACHE_SIZE)
def short_id(image_id: str) -> str:
    """A UUID in 22 characters, which sort as it does: base64 with its alphabet in order."""
    return urlsafe_b64encode(bytes.fromhex(image_id.replace("-", "")))[:ID_LENGTH].decode().translate(_TO_SORTED)


def id_of(text: str) -> str:
    """The UUID at the end of a position, or of a `short_id`."""
    digits = urlsafe_b64decode(f"{text[-ID_LENGTH:].translate(_FROM_SORTED)}==").hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
