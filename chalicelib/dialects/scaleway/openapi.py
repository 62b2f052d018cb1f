"""The description of this dialect (wire §1 to §8): its operations, and the schemas of what they take and answer."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from chalicelib.dialects.scaleway import listing, objects, schema
from chalicelib.dialects.scaleway.errors import OURS, STATUS, TYPES
from chalicelib.dialects.scaleway.objects import Reader
from chalicelib.http.errors import BadMessage, ServerError, Unauthorized
from chalicelib.http.openapi import (
    TOKEN_HEADER,
    Answer,
    Body,
    Description,
    Operation,
    Parameter,
    Schema,
    in_any_case,
    record,
    ref,
)

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
SHOWN_TYPES: Mapping[Reader, Schema] = {**PLAIN, objects.uuid: UUID}
READ_TYPES: Mapping[Reader, Schema] = {**PLAIN, objects.uuid: UUID_READ}
"""Schemas of a reader's output, and of its input."""


def _object(members: Mapping[str, Reader], types: Mapping[Reader, Schema]) -> Schema:
    """An object with an id; other known members may be null."""
    typed = {key: types[read] for key, read in members.items() if read in types}
    known = {key: schema if key == "id" else {"anyOf": [NOTHING, schema]} for key, schema in typed.items()}
    return {"type": "object", "properties": known, "required": ["id"]}


def _read(members: Mapping[str, Reader], types: Mapping[Reader, Schema] = READ_TYPES) -> Schema:
    return {"anyOf": [UUID_READ, _object(members, types)]}


VOLUME = _object(objects.VOLUME, {**SHOWN_TYPES, objects.server: _object(objects.SERVER, SHOWN_TYPES)})
VOLUMES: Schema = {"type": "object", "additionalProperties": VOLUME}
VOLUMES_READ: Schema = {
    "anyOf": [
        {
            "type": "object",
            "additionalProperties": _read(objects.VOLUME, {**READ_TYPES, objects.server: _read(objects.SERVER)}),
        },
        {"const": "[]"},
        {"type": "array", "items": {}, "maxItems": 0},
    ],
    "description": "A UUID stands for a volume with this id, `[]` for no volumes",
}
BOOTSCRIPT: Schema = {"anyOf": [NOTHING, _object(objects.BOOTSCRIPT, SHOWN_TYPES)]}
BOOTSCRIPT_READ: Schema = {"anyOf": [NOTHING, *_read(objects.BOOTSCRIPT)["anyOf"]]}

INSTANT: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$",
}
TEXT: Schema = {"type": "string", "minLength": 1}
NAME: Schema = {
    "type": "string",
    "maxLength": schema.LONGEST_NAME,
    "pattern": r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
    "description": "Not blank, no control characters",
}
REFERENCE: Schema = {
    "anyOf": [UUID_READ, {"type": "object", "properties": {"id": UUID_READ}, "required": ["id"]}],
}
"""An id, or an object of which only the id is read."""
WRITABLE: Mapping[str, Schema] = {
    "organization": {**UUID_READ, "description": "Must be the organization of the token"},
    "name": NAME,
    "arch": {"enum": list(schema.WRITABLE_ARCHES)},
    "root_volume": {**REFERENCE, "description": "The volume is not looked up, and cannot be changed later"},
    "public": {"type": "boolean", "default": False},
    "extra_volumes": VOLUMES_READ,
    "default_bootscript": BOOTSCRIPT_READ,
}
IGNORED: Mapping[str, Schema] = {key: {"description": "Ignored"} for key in sorted(schema.IGNORED)}


def _error(status: int) -> Schema:
    """The schema of an error with this status."""
    shape = {"type": {"const": TYPES.get(status, OURS)}, "message": TEXT}
    return record({**shape, "fields": ref("ScalewayFields")}, {"fields"}) if status == 400 else record(shape)


WORDS = {
    400: "The request is invalid; `fields` has the errors",
    401: "The token is missing or unknown",
    403: "Forbidden: the image or organization is not the token's, or the image is protected",
    404: "Unknown image",
    409: "Too many concurrent changes: try again",
}
ERRORS = {
    status: Answer(WORDS.get(status, HTTPStatus(status).phrase), _error(status))
    for status in sorted({BadMessage.status, Unauthorized.status, ServerError.status, *STATUS.values()})
}

SCHEMAS: Mapping[str, Schema] = {
    "ScalewayImage": record(
        {
            "id": UUID,
            "name": TEXT,
            "arch": TEXT,
            "organization": UUID,
            "public": {"type": "boolean"},
            "root_volume": ref("ScalewayVolume"),
            "extra_volumes": VOLUMES,
            "default_bootscript": BOOTSCRIPT,
            "creation_date": INSTANT,
            "modification_date": INSTANT,
            "from_server": NOTHING,
            "from_image": NOTHING,
            "marketplace_key": NOTHING,
            "state": {"enum": sorted(set(schema.STATES.values()))},
        }
    ),
    "ScalewayVolume": record(
        {
            "id": UUID,
            "name": {"type": "string"},
            "size": {"type": "integer", "minimum": 0, "description": "Bytes of the image"},
            "volume_type": {"const": "l_ssd"},
        }
    ),
    "ScalewayOne": record({"image": ref("ScalewayImage"), "images": ref("ScalewayImage")}),
    "ScalewayList": record({"images": {"type": "array", "items": ref("ScalewayImage")}}),
    "ScalewayNewImage": record({**WRITABLE, **IGNORED}, {*WRITABLE, *IGNORED}.difference(schema.REQUIRED)),
    "ScalewayChanges": record({**WRITABLE, **IGNORED}, {*WRITABLE, *IGNORED}),
    "ScalewayFields": {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": "array", "items": TEXT, "minItems": 1},
    },
}

NEW: dict[str, Any] = {
    "organization": "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11",
    "name": "my_image",
    "arch": "arm",
    "root_volume": "6f0c8f2e-1b7b-4f39-8f0c-3b8d9a7e4c20",
}
IMAGE: dict[str, Any] = {
    "id": "0dd0a5a4-62c1-4a6b-8a5c-4f7b0a4f2f10",
    **NEW,
    "public": False,
    "root_volume": {"id": NEW["root_volume"], "name": "my_image", "size": 0, "volume_type": "l_ssd"},
    "extra_volumes": {},
    "default_bootscript": None,
    "creation_date": "2024-03-05T10:20:30.123456+00:00",
    "modification_date": "2024-03-05T10:20:30.123456+00:00",
    "from_server": None,
    "from_image": None,
    "marketplace_key": None,
    "state": "available",
}
ONE = {"image": IMAGE, "images": IMAGE}

PAGE = (
    Parameter("page", "query", {"type": "integer", "minimum": 1, "default": 1}),
    Parameter(
        "per_page",
        "query",
        {"type": "integer", "minimum": 1, "maximum": listing.LARGEST_SIZE, "default": listing.USUAL_SIZE},
    ),
    Parameter("organization", "query", {"type": "string"}, "Images of this organization; only public ones of another"),
    Parameter("arch", "query", {"type": "string"}, "Exact architecture"),
    Parameter("name", "query", {"type": "string"}, "Part of the name, case-sensitive"),
    Parameter("public", "query", in_any_case(listing.PUBLIC), "Public or private images"),
)
PAGE_HEADERS: Mapping[str, Schema] = {
    "X-Total-Count": {"type": "integer", "minimum": 0, "description": "Total number of images"},
    "Link": {
        "type": "string",
        "description": "Links first, previous, next and last, relative to the root of the API",
        "pattern": '^</images\\?[^>]*>; rel="[a-z]+"(,</images\\?[^>]*>; rel="[a-z]+")*$',
    },
}
LISTED = Answer("The images of the page", ref("ScalewayList"), headers=PAGE_HEADERS, example={"images": [IMAGE]})
SHOWN = Answer("The image, under two names", ref("ScalewayOne"), example=ONE)
CREATED = Answer(
    "The new image, under two names",
    ref("ScalewayOne"),
    headers={"Location": {"type": "string", "description": "Path of the image"}},
    example=ONE,
)
CHANGES = Body(ref("ScalewayChanges"), example={"name": "another_name", "public": False})
CHANGE = Operation(
    "Change an image",
    {200: SHOWN},
    bodies=(CHANGES,),
    description="The whole image may be sent back, or a part of it; what is absent stays. A `name` or an `arch` that"
    " equals the one that is shown is taken in any case.",
    refuses=(400, 403, 404, 409),
)

DESCRIPTION = Description(
    title="Scaleway (2014)",
    about="The compute API of Scaleway when it was Online Labs: images only.",
    security=TOKEN_HEADER,
    schemas=SCHEMAS,
    operations={
        ("GET", "/images"): Operation(
            "List images",
            {200: LISTED},
            PAGE,
            description="The images of the token's organization and all public ones, newest first.",
            refuses=(400, 403),
        ),
        ("HEAD", "/images"): Operation("Count images", {200: LISTED}, PAGE, refuses=(400, 403)),
        ("POST", "/images"): Operation(
            "Add an image",
            {201: CREATED},
            bodies=(Body(ref("ScalewayNewImage"), example=NEW),),
            refuses=(400, 403),
        ),
        ("GET", "/images/{image_id}"): Operation("Show an image", {200: SHOWN}, refuses=(403, 404)),
        ("HEAD", "/images/{image_id}"): Operation("Check that an image exists", {200: SHOWN}, refuses=(403, 404)),
        ("PUT", "/images/{image_id}"): CHANGE,
        ("PATCH", "/images/{image_id}"): replace(CHANGE, summary="Change an image by PATCH"),
        ("DELETE", "/images/{image_id}"): Operation(
            "Delete an image", {204: Answer("The image is deleted")}, refuses=(403, 404, 409)
        ),
    },
    errors=ERRORS,
    everywhere=tuple(status for status in ERRORS if status >= 500),
)
