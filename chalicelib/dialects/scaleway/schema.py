"""Parse requests and render responses (wire §3 to §7). Pure functions."""

import re
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, TypedDict, cast
from uuid import UUID, uuid5

from chalicelib.catalog import lengths
from chalicelib.catalog.facts import disk_size
from chalicelib.catalog.image import Changes, Image, NewImage, Status, Visibility
from chalicelib.catalog.query import instant_text
from chalicelib.dialects.scaleway import objects
from chalicelib.dialects.scaleway.errors import BadFields
from chalicelib.dialects.scaleway.objects import Reader, WrongError
from chalicelib.http import fields
from chalicelib.http.dialect_facts import DialectFacts
from chalicelib.http.errors import BadMessage, Refused

NAMESPACE = "scaleway"
"""The namespace of facts."""


class Facts(TypedDict, total=False):
    """Facts of an image that only this dialect knows."""

    root_volume: Mapping[str, Any] | None
    extra_volumes: Mapping[str, Any] | None
    default_bootscript: Mapping[str, Any] | None


FACTS = DialectFacts(NAMESPACE, Facts)
STATES: Mapping[Status, str] = {
    Status.QUEUED: "creating",
    Status.UPLOADING: "creating",
    Status.SAVING: "creating",
    Status.ACTIVE: "available",
    Status.DEPRECATED: "available",
    Status.DEACTIVATED: "available",
    Status.KILLED: "error",
    # Deleted images are never shown.
    Status.PENDING_DELETE: "error",
    Status.DELETED: "error",
}
WRITABLE_ARCHES = ("arm", "arm64", "x86_64")
ARCHES: Mapping[str | None, str] = {
    "amd64": "x86_64",
    "aarch64": "arm64",
    "armhf": "arm",
    "armv7l": "arm",
    None: "unknown_arch",
}
"""Canonical architectures and their names here."""
NAMES = UUID("ff1281fb-172e-4909-84a6-9e4dbb34e527")
"""The namespace of generated UUIDs: for root volumes, and for tenants that are not UUIDs."""
NOBODY = str(UUID(int=0))
"""The organization shown for images without an owner."""
LONGEST_NAME = lengths.IMAGE["name"]
REQUIRED = ("organization", "name", "arch", "root_volume")
IGNORED = frozenset(
    {
        "id",
        "creation_date",
        "modification_date",
        "from_server",
        "from_image",
        "marketplace_key",
        "state",
        "tags",
        "project",
        "zone",
    }
)
"""Ignored keys: read-only ones, so that an image can be sent back, and later additions of the API."""


def organization(owner: str | None) -> str:
    """The organization of a tenant: the tenant if it is a UUID, otherwise a UUID derived from it."""
    if owner is None:
        return NOBODY
    return fields.uuid(owner) or str(uuid5(NAMES, owner))


def shown_name(image: Image) -> str:
    """The name, or the id of an image that has none."""
    return image.name or image.id


def shown_arch(architecture: str | None) -> str:
    """The architecture in this dialect."""
    return ARCHES.get(architecture, architecture or ARCHES[None])


def arches_shown_as(arch: str) -> tuple[str | None, ...]:
    """The canonical architectures shown under this name."""
    named = [known for known, shown in ARCHES.items() if shown == arch]
    return tuple(named) if arch in ARCHES else (*named, arch)


def render_image(image: Image) -> dict[str, Any]:
    """Render the fourteen keys."""
    own = FACTS.of(image)
    return {
        "id": image.id,
        "name": shown_name(image),
        "arch": shown_arch(image.architecture),
        "organization": organization(image.owner),
        "public": image.visibility is Visibility.PUBLIC,
        "root_volume": _render_root_volume(image, own),
        "extra_volumes": objects.shown_volumes(own.get("extra_volumes")),
        "default_bootscript": objects.shown_bootscript(own.get("default_bootscript")),
        "creation_date": f"{instant_text(image.created_at)}+00:00",
        "modification_date": f"{instant_text(image.updated_at)}+00:00",
        "from_server": None,
        "from_image": None,
        "marketplace_key": None,
        "state": STATES[image.status],
    }


def _render_root_volume(image: Image, own: Facts) -> dict[str, Any]:
    """The volume named at creation; for images of other dialects its id is derived from the image's."""
    known = {"id": str(uuid5(NAMES, image.id)), "name": shown_name(image)}
    known |= objects.shown_root_volume(own.get("root_volume"))
    return {"id": known["id"], "name": known["name"], "size": disk_size(image), "volume_type": "l_ssd"}


def render_one(image: Image) -> dict[str, Any]:
    """Render an image under both keys: the documented one, and the one that clients read (wire §5)."""
    shown = render_image(image)
    return {"image": shown, "images": shown}


def parse_document(body: bytes) -> dict[str, Any]:
    """Parse the body, a JSON object."""
    document = fields.json_body(body)
    if not isinstance(document, dict):
        raise BadMessage("body", "The request body must be a JSON object")
    return document


def parse_new_image(document: Mapping[str, Any]) -> tuple[str, NewImage]:
    """Parse the organization and the image of a POST; the image has no data. Raises BadFields."""
    values = _read(document, READERS, REQUIRED)
    values["root_volume"] = {"id": values["root_volume"], "name": values["name"]}
    return values["organization"], NewImage({**_changes(values), "status": Status.ACTIVE})


def parse_update(document: Mapping[str, Any], image: Image) -> Changes:
    """Parse the changes of a PUT. Raises BadFields, and Refused for another organization.

    Values that equal the shown ones are kept: other dialects can set names and architectures that are invalid here.
    """
    shown = render_image(image)
    values = _read(
        fields.changed(document, shown), {**READERS, "root_volume": partial(_same_volume, shown["root_volume"]["id"])}
    )
    if values.get("organization", shown["organization"]) != shown["organization"]:
        raise Refused("The organization of an image cannot be changed")
    values.pop("root_volume", None)  # the image's own
    # Every successful PUT updates the modification date (wire §3), so it must change something.
    return {"visibility": image.visibility, **_changes(values)}


def _read(document: Mapping[str, Any], readers: "Readers", required: Collection[str] = ()) -> dict[str, Any]:
    """Read the values of keys that are not ignored."""
    notes = {key: "required key not provided" for key in required if key not in document}
    values: dict[str, Any] = {}
    for key, value in document.items():
        if key not in IGNORED:
            try:
                values[key] = readers.get(key, _unknown)(value)
            except WrongError as error:
                notes[key] = str(error)
    if notes:
        raise BadFields(notes)
    return values


def _changes(values: Mapping[str, Any]) -> Changes:
    changed = {field: values[key] for key, field in FIELDS.items() if key in values}
    own = {key: values[key] for key in FACTS.names if key in values}
    return cast("Changes", {**changed, **FACTS.changes(cast("Facts", own))})  # READERS gave them their types


def _name(value: Any) -> str:
    name = objects.text(value)
    if not name.strip():
        raise WrongError("length of value must be at least 1")
    if len(name) > LONGEST_NAME:
        raise WrongError(f"length of value must be at most {LONGEST_NAME}")
    if re.search(fields.CONTROLS, name):
        raise WrongError("not a valid value")
    return name


def _arch(value: Any) -> str:
    if value not in WRITABLE_ARCHES:
        raise WrongError("not a valid value")
    return cast("str", value)  # all writable fields are texts


def _same_volume(known: str, value: Any) -> None:
    if objects.reference(value) != known:
        raise WrongError("cannot be changed")


def _visibility(value: Any) -> Visibility:
    return Visibility.PUBLIC if objects.boolean(value) else Visibility.SHARED


def _unknown(_value: Any) -> Any:
    raise WrongError("extra keys not allowed")


Readers = Mapping[str, Reader]
READERS: Readers = {
    "organization": objects.uuid,
    "name": _name,
    "arch": _arch,
    "root_volume": objects.reference,
    "public": _visibility,
    "extra_volumes": objects.volumes,
    "default_bootscript": objects.bootscript,
}
FIELDS: Mapping[str, str] = {
    "name": "name",
    "arch": "architecture",
    "public": "visibility",
}
"""Shared keys that a PUT can change, with their canonical fields."""
