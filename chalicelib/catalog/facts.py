"""Facts of an image that are properties, or other names, where there are no fields for them."""

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
"""The names of such properties, with the canonical field of each."""
INSPECTION_PREFIX = "inspection_"
"""The prefix of names that tell what the bytes were found to be. They are the server's own: no client sets one."""

SIGNED_BY = f"{INSPECTION_PREFIX}signature_by"
"""The one that is a text of somebody else's, and not words joined by commas."""
DISK_TOO_SMALL = "disk_too_small"
"""A finding that is not of the bytes alone: they make a larger disk than `min_disk` says."""


def inspection_properties(image: Image) -> dict[str, str]:
    """What the bytes were found to be: `{"inspection_formats": "iso", "inspection_partition_table": "gpt"}`.

    That they do not fit on the disk that is promised follows from what others may change, and is found here.
    """
    found = {**(image.inspection or {}), **(image.signature or {})}
    if disk_too_small(image):
        found = {**found, "findings": [*found.get("findings", ()), DISK_TOO_SMALL]}
    return {
        f"{INSPECTION_PREFIX}{name}": value if isinstance(value, str) else ",".join(value)
        for name, value in found.items()
    }


def policy_properties(image: Image) -> dict[str, str]:
    """What becomes of the image if its bytes are objected to, if its token, or an administrator, has decided that.

    `{"inspection_policy": "record"}`.
    """
    return {} if image.policy is None else {f"{INSPECTION_PREFIX}policy": image.policy.value}


def was_found(image: Image, name: str, text: str | None) -> bool:
    """Whether an inspection property has this value, or has it among others: `snapshots` of `luks2,snapshots`."""
    found = {**inspection_properties(image), **policy_properties(image)}.get(name)
    return found is not None and text in ([found] if name == SIGNED_BY else found.split(","))


def inspected(image: Image) -> dict[str, Any]:
    """Inspection properties and, if it is known, the virtual size of an image; nothing of one that was not inspected.

    >>> inspected(image)
    {'inspection_formats': 'qcow2', 'virtual_size': 1073741824}
    """
    found = inspection_properties(image)
    return {**found, "virtual_size": image.virtual_size} if image.inspection and image.virtual_size else {**found}


def disk_size(image: Image) -> int:
    """The bytes of the disk that is made of an image: its virtual size if it was inspected, else what it has itself."""
    size: int = inspected(image).get("virtual_size") or image.size or 0
    return size
