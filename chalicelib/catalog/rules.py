"""What an image may look like, apart from who asks."""

import json
from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple, cast

from chalicelib.catalog import lengths
from chalicelib.catalog.errors import (
    FormatMissing,
    ImageTooLarge,
    Invalid,
    PropertyQuotaExceeded,
    UnknownFormat,
)
from chalicelib.catalog.image import Changes, Image, Inspecting

LARGEST_INTEGER = 2**31 - 1
DOCUMENTS = ("root_volume", "extra_volumes", "default_bootscript")


class Periods(NamedTuple):
    """How long a deletion waits that is delayed, uploads and captures may take, and a deleted image is remembered."""

    pending_delete: timedelta
    upload: timedelta
    capture: timedelta
    tombstone: timedelta


class Limits(NamedTuple):
    """What an operator allows. Sizes are bytes; a negative quota of properties, members or tokens is none at all.

    Images of the `operator_tenant` are the operator's own. The worker takes in no more than `slice_bytes` at once.
    """

    disk_formats: Collection[str]
    container_formats: Collection[str]
    image_size_cap: int
    property_quota: int
    member_quota: int
    shared_quota: int
    token_quota: int
    storage_quota: int
    inline_bytes: int
    slice_bytes: int
    delayed_delete: bool
    operator_tenant: str
    inspecting: Inspecting
    periods: Periods


def policy(image: Image, limits: Limits) -> Inspecting:
    """What becomes of an image whose bytes are objected to."""
    return image.policy or limits.inspecting


def check(image: Image, changes: Changes, limits: Limits, old: Image | None = None) -> None:
    """Refuse an image that its new values would make impossible. Raises Invalid, PropertyQuotaExceeded.

    What an image had before is right, whatever the limits say by now.
    """
    check_formats(changes, limits, old)
    changes = differing(changes, old)
    check_lengths(changes, old)
    for name in ("min_disk", "min_ram"):
        if not 0 <= getattr(image, name) <= LARGEST_INTEGER:
            raise Invalid(name, f"'{name}' value out of range")
    for name in ("size", "virtual_size"):
        if (getattr(image, name) or 0) < 0:
            raise Invalid(name, "Cannot be a negative value")
    if "size" in changes:
        check_size(image.size, limits)
    if "properties" in changes and len(image.properties) > (0 if old is None else len(old.properties)):
        check_property_count(len(image.properties), limits.property_quota)


def differing(changes: Changes, old: Image | None) -> Changes:
    """The changes that an image does not have already."""
    if old is None:
        return changes
    found = {name: value for name, value in changes.items() if getattr(old, name) != value}
    return cast("Changes", found)  # a part of them


def check_lengths(changes: Changes, old: Image | None = None) -> None:
    """Refuse texts and documents that are too long; a property that is not new, or not changed, is right."""
    for name, value in changes.items():
        if name in lengths.IMAGE:
            lengths.check(name, value, lengths.IMAGE[name])
        if name in DOCUMENTS and len(json.dumps(value)) > lengths.DOCUMENT:
            raise Invalid(name, f"more than {lengths.DOCUMENT} bytes")
    before = {} if old is None else old.properties
    for name, text in changes.get("properties", {}).items():
        if name not in before:
            lengths.check("properties", name, lengths.PROPERTY_NAME)
        if text != before.get(name):
            lengths.check("properties", text, lengths.PROPERTY_VALUE)


def check_property_count(count: int, quota: int) -> None:
    """Refuse more properties than an image may have; a negative quota is none."""
    if 0 <= quota < count:
        raise PropertyQuotaExceeded("properties", count, quota)


def check_formats(changes: Changes, limits: Limits, old: Image | None = None) -> None:
    """Refuse formats that are not offered, unless the image has them already. None is no format."""
    new = differing(changes, old)
    for name, offered in (("disk_format", limits.disk_formats), ("container_format", limits.container_formats)):
        value = cast("str | None", new.get(name))  # formats are texts
        if value is not None and value not in offered:
            raise UnknownFormat(name, value)


def check_complete(image: Image) -> None:
    """Refuse to take bytes for an image whose formats are not known. Raises FormatMissing."""
    for name in ("disk_format", "container_format"):
        if getattr(image, name) is None:
            raise FormatMissing(name)


def check_size(size: int | None, limits: Limits) -> None:
    """Refuse more bytes than an image may have."""
    if size is not None and size > limits.image_size_cap:
        raise ImageTooLarge(size, limits.image_size_cap)
