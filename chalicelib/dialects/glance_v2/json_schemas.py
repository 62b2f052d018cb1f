"""JSON schemas of images and members, against which clients validate their updates (wire §5.9)."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.catalog import lengths
from chalicelib.catalog.image import Visibility
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.rules import LARGEST_INTEGER, Limits
from chalicelib.dialects.glance_v2.schema import IMPORTING, STATUS_NAMES
from chalicelib.dialects.glance_v2.values import LONGEST_TAG

Schema = dict[str, Any]
UUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
STATUSES = sorted({*STATUS_NAMES.values(), IMPORTING})


def _shown(kind: str | list[str], description: str, **more: Any) -> Schema:
    """A read-only field."""
    return {"type": kind, "readOnly": True, "description": description, **more}


def _format(formats: Any, description: str) -> Schema:
    return {"type": ["null", "string"], "enum": [None, *formats], "description": description}


def _minimum(description: str) -> Schema:
    return {"type": "integer", "minimum": 0, "maximum": LARGEST_INTEGER, "description": description}


def fields() -> Schema:
    """The schemas of the fields, except for those that depend on settings."""
    return {
        "id": {"type": "string", "pattern": UUID, "description": "The image's own UUID"},
        "name": {"type": ["null", "string"], "maxLength": lengths.TEXT, "description": "The name of the image"},
        "status": _shown("string", "The status of the image", enum=STATUSES),
        "visibility": {"type": "string", "enum": list(Visibility), "description": "Who may see the image"},
        "protected": {"type": "boolean", "description": "Whether the image cannot be deleted"},
        "os_hidden": {"type": "boolean", "description": "Whether lists omit the image by default"},
        "tags": {
            "type": "array",
            "items": {"type": "string", "maxLength": LONGEST_TAG},
            "description": "Tags, to filter by",
        },
        "owner": {"type": ["null", "string"], "maxLength": lengths.TEXT, "description": "The tenant it belongs to"},
        "min_disk": _minimum("Minimum disk, in gigabytes"),
        "min_ram": _minimum("Minimum memory, in megabytes"),
        "size": _shown(["null", "integer"], "Size of the data, in bytes"),
        "virtual_size": _shown(["null", "integer"], "Size of the disk, in bytes"),
        "checksum": _shown(
            ["null", "string"], "The MD5 of the bytes, in hexadecimal", maxLength=lengths.IMAGE["checksum"]
        ),
        "os_hash_algo": _shown(["null", "string"], "The algorithm of os_hash_value", maxLength=64),
        "os_hash_value": _shown(["null", "string"], "A digest of the bytes, in hexadecimal", maxLength=128),
        "created_at": _shown("string", "When the image was registered"),
        "updated_at": _shown("string", "When the image was last changed"),
        "self": _shown("string", "Path of the image"),
        "file": _shown("string", "Path of the image data"),
        "schema": _shown("string", "Where this schema is"),
        "direct_url": _shown("string", "Never shown here"),
        "locations": {
            "type": "array",
            "readOnly": True,
            "items": {"type": "object"},
            "description": "Never shown here",
        },
        "stores": _shown("string", "Never shown here: there is one store"),
    }


def image(limits: Limits) -> Schema:
    """The schema of an image; additional members are properties, which are texts."""
    formats = {
        "disk_format": _format(limits.disk_formats, "The format of the disk"),
        "container_format": _format(limits.container_formats, "The format of the container around it"),
    }
    return {
        "name": "image",
        "properties": {**fields(), **formats},
        "additionalProperties": {"type": "string"},
        "links": [
            {"rel": "self", "href": "{self}"},
            {"rel": "enclosure", "href": "{file}"},
            {"rel": "describedby", "href": "{schema}"},
        ],
    }


def member(_limits: Limits) -> Schema:
    """The schema of a member."""
    return {
        "name": "member",
        "properties": {
            "member_id": {"type": "string", "description": "The tenant that the image is shared with"},
            "image_id": {"type": "string", "pattern": UUID, "description": "The image"},
            "status": {"type": "string", "enum": list(MemberStatus), "description": "What the member says of it"},
            "created_at": {"type": "string", "description": "When it was shared"},
            "updated_at": {"type": "string", "description": "When the member spoke last"},
            "schema": {"type": "string", "readOnly": True, "description": "Where this schema is"},
        },
    }


def images(limits: Limits) -> Schema:
    """The schema of a page of images."""
    return {
        "name": "images",
        "properties": {
            "images": {"type": "array", "items": image(limits)},
            **{link: {"type": "string"} for link in ("first", "next", "schema")},
        },
        "links": [
            {"rel": "first", "href": "{first}"},
            {"rel": "next", "href": "{next}"},
            {"rel": "describedby", "href": "{schema}"},
        ],
    }


def members(limits: Limits) -> Schema:
    """The schema of an image's members."""
    return {
        "name": "members",
        "properties": {"members": {"type": "array", "items": member(limits)}, "schema": {"type": "string"}},
        "links": [{"rel": "describedby", "href": "{schema}"}],
    }


DOCUMENTS: Mapping[str, Callable[[Limits], Schema]] = {
    "image": image,
    "images": images,
    "member": member,
    "members": members,
}
