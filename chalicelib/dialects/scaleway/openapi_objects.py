"""What volumes and boot scripts are in the description of this dialect, as they are read and as they are shown."""

from collections.abc import Mapping

from chalicelib.dialects.scaleway import objects
from chalicelib.dialects.scaleway.objects import Reader
from chalicelib.http.openapi import Schema

UUID: Schema = {"type": "string", "format": "uuid", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
UUID_READ: Schema = {
    "type": "string",
    "format": "uuid",
    "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
}
NOTHING: Schema = {"type": "null"}

PLAIN: Mapping[Reader, Schema] = {
    objects.text: {"type": "string"},
    objects.boolean: {"type": "boolean"},
    objects.number: {"type": "integer", "minimum": 0, "maximum": objects.LARGEST_NUMBER},
    objects.texts: {"type": "array", "items": {"type": "string"}},
    objects.instant: {"type": "string", "format": "date-time", "pattern": f"^{objects.INSTANT}$"},
}
SHOWN: Mapping[Reader, Schema] = {**PLAIN, objects.uuid: UUID}
READ: Mapping[Reader, Schema] = {**PLAIN, objects.uuid: UUID_READ}
"""What a reader gives, and what it takes."""


def _object(members: Mapping[str, Reader], types: Mapping[Reader, Schema]) -> Schema:
    """An object with an id, of whose known members any other may be null."""
    typed = {key: types[read] for key, read in members.items() if read in types}
    known = {key: schema if key == "id" else {"anyOf": [NOTHING, schema]} for key, schema in typed.items()}
    return {"type": "object", "properties": known, "required": ["id"]}


def _read(members: Mapping[str, Reader], types: Mapping[Reader, Schema] = READ) -> Schema:
    return {"anyOf": [UUID_READ, _object(members, types)]}


VOLUME = _object(objects.VOLUME, {**SHOWN, objects.server: _object(objects.SERVER, SHOWN)})
VOLUMES: Schema = {"type": "object", "additionalProperties": VOLUME}
VOLUMES_READ: Schema = {
    "anyOf": [
        {
            "type": "object",
            "additionalProperties": _read(objects.VOLUME, {**READ, objects.server: _read(objects.SERVER)}),
        },
        {"const": "[]"},
        {"type": "array", "items": {}, "maxItems": 0},
    ],
    "description": "A UUID stands for a volume with this id, `[]` for no volumes",
}
BOOTSCRIPT: Schema = {"anyOf": [NOTHING, _object(objects.BOOTSCRIPT, SHOWN)]}
BOOTSCRIPT_READ: Schema = {"anyOf": [NOTHING, *_read(objects.BOOTSCRIPT)["anyOf"]]}
