"""What an image may look like, apart from who asks."""

import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, NamedTuple, cast

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
FORMATS = frozenset({"disk_format", "container_format"})
GIGABYTE = 1 << 30
"""Of `min_disk`, and of the disks of machines."""
DOCUMENTS = ("root_volume", "extra_volumes", "default_bootscript")


class Periods(NamedTuple):
    """How long a deletion waits that is delayed, uploads and captures may take, and a deleted image is remembered."""

    pending_delete: timedelta
    upload: timedelta
    capture: timedelta
    tombstone: timedelta


class Limits(NamedTuple):
    """What an operator allows. Sizes are bytes; a negative quota of properties, members or tokens is none at all.

    Images of the `operator_tenant` are the operator's own. The worker takes in no more than `slice_bytes` at once;
    `signature_roots` is a file of the certificates that signatures are trusted by, or empty.
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
    signature_roots: str
    periods: Periods


def policy(image: Image, limits: Limits) -> Inspecting:
    """What becomes of an image whose bytes are objected to."""
    return image.policy or limits.inspecting


def disk_too_small(image: Image) -> bool:
    """Whether an image promises to fit on a disk that it does not; a `min_disk` of zero promises nothing."""
    return image.inspection is not None and shortage(image.virtual_size, image.min_disk) is not None


def shortage(virtual_size: int | None, min_disk: int) -> str | None:
    """Why a disk of so many bytes does not fit on one of `min_disk` GB, and what to do about it; None if it may."""
    needed = gigabytes(virtual_size)
    if not 0 < min_disk < needed:
        return None
    return (
        f"The disk of the image has {needed} GB, and its min_disk is {min_disk}."
        " Declare as much, or 0, which promises nothing"
    )


def gigabytes(size: int | None) -> int:
    """How many GB (of 2**30 bytes, as `min_disk`) so many bytes take, rounded up; zero if that is unknown."""
    return -(-(size or 0) // GIGABYTE)


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
    if image.inspection is not None and policy(image, limits) is Inspecting.ENFORCE:
        check_declared(image, image.inspection, changes)
    if "size" in changes:
        check_size(image.size, limits)
    if "properties" in changes and len(image.properties) > (0 if old is None else len(old.properties)):
        check_property_count(len(image.properties), limits.property_quota)


def check_declared(image: Image, inspection: Mapping[str, Any], changes: Changes) -> None:
    """Refuse to declare an image what its bytes are known not to be. Raises Invalid."""
    if "min_disk" in changes and disk_too_small(image):
        raise Invalid("min_disk", f"the disk of the image has {gigabytes(image.virtual_size)} GB. 0 promises nothing")
    for name in sorted(FORMATS & changes.keys()):
        from chalicelib.catalog.inspection import Inspection  # noqa: PLC0415  # hardly any request needs it

        reason = Inspection.told(inspection).mismatch(image.disk_format, image.container_format)
        if reason is not None:
            raise Invalid(name, reason)


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
