"""Objects that are valid by default, for tests that set only the fields they need."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from chalicelib.catalog.image import Image
from chalicelib.catalog.membership import Membership
from chalicelib.catalog.principal import Principal

START = datetime(2026, 1, 1, tzinfo=UTC)


def an_image(**fields: Any) -> Image:
    """A private queued image of the tenant t1, unless the fields say otherwise."""
    created = fields.get("created_at", START)
    usual = {"id": str(uuid4()), "owner": "t1", "created_at": created, "updated_at": created}
    return Image(**{"status_changed_at": created, **usual, **fields})


INSPECTED: Mapping[str, Any] = {
    "virtual_size": 20 * 2**30,
    "inspection": {"formats": ["qcow2"], "partition_table": "gpt", "findings": ["luks2", "snapshots"]},
}
"""The fields that inspection sets."""


def a_membership(image: Image, member: str, **fields: Any) -> Membership:
    """A membership without the right to share the image further."""
    return Membership(**{"image_id": image.id, "member": member, "can_share": False, "created_at": START, **fields})


def a_principal(tenant: str | None = "t1") -> Principal:
    """A caller of this tenant without any policy."""
    return Principal(user="user", tenant=tenant)
