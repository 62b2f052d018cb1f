"""The shapes of what this dialect reads and answers (wire §2 and §5)."""

from collections.abc import Mapping
from typing import Any

from chalicelib.catalog import lengths
from chalicelib.catalog.membership import MemberStatus
from chalicelib.dialects.glance_v2 import json_schemas
from chalicelib.dialects.glance_v2.imports import DIRECT, METHODS, WEB
from chalicelib.dialects.glance_v2.json_schemas import UUID
from chalicelib.dialects.glance_v2.patch import KINDS
from chalicelib.dialects.glance_v2.schema import BASE, FIELDS
from chalicelib.dialects.glance_v2.versions import MINORS, OLDER
from chalicelib.http.openapi import Schema, record, ref

TEXT: Schema = {"type": "string"}
IDENTIFIER: Schema = {"type": "string", "format": "uuid", "pattern": UUID}
INSTANT: Schema = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
POINTER: Schema = {"type": "string", "description": "A JSON pointer to a field, a property, or a tag: `/tags/0`"}
FORMAT: Schema = {"type": ["null", "string"], "description": "One of those that the operator offers, or null"}
FORMATS = {"disk_format": FORMAT, "container_format": FORMAT}
PROPERTY: Schema = {"type": "string", "description": "A property"}


def _fields() -> dict[str, Any]:
    times = dict.fromkeys(("created_at", "updated_at"), INSTANT)
    return {**json_schemas.fields(), **FORMATS, **times}


SHOWN = {name: schema for name, schema in _fields().items() if name in BASE}
WRITTEN = {name: schema for name, schema in _fields().items() if name in ("id", *FIELDS)}


NONE: Schema = {"type": "array", "items": {}, "maxItems": 0}


def list_of(schema: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": schema}


def _operation(form: Mapping[str, Schema], required: list[str]) -> Schema:
    return list_of({"type": "object", "properties": form, "required": required})


SCHEMAS: Mapping[str, Schema] = {
    "GlanceV2Image": {
        "type": "object",
        "properties": SHOWN,
        "required": sorted(BASE),
        "additionalProperties": PROPERTY,
    },
    "GlanceV2Images": record(
        {"images": list_of(ref("GlanceV2Image")), "first": TEXT, "next": TEXT, "schema": TEXT}, {"next"}
    ),
    "GlanceV2NewImage": {"type": "object", "properties": WRITTEN, "additionalProperties": PROPERTY},
    "GlanceV2Patch": _operation({"op": {"enum": list(KINDS)}, "path": POINTER, "value": {}}, ["op", "path"]),
    "GlanceV2OldPatch": _operation({**dict.fromkeys(KINDS, POINTER), "value": {}}, []),
    "GlanceV2Member": record(
        {
            "member_id": {**TEXT, "maxLength": lengths.TEXT},
            "image_id": IDENTIFIER,
            "status": {"enum": list(MemberStatus)},
            "created_at": INSTANT,
            "updated_at": INSTANT,
            "schema": TEXT,
        }
    ),
    "GlanceV2Members": record({"members": list_of(ref("GlanceV2Member")), "schema": TEXT}),
    "GlanceV2NewMember": {
        "type": "object",
        "properties": {"member": {**TEXT, "minLength": 1, "maxLength": lengths.TEXT}},
        "required": ["member"],
    },
    "GlanceV2MemberAnswer": {
        "type": "object",
        "properties": {"status": {"enum": list(MemberStatus)}},
        "required": ["status"],
    },
    "GlanceV2Import": {
        "type": "object",
        "properties": {
            "method": {
                "oneOf": [
                    {
                        "type": "object",
                        "properties": {"name": {"const": WEB}, "uri": {**TEXT, "minLength": 1}},
                        "required": ["name", "uri"],
                    },
                    {"type": "object", "properties": {"name": {"const": DIRECT}}, "required": ["name"]},
                ]
            },
            "all_stores": {"type": "boolean", "description": "Ignored: there is one store"},
        },
        "required": ["method"],
    },
    "GlanceV2ImportMethods": record(
        {"import-methods": record({"description": TEXT, "type": TEXT, "value": list_of({"enum": list(METHODS)})})}
    ),
    "GlanceV2Schema": {
        "type": "object",
        "properties": {"name": TEXT, "properties": {"type": "object"}},
        "required": ["name", "properties"],
    },
    "GlanceV2Usage": record({"usage": {"type": "object", "maxProperties": 0}}),
    "GlanceV2Tasks": record({"tasks": NONE, "first": TEXT, "schema": TEXT}),
    "GlanceV2Namespaces": record({"namespaces": NONE, "first": TEXT, "schema": TEXT}),
    "GlanceV2ResourceTypes": record({"resource_types": NONE}),
    "GlanceV2Versions": record(
        {
            "versions": list_of(
                record(
                    {
                        "id": {"enum": [*MINORS, *OLDER]},
                        "status": {"enum": ["CURRENT", "SUPPORTED"]},
                        "links": list_of(record({"rel": {"const": "self"}, "href": TEXT})),
                    }
                )
            )
        }
    ),
    "GlanceV2Error": record({"error": record({"code": {"type": "integer"}, "title": TEXT, "message": TEXT})}),
}
"""By the names that operations call them by."""
