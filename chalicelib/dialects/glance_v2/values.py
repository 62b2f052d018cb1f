"""Check values of fields and properties, as their JSON schema does (wire §2)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from chalicelib.catalog import lengths
from chalicelib.catalog.errors import PropertyQuotaExceeded
from chalicelib.catalog.facts import PROPERTY_FIELDS
from chalicelib.catalog.image import Changes, Visibility, is_uuid
from chalicelib.catalog.rules import LARGEST_INTEGER, Limits, check_property_count
from chalicelib.dialects.glance_v2.schema import FIELDS
from chalicelib.http.errors import BadMessage, HttpError

MAX_TAGS = 128
LONGEST_TAG = 255
TAG_BYTES = MAX_TAGS * LONGEST_TAG
"""Maximum bytes of all tags: they are stored in each of an image's lists, which are written in one transaction."""
PROPERTY_BYTES = lengths.PROPERTY_VALUE
"""Maximum bytes of all names and values, as v1 sends them in headers."""
RESERVED_PREFIX = "os_glance_"


class TooManyTags(HttpError):
    """The image would have too many tags, or too many bytes of tags."""

    status = 413

    def __init__(self, attempted: int, most: int = MAX_TAGS, what: str = "tags") -> None:
        super().__init__(f"The limit of {what} is exceeded. Attempted: {attempted}, Maximum: {most}")


def check(name: str, value: Any, limits: Limits) -> None:
    """Check a value of a field or property. Raises BadMessage."""
    if name in ("disk_format", "container_format"):
        _check_format(name, value, limits)
    elif name in CHECKS:
        CHECKS[name](name, value)
    else:
        check_property(name, value)


def mismatch(name: str, reason: str) -> BadMessage:
    """The error for a value."""
    return BadMessage(name, f"Provided object does not match schema 'image': {name}: {reason}")


def _check_format(name: str, value: Any, limits: Limits) -> None:
    formats = limits.disk_formats if name == "disk_format" else limits.container_formats
    if value is not None and (not isinstance(value, str) or value not in formats):
        raise mismatch(name, f"{value!r} is not one of {', '.join(formats)}, or null")


def _check_id(name: str, value: Any) -> None:
    if not isinstance(value, str) or not is_uuid(value.lower()):
        raise mismatch(name, f"{value!r} is not a UUID with hyphens")


def _check_text(name: str, value: Any) -> None:
    if value is not None and (not isinstance(value, str) or len(value) > lengths.TEXT):
        raise mismatch(name, f"not null or a text of at most {lengths.TEXT} characters")


def _check_visibility(name: str, value: Any) -> None:
    if not isinstance(value, str) or value not in list(Visibility):
        raise mismatch(name, f"{value!r} is not one of {', '.join(Visibility)}")


def _check_flag(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise mismatch(name, f"{value!r} is not true or false")


def _check_minimum(name: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value > LARGEST_INTEGER:
        raise mismatch(name, f"{value!r} is not an integer of at most {LARGEST_INTEGER}")
    if value < 0:
        raise mismatch(name, "Cannot be a negative value")


def _check_tags(name: str, value: Any) -> None:
    if not isinstance(value, list):
        raise mismatch(name, "not a list")
    for tag in value:
        check_tag(tag)


def check_tag(tag: Any) -> None:
    """Check a tag. Raises BadMessage."""
    if not isinstance(tag, str) or len(tag) > LONGEST_TAG:
        raise mismatch("tags", f"a tag is a text of at most {LONGEST_TAG} characters")


def check_property(name: str, value: Any) -> None:
    """Check a property. Raises BadMessage."""
    if not 0 < len(name) <= lengths.PROPERTY_NAME:
        raise BadMessage(name, f"Custom property names have 1 to {lengths.PROPERTY_NAME} characters: '{name}'")
    if not isinstance(value, str):
        raise mismatch(name, "the value of a custom property is a text")


CHECKS: Mapping[str, Callable[[str, Any], None]] = {
    "id": _check_id,
    "name": _check_text,
    "owner": _check_text,
    "visibility": _check_visibility,
    "protected": _check_flag,
    "os_hidden": _check_flag,
    "tags": _check_tags,
    "min_disk": _check_minimum,
    "min_ram": _check_minimum,
}


def canonical(fields: Mapping[str, Any]) -> Changes:
    """Convert checked fields to canonical values. Raises TooManyTags."""
    changes: dict[str, Any] = {FIELDS[name]: value for name, value in fields.items()}
    if "visibility" in changes:
        changes["visibility"] = Visibility(changes["visibility"])
    if "tags" in changes:
        changes["tags"] = distinct(changes["tags"])
    return cast("Changes", changes)  # FIELDS has the keys of Changes, and the checks their types


def distinct(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags in order, without duplicates. Raises TooManyTags."""
    found = tuple(dict.fromkeys(tags))
    if len(found) > MAX_TAGS:
        raise TooManyTags(len(found))
    size = sum(len(tag.encode()) for tag in found)
    if size > TAG_BYTES:
        raise TooManyTags(size, TAG_BYTES, "bytes of tags")
    return found


def property_changes(
    properties: Mapping[str, str], limits: Limits, shown: Mapping[str, str], stored: Mapping[str, str | None]
) -> Changes:
    """The canonical properties of an image. Raises PropertyQuotaExceeded.

    Those that it had (`shown`, and as they are `stored`) may be more, or longer, as other dialects have set them: what
    is not shown stays, and so does what is null there and empty here.
    """
    if len(properties) > len(shown):
        check_property_count(len(properties), limits.property_quota)
    size = _size(properties)
    if size > max(PROPERTY_BYTES, _size(shown)):
        raise PropertyQuotaExceeded("bytes of properties", size, PROPERTY_BYTES)
    nulls = {name for name, value in stored.items() if value is None and properties.get(name) == ""}
    kept = {name: value for name, value in stored.items() if name not in shown or name in nulls}
    new = {name: value for name, value in properties.items() if name not in nulls}
    facts = {field: new.get(name) for name, field in PROPERTY_FIELDS.items()}
    others = {name: value for name, value in new.items() if name not in PROPERTY_FIELDS}
    return cast("Changes", {"properties": {**kept, **others}, **facts})  # PROPERTY_FIELDS maps to keys of Changes


def _size(properties: Mapping[str, str]) -> int:
    return sum(len(name.encode()) + len(value.encode()) for name, value in properties.items())
