"""How long texts may be, in characters, whichever dialect writes them; docs/limits.md says whose lengths these are."""

import json
from collections.abc import Mapping

from chalicelib.catalog.errors import Invalid

TEXT = 255
"""Of whatever names something: images, tenants, users, machines, parents and what parents are told of."""
PROPERTY_NAME = 255
PROPERTY_VALUE = 7168
LOCATION = 8000
STATUS_REASON = 500
"""What is longer is cut short: the server words it."""
DOCUMENT = 16384
"""Bytes of JSON, of a fact that one dialect alone knows and that is no text."""
IMAGE: Mapping[str, int] = {
    **dict.fromkeys(("name", "owner", "architecture", "os_family", "platform", "login_user", "login_password"), TEXT),
    **dict.fromkeys(("provider", "provider_image_id", "zone", "source_instance"), TEXT),
    "checksum": 32,
    "description": PROPERTY_VALUE,
    "location": LOCATION,
}
"""Fields of an image. Formats are chosen from a list, and `os_title` repeats the title of a reference."""


def check_tenant(field: str, name: str) -> None:
    """Raise Invalid for a name that no tenant can have."""
    if not 0 < len(name) <= TEXT:
        raise Invalid(field, f"a tenant has 1 to {TEXT} characters")


def check(field: str, text: object, longest: int) -> None:
    """Raise Invalid for a text of more characters than that; what is no text has no length."""
    if isinstance(text, str) and len(text) > longest:
        raise Invalid(field, f"longer than {longest} characters")


def check_fact(name: str, value: object) -> None:
    """Raise Invalid for a fact of one dialect alone that is longer than a text, or larger than a document, may be."""
    check(name, value, TEXT)
    if not isinstance(value, str) and len(json.dumps(value)) > DOCUMENT:
        raise Invalid(name, f"more than {DOCUMENT} bytes")
