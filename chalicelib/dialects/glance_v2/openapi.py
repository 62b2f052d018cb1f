"""The description of this dialect (wire §1 to §8): its operations, and the schemas of what they take and answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from chalicelib.catalog import lengths
from chalicelib.catalog.image import Visibility
from chalicelib.catalog.membership import MemberStatus
from chalicelib.dialects.glance_v2 import filters, json_schemas, sorting
from chalicelib.dialects.glance_v2.actions import ACTIONS
from chalicelib.dialects.glance_v2.data import FILE, OCTETS, SIZE
from chalicelib.dialects.glance_v2.imports import DIRECT, HEADER, WEB
from chalicelib.dialects.glance_v2.imports import METHODS as IMPORT_METHODS
from chalicelib.dialects.glance_v2.json_schemas import DOCUMENTS, UUID
from chalicelib.dialects.glance_v2.listing import ALL
from chalicelib.dialects.glance_v2.members import MEMBER, MEMBERS
from chalicelib.dialects.glance_v2.others import LOCATIONS, TASKS
from chalicelib.dialects.glance_v2.patch import KINDS, V20, V21
from chalicelib.dialects.glance_v2.routes import IMAGE, METHODS
from chalicelib.dialects.glance_v2.schema import BASE, FIELDS, IMAGES
from chalicelib.dialects.glance_v2.tags import TAG
from chalicelib.dialects.glance_v2.values import LONGEST_TAG
from chalicelib.dialects.glance_v2.versions import MINORS, OLDER
from chalicelib.http.openapi import (
    TOKEN_HEADER,
    USER_AND_SECRET,
    Answer,
    Body,
    Description,
    Operation,
    Parameter,
    Schema,
    record,
    ref,
)
from chalicelib.http.preconditions import IF_MATCH
from chalicelib.http.request_ids import REQUEST_ID

TEXT: Schema = {"type": "string"}
IDENTIFIER: Schema = {"type": "string", "format": "uuid", "pattern": UUID}
INSTANT: Schema = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
POINTER: Schema = {"type": "string", "description": "A JSON pointer to a field, a property, or a tag: `/tags/0`"}
FORMAT: Schema = {"type": ["null", "string"], "description": "One of the allowed formats, or null"}
FORMATS = {"disk_format": FORMAT, "container_format": FORMAT}
PROPERTY: Schema = {"type": "string", "description": "A property"}


def _fields() -> dict[str, Any]:
    times = dict.fromkeys(("created_at", "updated_at"), INSTANT)
    return {**json_schemas.fields(), **FORMATS, **times}


SHOWN = {name: schema for name, schema in _fields().items() if name in BASE}
WRITTEN = {name: schema for name, schema in _fields().items() if name in ("id", *FIELDS)}


NONE: Schema = {"type": "array", "items": {}, "maxItems": 0}


def list_of(schema: Schema) -> Schema:
    """The schema of a list."""
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
        {
            "import-methods": record(
                {"description": TEXT, "type": TEXT, "value": list_of({"enum": list(IMPORT_METHODS)})}
            )
        }
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
"""Schemas by the names that operations refer to."""

ALWAYS: Mapping[str, Schema] = {
    REQUEST_ID: {"type": "string", "pattern": "^req-", "description": "`req-` and the id of the request"}
}
"""The header of every response."""
OF_ERRORS: Mapping[int, Mapping[str, Schema]] = {401: {"WWW-Authenticate": TEXT}}
ERRORS = {
    status: Answer(HTTPStatus(status).phrase, ref("GlanceV2Error"), headers={**ALWAYS, **OF_ERRORS.get(status, {})})
    for status in (400, 401, 403, 404, 409, 410, 412, 413, 415, 416, 500, 503)
}
READS = (400, 403, 404, 503)
WRITES = (*READS, 409)

AN_IMAGE: Mapping[str, Any] = {
    "id": "71c675ab-d94f-49cd-a114-e12490b328d9",
    "name": "web golden",
    "status": "active",
    "visibility": "shared",
    "protected": False,
    "os_hidden": False,
    "tags": ["web"],
    "owner": "t1",
    "disk_format": "qcow2",
    "container_format": "bare",
    "min_disk": 0,
    "min_ram": 512,
    "size": 4979632,
    "virtual_size": None,
    "checksum": "8a40c862b5735975d82605c1dd395796",
    "os_hash_algo": "sha512",
    "os_hash_value": "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca7"
    "2323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043",
    "created_at": "2026-05-10T21:35:15Z",
    "updated_at": "2026-05-10T21:35:19Z",
    "self": "/v2/images/71c675ab-d94f-49cd-a114-e12490b328d9",
    "file": "/v2/images/71c675ab-d94f-49cd-a114-e12490b328d9/file",
    "schema": "/v2/schemas/image",
    "os_distro": "centos",
}


def answer(description: str, schema: str | None = None, example: Any = None) -> Answer:
    """A response with a document of this schema, or without a body."""
    return Answer(description, None if schema is None else ref(schema), headers=ALWAYS, example=example)


NOTHING = answer("Done")
THIS_VERSION = Answer("The image", ref("GlanceV2Image"), headers={**ALWAYS, "ETag": TEXT}, example=AN_IMAGE)
NEW_IMAGE = Answer(
    "The image",
    ref("GlanceV2Image"),
    headers={**ALWAYS, "Location": {"type": "string", "format": "uri"}, **dict.fromkeys(HEADER, TEXT)},
    example=AN_IMAGE,
)
CHECKSUM: Mapping[str, Schema] = {"Content-MD5": {"type": "string", "description": "MD5 of all bytes, in hexadecimal"}}
BINARY: Schema = {"type": "string", "format": "binary"}
THE_BYTES = Answer("The bytes", BINARY, OCTETS, headers=ALWAYS, more_headers=CHECKSUM)
SOME_BYTES = Answer("The requested range", BINARY, OCTETS, {**ALWAYS, "Content-Range": TEXT}, CHECKSUM)
ELSEWHERE = Answer("The bytes are at `Location`", headers={**ALWAYS, "Location": TEXT}, more_headers=CHECKSUM)
NONE_HERE = Answer(
    "No data yet; or, if preferred, the data is at `Location`",
    headers=ALWAYS,
    more_headers={**CHECKSUM, "Location": TEXT, "Preference-Applied": TEXT},
)
IMAGE_ID = Parameter("image_id", "path", TEXT, "A UUID with hyphens")
TENANT = Parameter("member", "path", TEXT, "A tenant")
OF_SIZE = Parameter(SIZE, "header", {"type": "integer", "minimum": 0}, "Number of bytes sent; verified")
OF_VERSION = Parameter(IF_MATCH, "header", TEXT, "The `ETag` of the image; 412 if it has changed")
PREFER = Parameter("Prefer", "header", TEXT, "`link`: data elsewhere is answered by 204 and `Location` instead of 302")
RANGE = Parameter("Range", "header", TEXT, "One range of bytes: `bytes=0-99`")
DATA = Body(BINARY, OCTETS, required=False)
FILTERS = (
    "Filters are combined with AND; a name that is none of these is that of a property. Names, formats, ids and"
    " statuses take `in:a,b` as well, times `gt:`, `gte:`, `lt:`, `lte:`, `eq:` and `neq:` before them."
)
LIST_QUERY = (
    Parameter("limit", "query", {"type": "integer", "minimum": 0}, "Maximum number of entries"),
    Parameter("marker", "query", IDENTIFIER, "Id of the image after which the page begins"),
    Parameter("sort", "query", TEXT, f"Keys with directions: `name:asc,size`. Keys are {', '.join(sorting.READERS)}"),
    *(
        Parameter(name, "query", {"type": "array", "items": {"enum": [*words]}})
        for name, words in (("sort_key", sorting.READERS), ("sort_dir", sorting.DIRECTIONS))
    ),
    Parameter("visibility", "query", {"enum": [ALL, *Visibility]}, "Scope of the list"),
    Parameter(
        "member_status", "query", {"enum": [ALL, *MemberStatus]}, "Filter shared images by answer (default: `accepted`)"
    ),
    Parameter("tag", "query", {"type": "array", "items": TEXT}, "All of these tags"),
    *(Parameter(name, "query", TEXT) for name in filters.READERS if name != "changes-since"),
)
PATCHES = (
    Body(ref("GlanceV2Patch"), V21, example=[{"op": "replace", "path": "/name", "value": "web"}]),
    Body(ref("GlanceV2OldPatch"), V20, example=[{"replace": "/name", "value": "web"}]),
)
METADEFS = "/v2/metadefs"
A_MEMBER = {
    "member_id": "t2",
    "image_id": AN_IMAGE["id"],
    "status": "pending",
    "created_at": "2026-05-10T21:35:15Z",
    "updated_at": "2026-05-10T21:35:15Z",
    "schema": "/v2/schemas/member",
}

IMAGE_OPERATIONS = {
    ("GET", IMAGES): Operation(
        "List images",
        {
            200: answer(
                "A page",
                "GlanceV2Images",
                {"images": [AN_IMAGE], "first": IMAGES, "schema": "/v2/schemas/images"},
            )
        },
        LIST_QUERY,
        description=FILTERS,
        refuses=(400, 403, 503),
    ),
    ("POST", IMAGES): Operation(
        "Register an image",
        {201: NEW_IMAGE},
        bodies=(Body(ref("GlanceV2NewImage"), example={"name": "web golden", "os_distro": "centos"}),),
        refuses=(400, 403, 409, 413, 503),
    ),
    ("GET", IMAGE): Operation("Show an image", {200: THIS_VERSION}, (IMAGE_ID,), refuses=READS),
    ("PATCH", IMAGE): Operation(
        "Change an image",
        {200: THIS_VERSION},
        (IMAGE_ID, OF_VERSION),
        PATCHES,
        "All operations or none.",
        (*WRITES, 412, 413, 415),
    ),
    ("DELETE", IMAGE): Operation("Delete an image", {204: NOTHING}, (IMAGE_ID, OF_VERSION), refuses=(*WRITES, 412)),
    ("GET", FILE): Operation(
        "Download an image",
        {200: THE_BYTES, 204: NONE_HERE, 206: SOME_BYTES, 302: ELSEWHERE},
        (IMAGE_ID, RANGE, PREFER),
        refuses=(*READS, 410, 416),
    ),
    ("PUT", FILE): Operation(
        "Upload an image",
        {204: answer("The image is active")},
        (IMAGE_ID, OF_SIZE),
        (DATA,),
        refuses=(*WRITES, 410, 413, 415),
    ),
    ("PUT", f"{IMAGE}/stage"): Operation(
        "Stage an image, to import it",
        {204: answer("The data is staged")},
        (IMAGE_ID, OF_SIZE),
        (DATA,),
        refuses=(*WRITES, 410, 413, 415),
    ),
    ("POST", f"{IMAGE}/import"): Operation(
        "Import an image, from staged data or a URL",
        {202: answer("The import has started")},
        (IMAGE_ID,),
        (Body(ref("GlanceV2Import"), example={"method": {"name": WEB, "uri": "https://images.example/disk.qcow2"}}),),
        refuses=WRITES,
    ),
    ("GET", "/v2/info/import"): Operation(
        "List import methods", {200: answer("All of them", "GlanceV2ImportMethods")}, refuses=(400,)
    ),
    **{
        ("POST", f"{ACTIONS}/{name}"): Operation(summary, {204: NOTHING}, (IMAGE_ID,), refuses=WRITES)
        for name, summary in (("deactivate", "Deactivate an image"), ("reactivate", "Reactivate an image"))
    },
    ("PUT", TAG): Operation(
        "Add a tag",
        {204: NOTHING},
        (IMAGE_ID, Parameter("tag", "path", {**TEXT, "maxLength": LONGEST_TAG})),
        refuses=(*WRITES, 413),
    ),
    ("DELETE", TAG): Operation("Remove a tag", {204: NOTHING}, (IMAGE_ID,), refuses=WRITES),
    ("GET", LOCATIONS): Operation("Not shown", {}, (IMAGE_ID,), refuses=(403,)),
    ("POST", LOCATIONS): Operation("Not taken", {}, (IMAGE_ID,), refuses=(403,)),
}
MEMBER_OPERATIONS = {
    ("GET", MEMBERS): Operation(
        "List the members of a shared image",
        {200: answer("All of them, or the caller alone", "GlanceV2Members")},
        (IMAGE_ID,),
        refuses=READS,
    ),
    ("POST", MEMBERS): Operation(
        "Share an image with a tenant",
        {200: answer("The member, whose answer is pending", "GlanceV2Member", A_MEMBER)},
        (IMAGE_ID,),
        (Body(ref("GlanceV2NewMember"), example={"member": "t2"}),),
        refuses=(*WRITES, 413),
    ),
    ("GET", MEMBER): Operation(
        "Show a member", {200: answer("The member", "GlanceV2Member", A_MEMBER)}, (IMAGE_ID, TENANT), refuses=READS
    ),
    ("PUT", MEMBER): Operation(
        "Accept or reject a shared image",
        {200: answer("The member", "GlanceV2Member", A_MEMBER)},
        (IMAGE_ID, TENANT),
        (Body(ref("GlanceV2MemberAnswer"), example={"status": "accepted"}),),
        refuses=WRITES,
    ),
    ("DELETE", MEMBER): Operation(
        "Stop sharing an image with a tenant", {204: NOTHING}, (IMAGE_ID, TENANT), refuses=WRITES
    ),
}
OTHER_OPERATIONS = {
    **{
        (method, "/"): Operation(
            "Discover the API versions",
            {300: answer("The supported versions", "GlanceV2Versions")},
            description="Whatever the method.",
            internal=method != "GET",
        )
        for method in METHODS
    },
    ("GET", "/versions"): Operation(
        "List the API versions", {200: answer("The supported versions", "GlanceV2Versions")}
    ),
    ("GET", "/v2/schemas/{name}"): Operation(
        "Show a JSON schema",
        {200: answer("The schema", "GlanceV2Schema")},
        (Parameter("name", "path", TEXT, f"One of {', '.join(DOCUMENTS)}"),),
        refuses=(400, 404),
    ),
    **{
        ("GET", f"/v2/info/stores{more}"): Operation("Not supported: there is one store", {}, refuses=(404,))
        for more in ("", "/detail")
    },
    ("GET", "/v2/info/usage"): Operation(
        "Show quotas, always none", {200: answer("None", "GlanceV2Usage")}, refuses=(400,)
    ),
    ("GET", TASKS): Operation("List tasks, always none", {200: answer("None", "GlanceV2Tasks")}, refuses=(400, 403)),
    ("POST", TASKS): Operation("Not taken", {}, refuses=(403,)),
    ("GET", f"{METADEFS}/namespaces"): Operation(
        "List metadata namespaces, always none", {200: answer("None", "GlanceV2Namespaces")}, refuses=(400,)
    ),
    ("GET", f"{METADEFS}/resource_types"): Operation(
        "List metadata resource types, always none",
        {200: answer("None", "GlanceV2ResourceTypes")},
        refuses=(400,),
    ),
    **{
        ("POST", f"{METADEFS}/{kind}"): Operation("Not taken", {}, refuses=(403,))
        for kind in ("namespaces", "resource_types")
    },
}

DESCRIPTION = Description(
    title="OpenStack Glance v2",
    about="The Image API v2, as used by current OpenStack tools. `/v2.0` to `/v2.9` are `/v2`, and so is `/` with"
    " `Accept: application/vnd.openstack.images-v2`.",
    security={**TOKEN_HEADER, **USER_AND_SECRET},
    schemas=SCHEMAS,
    operations={**OTHER_OPERATIONS, **IMAGE_OPERATIONS, **MEMBER_OPERATIONS},
    errors=ERRORS,
)
