"""Rules about the values of an image, whoever sets them."""

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
from chalicelib.catalog.image import Changes, Image, Inspecting, differing_facts

LARGEST_INTEGER = 2**31 - 1
FORMATS = frozenset({"disk_format", "container_format"})
GIGABYTE = 1 << 30
"""The unit of `min_disk`, and of the disks of machines."""


class Periods(NamedTuple):
    """How long delayed deletions wait, uploads and captures may take, and tombstones are kept."""

    pending_delete: timedelta
    upload: timedelta
    capture: timedelta
    tombstone: timedelta


class Limits(NamedTuple):
    """The operator's limits. Sizes are in bytes. A negative quota means no limit, as does a `storage_quota` of zero.

    Images of the `operator_tenant` are the operator's own. The worker reads at most `slice_bytes` in a step;
    `signature_roots` is the path of a file with trusted certificates, or empty.
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
    """The inspection policy of an image: its own, or that of the deployment."""
    return image.policy or limits.inspecting


def disk_too_small(image: Image) -> bool:
    """Whether the disk of an image is larger than its `min_disk`, unless that is zero."""
    return image.inspection is not None and shortage(image.virtual_size, image.min_disk) is not None


def shortage(virtual_size: int | None, min_disk: int) -> str | None:
    """Why a disk of this many bytes does not fit on one of `min_disk` GB, and what to do; None if it may."""
    needed = gigabytes(virtual_size)
    if not 0 < min_disk < needed:
        return None
    return (
        f"The disk of the image has {needed} GB, but its min_disk is {min_disk}."
        f" Declare at least {needed}, or 0 for no minimum"
    )


def gigabytes(size: int | None) -> int:
    """A size in GB (of 2**30 bytes, as `min_disk`), rounded up; zero if it is unknown."""
    return -(-(size or 0) // GIGABYTE)


def check(image: Image, changes: Changes, limits: Limits, old: Image | None = None) -> None:
    """Refuse changes that would make an image invalid. Raises Invalid, PropertyQuotaExceeded.

    Values that do not change are accepted, even if the limits have become stricter.
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
    """Refuse to declare what contradicts the inspection of the bytes. Raises Invalid."""
    if "min_disk" in changes and disk_too_small(image):
        needed = gigabytes(image.virtual_size)
        raise Invalid("min_disk", f"the disk of the image has {needed} GB. Declare at least that, or 0 for no minimum")
    for name in sorted(FORMATS & changes.keys()):
        from chalicelib.catalog.inspection import Inspection  # noqa: PLC0415  # hardly any request needs it

        reason = Inspection.from_document(inspection).mismatch(image.disk_format, image.container_format)
        if reason is not None:
            raise Invalid(name, reason)


def differing(changes: Changes, old: Image | None) -> Changes:
    """The changes without those that the image already has."""
    if old is None:
        return changes
    found = {name: value for name, value in changes.items() if name != "dialect_facts" and getattr(old, name) != value}
    facts = differing_facts(changes.get("dialect_facts", {}), old.dialect_facts)
    return cast("Changes", {**found, "dialect_facts": facts} if facts else found)  # a subset of the keys


def check_lengths(changes: Changes, old: Image | None = None) -> None:
    """Refuse texts and documents that are too long; properties that do not change are accepted."""
    for name, value in changes.items():
        if name in lengths.IMAGE:
            lengths.check(name, value, lengths.IMAGE[name])
    for facts in changes.get("dialect_facts", {}).values():
        for name, value in facts.items():
            lengths.check_fact(name, value)
    before = {} if old is None else old.properties
    for name, text in changes.get("properties", {}).items():
        if name not in before:
            lengths.check("properties", name, lengths.PROPERTY_NAME)
        if text != before.get(name):
            lengths.check("properties", text, lengths.PROPERTY_VALUE)


def check_property_count(count: int, quota: int) -> None:
    """Refuse more properties than an image may have; a negative quota means no limit."""
    if 0 <= quota < count:
        raise PropertyQuotaExceeded("properties", count, quota)


def check_formats(changes: Changes, limits: Limits, old: Image | None = None) -> None:
    """Refuse formats that are not offered, unless the image has them already. None is accepted."""
    new = differing(changes, old)
    for name, offered in (("disk_format", limits.disk_formats), ("container_format", limits.container_formats)):
        value = cast("str | None", new.get(name))  # formats are texts
        if value is not None and value not in offered:
            raise UnknownFormat(name, value)


def check_complete(image: Image) -> None:
    """Refuse bytes for an image that lacks a format. Raises FormatMissing."""
    for name in ("disk_format", "container_format"):
        if getattr(image, name) is None:
            raise FormatMissing(name)


def check_size(size: int | None, limits: Limits) -> None:
    """Refuse more bytes than an image may have."""
    if size is not None and size > limits.image_size_cap:
        raise ImageTooLarge(size, limits.image_size_cap)
