"""Maximum lengths of texts, in characters, in all dialects; docs/limits.md says where they come from."""

import json
from collections.abc import Mapping

from chalicelib.catalog.errors import Invalid

TEXT = 255
"""For names of images, tenants, users, machines and parents, and for the texts of parents."""
PROPERTY_NAME = 255
PROPERTY_VALUE = 7168
LOCATION = 8000
STATUS_REASON = 500
"""Longer reasons are truncated: they are the server's own words."""
DOCUMENT = 16384
"""Bytes of JSON, for a dialect fact other than a text."""
IMAGE: Mapping[str, int] = {
    **dict.fromkeys(("name", "owner", "architecture", "os_family", "platform", "login_user", "login_password"), TEXT),
    **dict.fromkeys(("provider", "provider_image_id", "zone", "source_instance"), TEXT),
    "checksum": 32,
    "description": PROPERTY_VALUE,
    "location": LOCATION,
}
"""Fields of an image. Formats are missing because they are enumerations, `os_title` because it copies a reference's."""


def check_tenant(field: str, name: str) -> None:
    """Raise Invalid if the name is not a valid name of a tenant."""
    if not 0 < len(name) <= TEXT:
        raise Invalid(field, f"a tenant has 1 to {TEXT} characters")


def check(field: str, text: object, longest: int) -> None:
    """Raise Invalid if a text has more than `longest` characters. Other values always pass."""
    if isinstance(text, str) and len(text) > longest:
        raise Invalid(field, f"longer than {longest} characters")


def check_fact(name: str, value: object) -> None:
    """Raise Invalid if a dialect fact is too long a text, or too large a document."""
    check(name, value, TEXT)
    if not isinstance(value, str) and len(json.dumps(value)) > DOCUMENT:
        raise Invalid(name, f"more than {DOCUMENT} bytes")
