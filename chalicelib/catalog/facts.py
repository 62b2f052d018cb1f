"""Facts of an image as properties, for dialects that have no fields for them."""

from collections.abc import Mapping
from typing import Any

from chalicelib.catalog.image import Image
from chalicelib.catalog.rules import disk_too_small

PROPERTY_FIELDS: Mapping[str, str] = {
    "architecture": "architecture",
    "description": "description",
    "os_admin_user": "login_user",
    "os_distro": "os_family",
    "os_type": "platform",
}
"""Names of properties, with the canonical field of each."""
INSPECTION_PREFIX = "inspection_"
"""The prefix of properties with the results of an inspection. The server sets them; clients cannot."""

SIGNED_BY = f"{INSPECTION_PREFIX}signature_by"
"""The only one that is free text, and not words joined by commas."""
DISK_TOO_SMALL = "disk_too_small"
"""A finding that depends on `min_disk` too: the disk is larger."""


def inspection_properties(image: Image) -> dict[str, str]:
    """The results of an inspection: `{"inspection_formats": "iso", "inspection_partition_table": "gpt"}`.

    DISK_TOO_SMALL is decided here and not stored, as `min_disk` may change.
    """
    found = {**(image.inspection or {}), **(image.signature or {})}
    if disk_too_small(image):
        found = {**found, "findings": [*found.get("findings", ()), DISK_TOO_SMALL]}
    return {
        f"{INSPECTION_PREFIX}{name}": value if isinstance(value, str) else ",".join(value)
        for name, value in found.items()
    }


def policy_properties(image: Image) -> dict[str, str]:
    """The image's own inspection policy, if its token or an administrator has set one.

    `{"inspection_policy": "record"}`.
    """
    return {} if image.policy is None else {f"{INSPECTION_PREFIX}policy": image.policy.value}


def was_found(image: Image, name: str, text: str | None) -> bool:
    """Whether an inspection property has this value, or has it among others: `snapshots` of `luks2,snapshots`."""
    found = {**inspection_properties(image), **policy_properties(image)}.get(name)
    return found is not None and text in ([found] if name == SIGNED_BY else found.split(","))


def inspected(image: Image) -> dict[str, Any]:
    """The inspection properties of an image and, if known, its virtual size; empty if it was not inspected.

    >>> inspected(image)
    {'inspection_formats': 'qcow2', 'virtual_size': 1073741824}
    """
    found = inspection_properties(image)
    return {**found, "virtual_size": image.virtual_size} if image.inspection and image.virtual_size else {**found}


def disk_size(image: Image) -> int:
    """The size of a disk made from an image: its virtual size if it was inspected, else its own size."""
    size: int = inspected(image).get("virtual_size") or image.size or 0
    return size
