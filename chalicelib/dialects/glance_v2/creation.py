"""Parse and check new images, in the original's order of checks (wire §2)."""

from collections.abc import Mapping
from typing import Any

from chalicelib.catalog.errors import TenantMissing
from chalicelib.catalog.facts import INSPECTION_PREFIX
from chalicelib.catalog.image import NewImage
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.rules import Limits
from chalicelib.dialects.glance_v2 import values
from chalicelib.dialects.glance_v2.schema import BASE, FIELDS, HASHES, LINKS, MEASURED
from chalicelib.http.errors import Refused

SHOWN = ("direct_url", "stores", *LINKS)
RESERVED = frozenset({"location", "locations", "deleted", "deleted_at"})


def check(document: Mapping[str, Any], limits: Limits) -> None:
    """Check the document, whoever sends it. Raises BadMessage, Refused."""
    for name in SHOWN:
        refuse_read_only(name, name in document)
    for name, value in document.items():
        if name not in (*RESERVED, *MEASURED, *HASHES):
            values.check(name, value, limits)
    for name in document:
        refuse_reserved(name)


def refuse_read_only(name: str, given: bool) -> None:  # noqa: FBT001  # the only parameter besides the name
    """Raise Refused for a read-only field."""
    if given:
        raise Refused(f"Attribute '{name}' is read-only.")


def refuse_reserved(name: str) -> None:
    """Raise Refused for a reserved name."""
    if name in RESERVED or name.startswith((values.RESERVED_PREFIX, INSPECTION_PREFIX)):
        raise Refused(f"Attribute '{name}' is reserved.")


def parse(document: Mapping[str, Any], principal: Principal, limits: Limits) -> NewImage:
    """Parse a document that `check` has accepted. Raises TenantMissing, Refused, and errors of quotas."""
    if principal.tenant is None and not principal.is_admin:
        raise TenantMissing  # only administrators would see the image
    if "owner" in document and document["owner"] != principal.tenant and not principal.is_admin:
        raise Refused(f"You are not permitted to create images owned by '{document['owner']}'.")
    for name in MEASURED:
        refuse_read_only(name, name in document)
    fields = values.canonical({name: value for name, value in document.items() if name in FIELDS})
    properties = {name: value for name, value in document.items() if name not in BASE}
    if properties:
        fields |= values.property_changes(properties, limits, {}, {})
    image_id = document.get("id")
    return NewImage(fields, id=None if image_id is None else image_id.lower())
