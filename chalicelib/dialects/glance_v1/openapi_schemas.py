"""The documents of this dialect as JSON Schemas (wire §2.1, §3, §4 and §6), closed where its objects are."""

from collections.abc import Mapping
from typing import Any

from chalicelib.catalog import lengths
from chalicelib.catalog.event import What
from chalicelib.catalog.image import Inspecting
from chalicelib.catalog.job import Action, JobStatus
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.rules import LARGEST_INTEGER
from chalicelib.catalog.token import ID_LENGTH
from chalicelib.catalog.tokens import LONGEST
from chalicelib.catalog.upload import LARGEST_PART, MAX_LINKS, MAX_PARTS, SMALLEST_PART
from chalicelib.dialects.glance_v1.metadata import LARGEST_SIZE, LONGEST_CHECKSUM
from chalicelib.dialects.glance_v1.schema import STATUS_NAMES
from chalicelib.http.openapi import NEVER, Schema, record, ref

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
BYTES: Schema = {"type": "integer", "minimum": 0, "maximum": LARGEST_SIZE}
MINIMUM: Schema = {"type": "integer", "minimum": 0, "maximum": LARGEST_INTEGER}
NUMBER: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_PARTS}
ID: Schema = {"type": "string", "format": "uuid", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
INSTANT: Schema = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}$",
    "description": "In UTC, without saying so",
    "examples": ["2016-05-10T21:35:15.000000"],
}
MD5: Schema = {
    "type": "string",
    "pattern": '^"?[0-9A-Fa-f]{32}"?$',
    "examples": ["d41d8cd98f00b204e9800998ecf8427e"],
    "description": "In hexadecimal",
}
OCTETS: Schema = {"type": "string", "format": "binary"}


def nullable(schema: Schema) -> Schema:
    """The schema of a value that may be null."""
    return {**schema, "type": [schema["type"], "null"]}


def list_of(items: Schema) -> Schema:
    """The schema of a list."""
    return {"type": "array", "items": items}


BRIEF: Mapping[str, Schema] = {
    "id": ID,
    "name": nullable(TEXT),
    "disk_format": nullable(TEXT),
    "container_format": nullable(TEXT),
    "size": BYTES,
    "checksum": nullable({**TEXT, "maxLength": LONGEST_CHECKSUM}),
}
IMAGE: Mapping[str, Schema] = {
    **BRIEF,
    "virtual_size": nullable(BYTES),
    "status": {"type": "string", "enum": sorted(set(STATUS_NAMES.values()))},
    "is_public": FLAG,
    "protected": FLAG,
    "min_disk": MINIMUM,
    "min_ram": MINIMUM,
    "owner": nullable(TEXT),
    "created_at": INSTANT,
    "updated_at": INSTANT,
    "deleted_at": nullable(INSTANT),
    "deleted": FLAG,
    "properties": {"type": "object", "additionalProperties": nullable(TEXT)},
}
"""The fields of an image in documents and, without the properties, in headers."""

NEXT: Mapping[str, Schema] = {
    "next": {**TEXT, "format": "uri", "description": "Of a full page: the next page, which may be empty"}
}

MEMBER_NAME: Schema = {**TEXT, "minLength": 1, "maxLength": lengths.TEXT}
CAN_SHARE: Schema = {"description": "A text is read as in headers; other values by their truth value"}
ENTRY: Mapping[str, Schema] = {"member_id": MEMBER_NAME, "can_share": CAN_SHARE}

LINK = record({"number": NUMBER, "url": TEXT, "headers": {"type": "object", "additionalProperties": TEXT}})
UPLOAD = record(
    {
        "id": ID,
        "image_id": ID,
        "size": BYTES,
        "part_size": {"type": "integer", "minimum": SMALLEST_PART, "maximum": LARGEST_PART},
        "part_count": NUMBER,
        "created_at": INSTANT,
        "expires_at": INSTANT,
        "received": list_of(record({"number": NUMBER, "size": BYTES, "etag": TEXT})),
        "links": list_of(ref("GlanceLink")),
    }
)
JOB = record(
    {
        "id": ID,
        "action": {"type": "string", "enum": [action.value for action in Action]},
        "status": {"type": "string", "enum": [status.value for status in JobStatus]},
        "images": list_of(ID),
        "done": nullable(BYTES),
        "size": nullable(BYTES),
        "reason": TEXT,
        "created_at": INSTANT,
        "began_at": nullable(INSTANT),
        "finished_at": nullable(INSTANT),
    }
)
TOLD_OF_SOME = {"fields": list_of(TEXT), "members": list_of(TEXT), "removed_members": list_of(TEXT), "reason": TEXT}
EVENT = record(
    {
        "version": NUMBER,
        "at": INSTANT,
        "event": {"type": "string", "enum": [what.value for what in What]},
        "user": nullable(TEXT),
        "tenant": nullable(TEXT),
        "token": nullable(TEXT),
        "dialect": nullable(TEXT),
        "request_id": nullable(TEXT),
        **TOLD_OF_SOME,
    },
    optional=TOLD_OF_SOME,
)
COUNT: Schema = {"type": "integer", "minimum": 0}
USAGE = record(
    {
        "tenant": TEXT,
        "bytes": COUNT,
        "bytes_allowed": nullable(COUNT),
        "images": COUNT,
        "public_images": COUNT,
        "shared_images": COUNT,
        "shared_images_allowed": nullable(COUNT),
    }
)
TOKEN_ID: Schema = {"type": "string", "pattern": f"^[0-9a-f]{{{ID_LENGTH}}}$", "examples": ["5f1c2b3a9d8e"]}
POLICIES = list_of({"type": "string", "enum": [policy.value for policy in Policy]})
INSPECTION: Schema = {
    "enum": [policy.value for policy in Inspecting],
    "description": "Policy for unsafe or misdeclared images: `enforce` kills them",
}
TOKEN: Mapping[str, Schema] = {
    "id": TOKEN_ID,
    "name": nullable(TEXT),
    "user": TEXT,
    "tenant": nullable(TEXT),
    "policies": POLICIES,
    "inspection": {"enum": [*INSPECTION["enum"], None], "description": "null means the deployment's policy"},
    "created_at": INSTANT,
    "expires_at": nullable(INSTANT),
    "last_used_at": nullable({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
    "issuer": nullable(TOKEN_ID),
}
ENDS: Mapping[str, Schema] = {
    "expires_at": {**TEXT, "description": "An ISO 8601 time, if `expires_in` is not given"},
    "expires_in": {"type": "integer", "minimum": 1, "maximum": int(LONGEST.total_seconds()), "description": "Seconds"},
}
NEW_TOKEN = record(
    {
        "name": {
            **TEXT,
            "minLength": 1,
            "maxLength": lengths.TEXT,
            "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]*$",
            "description": "No control characters",
        },
        "policies": POLICIES,
        "inspection": INSPECTION,
        **ENDS,
    },
    optional={"policies", "inspection", *ENDS},
)


def _parts(name: str, schema: Schema, **more: Any) -> Schema:
    part = {"type": "object", "properties": {"number": NUMBER, name: schema}, "required": ["number", name]}
    return {**list_of(part), **more}


SCHEMAS: Mapping[str, Schema] = {
    "GlanceImage": record(IMAGE),
    "GlanceImageAnswer": record({"image": ref("GlanceImage")}),
    "GlanceImages": record({"images": list_of(ref("GlanceImage")), **NEXT}, optional=NEXT),
    "GlanceBriefImages": record({"images": list_of(record(BRIEF)), **NEXT}, optional=NEXT),
    "GlanceMembers": record({"members": list_of(record({"member_id": TEXT, "can_share": FLAG}))}),
    "GlanceSharedImages": record({"shared_images": list_of(record({"image_id": ID, "can_share": FLAG}))}),
    "GlanceMemberships": {
        "anyOf": [
            {
                "type": "object",
                "properties": {"memberships": list_of(ref("GlanceMembership"))},
                "required": ["memberships"],
            },
            {
                "type": "object",
                "properties": {**ENTRY, "memberships": NEVER},
                "required": ["member_id"],
                "description": "The only membership",
            },
        ]
    },
    "GlanceMembership": {"type": "object", "properties": ENTRY, "required": ["member_id"]},
    "GlanceNewMember": {
        "type": "object",
        "properties": {"member": {"type": "object", "properties": {"can_share": CAN_SHARE}}},
    },
    "GlanceNewUpload": {
        "type": "object",
        "properties": {
            "size": {**BYTES, "minimum": 1},
            "part_size": {"type": "integer", "minimum": SMALLEST_PART, "maximum": LARGEST_PART},
            "parts": _parts("md5", MD5, maxItems=MAX_LINKS),
        },
        "required": ["size"],
    },
    "GlanceWantedParts": {"type": "object", "properties": {"parts": _parts("md5", MD5, maxItems=MAX_LINKS)}},
    "GlanceSentParts": {"type": "object", "properties": {"parts": _parts("etag", TEXT)}},
    "GlanceLink": LINK,
    "GlanceLinks": record({"links": list_of(ref("GlanceLink"))}),
    "GlanceUpload": UPLOAD,
    "GlanceUploadAnswer": record({"upload": ref("GlanceUpload")}),
    "GlanceUploads": record({"uploads": list_of(ref("GlanceUpload"))}),
    "GlanceJob": JOB,
    "GlanceJobAnswer": record({"job": ref("GlanceJob")}),
    "GlanceJobs": record({"jobs": list_of(ref("GlanceJob"))}),
    "GlanceEvent": EVENT,
    "GlanceEvents": record({"events": list_of(ref("GlanceEvent")), **NEXT}, optional=NEXT),
    "GlanceUsageAnswer": record({"usage": USAGE}),
    "GlanceToken": record(TOKEN),
    "GlanceTokens": record({"tokens": list_of(ref("GlanceToken"))}),
    "GlanceTokenAnswer": record({"token": ref("GlanceToken"), "inspection": INSPECTION}),
    "GlanceNewTokenAnswer": record({"token": record({**TOKEN, "secret": TEXT})}),
    "GlanceNewToken": record({"token": {**NEW_TOKEN, "not": {"required": list(ENDS)}}}),
    "GlanceError": record({"error": record({"code": {"type": "integer"}, "title": TEXT, "message": TEXT})}),
}
"""Schemas by the names that operations refer to."""
