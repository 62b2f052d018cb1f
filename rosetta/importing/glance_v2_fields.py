"""Fields and properties of a Glance v2 image, and the patch between two images."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rosetta.answers import reading
from rosetta.importing.glance_bytes import Content
from rosetta.importing.glance_fields import is_computed

WRITABLE = (
    *("name", "visibility", "protected", "os_hidden", "tags"),
    *("min_disk", "min_ram", "disk_format", "container_format"),
)
SHOWN = frozenset(
    (
        *("id", "owner", "status", "size", "virtual_size", "checksum", "os_hash_algo", "os_hash_value"),
        *("created_at", "updated_at", "self", "file", "schema", "direct_url", "locations", "stores"),
        *WRITABLE,
    )
)
"""Members of an image's document that are not custom properties."""
IMPORT_PREFIX = "os_glance_"
"""The prefix of properties that Glance uses for its own imports."""

Document = Mapping[str, Any]
Member = tuple[str, str]
"""A tenant and its answer: pending, accepted or rejected."""


@dataclass(frozen=True, slots=True)
class ImageV2:
    """An image. Clients can write `fields`; administrators also `owner`."""

    id: str
    status: str
    owner: str | None
    content: Content
    fields: Document
    properties: Mapping[str, str]

    @property
    def visibility(self) -> str:
        return str(self.fields["visibility"])


def read_image_v2(document: Any) -> ImageV2:
    """Parse the document of an image. Raises ServiceError."""
    with reading("image"):
        image_id = str(document["id"])
        digest = (document.get("os_hash_algo"), document.get("os_hash_value"))
        return ImageV2(
            image_id,
            str(document["status"]),
            document.get("owner"),
            Content(image_id, int(document.get("size") or 0), document.get("checksum"), *digest),
            _fields(document),
            {name: value or "" for name, value in document.items() if _is_custom(name)},
        )


def _fields(document: Document) -> dict[str, Any]:
    """The writable fields; services older than version 2.7 have no `os_hidden`."""
    fields = {name: document[name] for name in WRITABLE if name not in {"os_hidden", "tags"}}
    return {**fields, "os_hidden": bool(document.get("os_hidden")), "tags": sorted(document["tags"])}


def _is_custom(name: str) -> bool:
    return name not in SHOWN and not is_computed(name) and not name.startswith(IMPORT_PREFIX)


def patch_between(found: ImageV2, wanted: Document, properties: Mapping[str, str]) -> list[Document]:
    """The operations that give an image exactly these fields and properties."""
    has = {**found.fields, "owner": found.owner}
    fields = [_operation("replace", name, value) for name, value in wanted.items() if has[name] != value]
    changed = [
        _operation("add", name, value) for name, value in properties.items() if found.properties.get(name) != value
    ]
    gone = [{"op": "remove", "path": _pointer(name)} for name in found.properties if name not in properties]
    return [*fields, *changed, *gone]


def _operation(action: str, name: str, value: Any) -> Document:
    return {"op": action, "path": _pointer(name), "value": value}


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")
