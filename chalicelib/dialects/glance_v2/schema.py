"""Render images as documents of this dialect (wire §2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.catalog.errors import ImageNotFound
from chalicelib.catalog.facts import INSPECTION_PREFIX, PROPERTY_FIELDS, inspection_properties, policy_properties
from chalicelib.catalog.image import Image, Status, Transition, is_uuid
from chalicelib.catalog.query import instant_text
from chalicelib.catalog.total import STORED

IMAGES = "/v2/images"
STATUS_NAMES: Mapping[Status, str] = {status: status.value for status in Status} | {Status.DEPRECATED: "active"}
IMPORTING = "importing"
NO_HASH: Mapping[str, str | None] = {"os_hash_algo": None, "os_hash_value": None}
FIELDS: Mapping[str, str] = {
    "name": "name",
    "visibility": "visibility",
    "protected": "protected",
    "os_hidden": "hidden",
    "tags": "tags",
    "owner": "owner",
    "disk_format": "disk_format",
    "container_format": "container_format",
    "min_disk": "min_disk",
    "min_ram": "min_ram",
}
"""Fields that clients can write, with their canonical names."""
MEASURED = ("status", "size", "checksum", "virtual_size", "created_at", "updated_at")
HASHES = ("os_hash_algo", "os_hash_value")
LINKS = ("self", "file", "schema")
BASE = frozenset({"id", *FIELDS, *MEASURED, *HASHES, *LINKS})
"""Fields of every image."""
ABSENT = frozenset({"direct_url", "locations", "stores"})
"""Fields of the original that are not supported."""
FORMATS = ("disk_format", "container_format")


def known(image_id: str) -> str:
    """Normalize an id in a path. Raises ImageNotFound if it is not a UUID."""
    if not is_uuid(image_id.lower()):
        raise ImageNotFound(image_id)
    return image_id.lower()


def status_of(image: Image) -> str:
    """The status as shown."""
    waits = image.status in (Status.QUEUED, Status.UPLOADING)
    return IMPORTING if waits and image.transition is Transition.CREATING else STATUS_NAMES[image.status]


def size_of(image: Image) -> int | None:
    """The size as shown: only of data that has arrived, whatever was declared."""
    return image.size if image.status in STORED else None


def virtual_size_of(image: Image) -> int | None:
    """The size of the disk, or None; for a raw image it is the size of the data."""
    if image.status not in STORED or not image.size:
        return None
    raw = image.size if image.disk_format == "raw" and image.inspection is None else None
    return raw if image.virtual_size is None else image.virtual_size


def custom_properties(image: Image) -> dict[str, str]:
    """The properties as shown; null values of other dialects are empty here."""
    facts = {name: getattr(image, field) for name, field in PROPERTY_FIELDS.items()}
    shown = {name: value or "" for name, value in image.properties.items() if _is_custom(name)}
    return {**shown, **{name: fact for name, fact in facts.items() if fact is not None}}


def _is_custom(name: str) -> bool:
    return name not in BASE | ABSENT and not name.startswith(INSPECTION_PREFIX)


def hash_of(image: Image) -> Mapping[str, str | None]:
    """The best known digest: SHA-512, or SHA-256 for data of older releases."""
    for name, value in (("sha512", image.sha512), ("sha256", image.sha256)):
        if value is not None:
            return {"os_hash_algo": name, "os_hash_value": value}
    return NO_HASH


def render_image(image: Image) -> dict[str, Any]:
    """Render fields and properties at the same level. Links are relative and always begin with `/v2`."""
    here = f"{IMAGES}/{image.id}"
    stored = image.status in STORED
    return {
        **custom_properties(image),
        **inspection_properties(image),
        **policy_properties(image),
        "id": image.id,
        "name": image.called,
        "status": status_of(image),
        "visibility": image.visibility.value,
        "protected": image.protected,
        "os_hidden": image.hidden,
        "tags": list(image.tags),
        "owner": image.owner,
        "disk_format": image.disk_format,
        "container_format": image.container_format,
        "min_disk": image.min_disk,
        "min_ram": image.min_ram,
        "size": size_of(image),
        "virtual_size": virtual_size_of(image),
        "checksum": image.checksum if stored else None,
        **(hash_of(image) if stored else NO_HASH),
        "created_at": second(image.created_at),
        "updated_at": second(image.updated_at),
        "self": here,
        "file": f"{here}/file",
        "schema": "/v2/schemas/image",
    }


def second(instant: datetime) -> str:
    """Format an instant in whole seconds: `2026-11-30T00:41:24Z`."""
    return f"{instant_text(instant)[:19]}Z"
