"""The description of this dialect (wire §1 to §6): its operations, their parameters, headers and answers."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from chalicelib.catalog import lengths
from chalicelib.dialects.glance_v1.errors import STATUS
from chalicelib.dialects.glance_v1.listing import BOOLEANS, DIRECTIONS, NUMBERS, SORT_KEYS
from chalicelib.dialects.glance_v1.metadata import (
    LARGEST_MINIMUM,
    LARGEST_SIZE,
    LONGEST_CHECKSUM,
    LONGEST_NAME,
    LONGEST_OWNER,
    PREFIX,
    TIMES,
    TRUE,
)
from chalicelib.dialects.glance_v1.openapi_schemas import BRIEF, MEMBER_NAME, OCTETS, SCHEMAS, TEXT, TOKEN_ID
from chalicelib.dialects.glance_v1.openapi_schemas import IMAGE as FIELDS
from chalicelib.dialects.glance_v1.options import read_options
from chalicelib.dialects.glance_v1.routes import COPY_FROM
from chalicelib.dialects.glance_v1.schema import OCTETS as OCTET_STREAM
from chalicelib.dialects.glance_v1.schema import STATUS_NAMES, STORES
from chalicelib.http import errors
from chalicelib.http.openapi import (
    TOKEN_HEADER,
    USER_AND_SECRET,
    Answer,
    Body,
    Description,
    Operation,
    Parameter,
    Schema,
    in_any_case,
    ref,
)
from chalicelib.http.request_ids import LONGEST_REQUEST_ID

PRINTABLE: Schema = {"type": "string", "pattern": "^[ -~]*$", "description": "Printable ASCII"}
URL: Schema = {**PRINTABLE, "minLength": 1, "maxLength": lengths.LOCATION}
NATURAL: Schema = {"type": "integer", "minimum": 0, "maximum": 10**30 - 1}
UUID: Schema = {"type": "string", "format": "uuid", "pattern": "^[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}$"}
_DAY = r"^(19(0[1-9]|[1-9][0-9])|[2-8][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
INSTANT: Schema = {
    "type": "string",
    "pattern": f"{_DAY}({_TIME})?$",
    "description": "A date, or a date with a time and a zone",
    "examples": ["2016-05-10", "2016-05-10T21:35:15Z"],
}


def _up_to(largest: int) -> str:
    """A pattern for the natural numbers up to `largest`."""
    digits = str(largest)
    shorter = f"[0-9]{{1,{len(digits) - 1}}}"
    smaller = (
        f"{digits[:place]}[0-{int(digit) - 1}][0-9]{{{len(digits) - place - 1}}}"
        for place, digit in enumerate(digits)
        if digit > "0"
    )
    return f"({'|'.join((shorter, *smaller, digits))})"


FORGIVING = f"{', '.join(sorted(TRUE))}, in any case, are true; everything else is false"
UNUSED = "Ignored"
FACTS: Mapping[str, tuple[Schema, str]] = {
    "id": (UUID, "Can be chosen when the image is registered, not changed"),
    "name": ({**PRINTABLE, "maxLength": LONGEST_NAME}, f"At most {LONGEST_NAME} bytes of UTF-8"),
    "disk_format": (
        {**PRINTABLE, "examples": ["qcow2", "raw"]},
        "One of the allowed formats; an Amazon format given alone sets the other one, too",
    ),
    "container_format": ({**PRINTABLE, "examples": ["bare", "ovf"]}, "As `x-image-meta-disk_format`"),
    "size": ({"type": "integer", "minimum": 0, "maximum": LARGEST_SIZE}, "Bytes; compared with the received data"),
    "virtual_size": (
        {"type": "string", "pattern": f"^(-?0|{_up_to(LARGEST_SIZE)}|None)$", "examples": ["10737418240"]},
        "Bytes of the disk; `None` is null",
    ),
    "checksum": ({**PRINTABLE, "maxLength": LONGEST_CHECKSUM}, "MD5 in lower case; compared with the received data"),
    "is_public": (PRINTABLE, FORGIVING),
    "protected": (PRINTABLE, f"Whether the image cannot be deleted: {FORGIVING}"),
    "min_disk": ({"type": "integer", "minimum": 0, "maximum": LARGEST_MINIMUM}, "GB"),
    "min_ram": ({"type": "integer", "minimum": 0, "maximum": LARGEST_MINIMUM}, "MB"),
    "owner": ({**PRINTABLE, "maxLength": LONGEST_OWNER}, "For administrators; otherwise ignored"),
    "location": (URL, "URL of data that stays where it is: `s3://`, `https://` or `http://`"),
    "store": ({"type": "string", "enum": [*STORES]}, "One store, with two names"),
    "status": (PRINTABLE, "Ignored when an image is registered; cannot be changed"),
    **dict.fromkeys(TIMES, (INSTANT, "Validated, then ignored")),
    **dict.fromkeys(("deleted", "copy_from", "uri"), (PRINTABLE, UNUSED)),
}
"""Fields of an image in requests: all of `metadata.FIELDS`."""

METADATA = (
    "Names and values of headers may be percent-encoded; non-ASCII ones must be, or be UTF-8. Empty is null."
    " Answers encode a value that is not printable ASCII, or could be taken for such a one."
    " `x-image-meta-property-<name>`, as often as needed, sets a property of this name: lower case, `_` for `-`."
)
REQUEST_ID = Parameter(
    "x-openstack-request-id",
    "header",
    PRINTABLE,
    "Comes back in the answer, with `req-` before it, unless it is not ASCII or has more than"
    f" {LONGEST_REQUEST_ID} characters",
)
FACT_HEADERS = (
    *(Parameter(f"{PREFIX}{name}", "header", schema, text) for name, (schema, text) in FACTS.items()),
    Parameter(COPY_FROM, "header", URL, "URL to copy the data from"),
)
PURGE = Parameter(
    "x-glance-registry-purge-props",
    "header",
    PRINTABLE,
    f"Whether to remove properties that the request does not name (default: true). {FORGIVING}",
)

SEGMENT: Schema = {**TEXT, "minLength": 1}
IMAGE_ID = Parameter("image_id", "path", SEGMENT, "A UUID, with hyphens or without")
LIMIT = Parameter("limit", "query", NATURAL, "Maximum number of entries")
FILTERS = "Filters are combined with AND; unknown parameters are ignored."
LIST_QUERY = (
    LIMIT,
    Parameter("marker", "query", UUID, "Id of the image after which the list begins"),
    Parameter("sort_key", "query", {"type": "string", "enum": sorted(SORT_KEYS)}, "Default: `created_at`"),
    Parameter("sort_dir", "query", {"type": "string", "enum": [*DIRECTIONS]}, "`desc` unless it is given"),
    *(Parameter(name, "query", TEXT, "Equal to this") for name in ("name", "container_format", "disk_format")),
    Parameter("status", "query", TEXT, f"One of {', '.join(sorted(set(STATUS_NAMES.values())))}"),
    *(Parameter(name, "query", NATURAL, f"`{field}` {sign} this") for name, (field, sign) in NUMBERS.items()),
    Parameter("protected", "query", in_any_case(BOOLEANS)),
    Parameter(
        "is_public", "query", in_any_case([*BOOLEANS, "none"]), "Which images an administrator lists: `none` is all"
    ),
    Parameter("changes-since", "query", INSTANT, "Changed later than this; deleted and killed images too"),
    Parameter(
        "properties",
        "query",
        {
            "type": "object",
            "propertyNames": {"pattern": "^property-", "examples": ["property-os_distro"]},
            "additionalProperties": TEXT,
        },
        "`property-<name>`, as often as needed: the property of this name has this value",
    ),
)


def _in_header(schema: Schema) -> Schema:
    """The schema of a field in a header: booleans as text, no null, and room for encoding."""
    kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
    if kind == "boolean":
        return {"type": "string", "enum": ["True", "False"]}
    return {name: value for name, value in schema.items() if name != "maxLength"} | {"type": kind}


def _is_always_shown(schema: Schema) -> bool:
    return isinstance(schema["type"], str)


_SHOWN = {name: schema for name, schema in FIELDS.items() if name != "properties"}
IMAGE_HEADERS = {f"{PREFIX}{name}": _in_header(each) for name, each in _SHOWN.items() if _is_always_shown(each)}
"""Headers of every image."""
MORE_IMAGE_HEADERS = {
    **{f"{PREFIX}{name}": _in_header(each) for name, each in _SHOWN.items() if not _is_always_shown(each)},
    "ETag": _in_header(FIELDS["checksum"]),
}
"""Headers that are omitted for null."""

LOCATION: Mapping[str, Schema] = {"Location": {"type": "string", "format": "uri"}}
ALWAYS: Mapping[str, Schema] = {
    "x-openstack-request-id": {"type": "string", "pattern": "^req-", "description": "`req-` and the id of the request"}
}
"""The header of every response."""
OF_ERRORS: Mapping[int, Mapping[str, Schema]] = {401: {"WWW-Authenticate": TEXT}, 405: {"Allow": TEXT}}
HTTP_ERRORS = (
    errors.BadMessage,
    errors.Unauthorized,
    errors.Refused,
    errors.MethodNotAllowed,
    errors.TooLarge,
    errors.ServerError,
)

LISTS = (400, 403, 503)
READS = (403, 404, 503)
WRITES = (400, 403, 404, 409, 503)
CLOSED_STORE = (410,)
"""Errors of operations that need S3."""


def answer(description: str, schema: str | None = None, example: Any = None) -> Answer:
    """A response with a document of this schema, or without a body."""
    return Answer(description, None if schema is None else ref(schema), headers=ALWAYS, example=example)


def _error(status: int) -> Answer:
    """An error, in any of the formats for `Accept`."""
    return Answer(
        HTTPStatus(status).phrase,
        ref("GlanceError"),
        headers={**ALWAYS, **OF_ERRORS.get(status, {})},
        others={"text/html": TEXT, "text/plain": TEXT},
    )


ERRORS = {status: _error(status) for status in {*STATUS.values(), *(error.status for error in HTTP_ERRORS)}}

AN_IMAGE: Mapping[str, Any] = {
    "id": "71c675ab-d94f-49cd-a114-e12490b328d9",
    "name": "web golden",
    "disk_format": "qcow2",
    "container_format": "bare",
    "size": 4979632,
    "checksum": "8a40c862b5735975d82605c1dd395796",
    "virtual_size": None,
    "status": "active",
    "is_public": False,
    "protected": False,
    "min_disk": 0,
    "min_ram": 512,
    "owner": "t1",
    "created_at": "2016-05-10T21:35:15.000000",
    "updated_at": "2016-05-10T21:35:19.000000",
    "deleted_at": None,
    "deleted": False,
    "properties": {"architecture": "x86_64"},
}

NOTHING = answer("Done")
THE_IMAGE = replace(
    answer("The image", "GlanceImageAnswer", {"image": AN_IMAGE}),
    more_headers={"ETag": MORE_IMAGE_HEADERS["ETag"]},
)
NEW_IMAGE = replace(THE_IMAGE, headers={**ALWAYS, **LOCATION})
IN_HEADERS = Answer(
    "The image in headers, a property of it in `x-image-meta-property-<name>`",
    headers={**ALWAYS, **IMAGE_HEADERS},
    more_headers=MORE_IMAGE_HEADERS,
)
THE_BYTES = replace(IN_HEADERS, description="The bytes", schema=OCTETS, media=OCTET_STREAM)
BYTES_ELSEWHERE = replace(
    IN_HEADERS, description="The bytes are at `Location`", headers={**IN_HEADERS.headers, **LOCATION}
)

TOKENS, TOKEN = "/v1/tokens", "/v1/tokens/{token_id}"
OF_TENANT = Parameter(
    "tenant", "query", MEMBER_NAME, "For administrators: a tenant, to see the tokens of all its users"
)
ID = Parameter(
    "token_id", "path", {"anyOf": [TOKEN_ID, {"const": "current"}]}, "An id; `current` is the caller's token"
)
A_TOKEN: dict[str, Any] = {
    "id": "5f1c2b3a9d8e",
    "name": "laptop",
    "user": "alice",
    "tenant": "t1",
    "policies": ["read_images"],
    "inspection": None,
    "created_at": "2016-05-10T21:35:15.000000",
    "expires_at": "2016-08-08T21:35:15.000000",
    "last_used_at": "2016-05-11",
    "issuer": "0a1b2c3d4e5f",
}
A_NEW_TOKEN = {**A_TOKEN, "last_used_at": None, "secret": "3b1f0c0d5a7e4c7bb9a0d6d4e2f1a8c9b7e6d5c4b3a29180"}

TOKEN_OPERATIONS = {
    ("GET", TOKENS): Operation(
        "List tokens, oldest first",
        {200: answer("The valid tokens", "GlanceTokens", {"tokens": [A_TOKEN]})},
        (OF_TENANT,),
        description="Of the caller's own user and tenant. What was just made or ended may be missing for a moment,"
        " or still be there.",
        refuses=(400, 403, 503),
    ),
    ("POST", TOKENS): Operation(
        "Create a token",
        {
            201: answer(
                "The token with its secret, which is not shown again", "GlanceNewTokenAnswer", {"token": A_NEW_TOKEN}
            )
        },
        (),
        (Body(ref("GlanceNewToken"), example={"token": {"name": "laptop", "policies": ["read_images"]}}),),
        "For the caller's own user and tenant. It has no policy that the token that is asked with lacks, and ends with"
        " it at the latest: after 90 days unless it is said when. Inspection is as strict as with the token that is"
        " asked with, or stricter, unless that is an administrator's.",
        (400, 403, 409, 413, 503),
    ),
    ("GET", TOKEN): Operation(
        "Show a token",
        {200: answer("The token", "GlanceTokenAnswer", {"token": A_TOKEN, "inspection": "record"})},
        (ID, OF_TENANT),
        refuses=(400, 403, 404, 503),
    ),
    ("DELETE", TOKEN): Operation(
        "Revoke a token, and all tokens created with it",
        {204: NOTHING},
        (ID, OF_TENANT),
        description="Servers may accept it for up to one more minute (cache).",
        refuses=(400, 403, 404, 503),
    ),
}

UPLOADS = "/v1/images/{image_id}/uploads"
UPLOAD = f"{UPLOADS}/{{upload_id}}"
UPLOAD_ID = Parameter("upload_id", "path", SEGMENT, "Id of the upload")
A_PART = {"number": 1, "md5": "d41d8cd98f00b204e9800998ecf8427e"}
A_LINK = {
    "number": 1,
    "url": "https://images.s3.amazonaws.com/71c675ab?partNumber=1",
    "headers": {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg==", "Content-Length": "4979632"},
}
AN_UPLOAD: dict[str, Any] = {
    "id": "3c1d6f7e-0b57-4b0e-9a55-6a2f7a2f2f10",
    "image_id": AN_IMAGE["id"],
    "size": 4979632,
    "part_size": 16777216,
    "part_count": 1,
    "created_at": "2016-05-10T21:35:15.000000",
    "expires_at": "2016-05-11T21:35:15.000000",
    "received": [],
    "links": [A_LINK],
}
A_JOB = {
    "id": AN_UPLOAD["id"],
    "action": "upload",
    "status": "working",
    "images": [AN_IMAGE["id"]],
    "done": 1048576,
    "size": 4979632,
    "reason": "",
    "created_at": "2016-05-10T21:35:15.000000",
    "began_at": "2016-05-10T21:36:02.000000",
    "finished_at": None,
}
AN_EVENT = {
    "version": 3,
    "at": "2016-05-10T21:35:15.000000",
    "event": "shared",
    "user": "alice",
    "tenant": "t1",
    "token": "5f1c2b3a9d8e7f60",
    "dialect": "glance_v1",
    "request_id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    "members": ["t2"],
}
A_USAGE = {
    "tenant": "t1",
    "bytes": 4979632,
    "bytes_allowed": 10737418240,
    "images": 3,
    "public_images": 1,
    "shared_images": 2,
    "shared_images_allowed": 1000,
}

UPLOAD_OPERATIONS = {
    ("GET", "/v1/images/{image_id}/events"): Operation(
        "List the events of an image, oldest first",
        {200: answer("The events", "GlanceEvents", {"events": [AN_EVENT]})},
        (IMAGE_ID, LIMIT, Parameter("marker", "query", {"type": "integer"}, "The version after which the page begins")),
        description="For those who may change the image, even after its deletion.",
        refuses=(400, *READS),
    ),
    ("GET", UPLOADS): Operation(
        "List the unfinished uploads of an image",
        {200: answer("The uploads", "GlanceUploads", {"uploads": [{**AN_UPLOAD, "links": []}]})},
        (IMAGE_ID,),
        refuses=(*READS, *CLOSED_STORE),
    ),
    ("POST", UPLOADS): Operation(
        "Start an upload, in parts",
        {201: answer("The upload, with links for the given parts", "GlanceUploadAnswer", {"upload": AN_UPLOAD})},
        (IMAGE_ID,),
        (Body(ref("GlanceNewUpload"), example={"size": 4979632, "parts": [A_PART]}),),
        "For images that do not fit into a request. Send each part with a PUT to its link, with the link's headers.",
        (*WRITES, *CLOSED_STORE, 413),
    ),
    ("GET", UPLOAD): Operation(
        "Show an upload",
        {200: answer("The upload, with the received parts", "GlanceUploadAnswer", {"upload": AN_UPLOAD})},
        (IMAGE_ID, UPLOAD_ID),
        refuses=(*READS, *CLOSED_STORE),
    ),
    ("POST", UPLOAD): Operation(
        "Complete an upload",
        {202: answer("The image; it is verified in the background", "GlanceImageAnswer", {"image": AN_IMAGE})},
        (IMAGE_ID, UPLOAD_ID),
        (Body(ref("GlanceSentParts"), example={"parts": [{"number": 1, "etag": A_PART["md5"]}]}),),
        refuses=(400, *READS, *CLOSED_STORE),
    ),
    ("DELETE", UPLOAD): Operation(
        "Cancel an upload, and delete its image", {204: NOTHING}, (IMAGE_ID, UPLOAD_ID), refuses=READS
    ),
    ("POST", f"{UPLOAD}/links"): Operation(
        "Get upload links, one for each part",
        {200: answer("A link for each part", "GlanceLinks", {"links": [A_LINK]})},
        (IMAGE_ID, UPLOAD_ID),
        (Body(ref("GlanceWantedParts"), example={"parts": [A_PART]}),),
        refuses=(400, *READS),
    ),
    ("GET", "/v1/jobs"): Operation(
        "List jobs, newest first", {200: answer("The jobs", "GlanceJobs", {"jobs": [A_JOB]})}, (LIMIT,), refuses=LISTS
    ),
    ("GET", "/v1/jobs/{job_id}"): Operation(
        "Show a job", {200: answer("The job", "GlanceJobAnswer", {"job": A_JOB})}, refuses=READS
    ),
    ("GET", "/v1/usage"): Operation(
        "Show usage, with quotas",
        {200: answer("The usage", "GlanceUsageAnswer", {"usage": A_USAGE})},
        (Parameter("tenant", "query", MEMBER_NAME, "For administrators: another tenant"),),
        description="A quota of null means no limit.",
        refuses=LISTS,
    ),
}

SETTINGS = [read_options({"statuses": statuses}) for statuses in ("documented", "upstream")]
IMAGES, IMAGE = "/v1/images", "/v1/images/{image_id}"
MEMBERS, MEMBER = f"{IMAGE}/members", f"{IMAGE}/members/{{member}}"
TENANT = Parameter("member", "path", MEMBER_NAME, "A tenant")
DATA = Body(OCTETS, OCTET_STREAM, required=False)

ACTIONS = (
    ("deactivate", "Deactivate an image", "Only administrators can download it until it is reactivated."),
    ("reactivate", "Reactivate an image", "Makes a deactivated or deprecated image active again."),
    (
        "allow",
        "Allow an image, whatever its inspection finds",
        "For administrators, unless the image is killed or deleted. Its history records who did it.",
    ),
    ("deprecate", "Deprecate an image", "It can still be used; some dialects show that it should not be."),
)
BRIEF_LIST = Operation(
    "List images, in brief",
    {200: answer("A page", "GlanceBriefImages", {"images": [{name: AN_IMAGE[name] for name in BRIEF}]})},
    LIST_QUERY,
    description=FILTERS,
    refuses=LISTS,
)
DOWNLOAD = Operation(
    "Download an image",
    {200: THE_BYTES, 302: BYTES_ELSEWHERE},
    (IMAGE_ID,),
    refuses=(*READS, *CLOSED_STORE),
)
IMAGE_OPERATIONS = {
    ("GET", "/v1"): replace(BRIEF_LIST, internal=True),
    ("GET", IMAGES): BRIEF_LIST,
    ("GET", f"{IMAGES}/detail"): Operation(
        "List images in detail",
        {200: answer("A page", "GlanceImages", {"images": [AN_IMAGE]})},
        LIST_QUERY,
        description=FILTERS,
        refuses=LISTS,
    ),
    ("HEAD", f"{IMAGES}/detail"): Operation("Not offered", {}, refuses=(405,)),
    ("POST", IMAGES): Operation(
        "Register an image, with its bytes or without",
        {options.created: NEW_IMAGE for options in SETTINGS},
        FACT_HEADERS,
        (DATA,),
        f"{METADATA} The status is 202 unless the operator chooses 201.",
        (*WRITES, *CLOSED_STORE, 412, 413),
    ),
    ("GET", IMAGE): DOWNLOAD,
    ("GET", f"{IMAGE}/file"): replace(DOWNLOAD, internal=True),
    ("HEAD", IMAGE): Operation("Show an image, in headers", {200: IN_HEADERS}, (IMAGE_ID,), refuses=READS),
    ("PUT", IMAGE): Operation(
        "Change an image, or upload its bytes",
        {200: THE_IMAGE},
        (IMAGE_ID, *FACT_HEADERS, PURGE),
        (DATA,),
        METADATA,
        (*WRITES, *CLOSED_STORE, 412, 413),
    ),
    ("DELETE", IMAGE): Operation(
        "Delete an image",
        {options.deleted: NOTHING for options in SETTINGS},
        (IMAGE_ID,),
        description="The status is 204 unless the operator chooses 200. A body, if there is one, must be JSON.",
        refuses=WRITES,
    ),
    ("POST", f"{IMAGE}/restore"): Operation(
        "Restore a deleted image",
        {200: THE_IMAGE},
        (IMAGE_ID,),
        description="For those who may delete the image. It becomes active again, with the same members.",
        refuses=(*READS, 409),
    ),
    **{
        ("POST", f"{IMAGE}/actions/{action}"): Operation(
            summary, {200: THE_IMAGE}, (IMAGE_ID,), description=description, refuses=(*READS, 409)
        )
        for action, summary, description in ACTIONS
    },
}
MEMBER_OPERATIONS = {
    ("GET", MEMBERS): Operation(
        "List the members of an image",
        {200: answer("All of them, or the caller alone", "GlanceMembers")},
        (IMAGE_ID,),
        refuses=(400, *READS),
    ),
    ("PUT", MEMBERS): Operation(
        "Replace the members of an image",
        {204: NOTHING},
        (IMAGE_ID,),
        (Body(ref("GlanceMemberships"), example={"memberships": [{"member_id": "t2", "can_share": False}]}),),
        "An entry without `can_share` keeps the right of a member; a new member has none.",
        (*WRITES, 413),
    ),
    ("GET", MEMBER): Operation("Not offered", {}, (IMAGE_ID,), refuses=(405,)),
    ("PUT", MEMBER): Operation(
        "Share an image with a tenant",
        {204: NOTHING},
        (IMAGE_ID, TENANT),
        (Body(ref("GlanceNewMember"), required=False, example={"member": {"can_share": True}}),),
        "Without `can_share` a member keeps its right; a new one has none.",
        (*WRITES, 413),
    ),
    ("DELETE", MEMBER): Operation(
        "Stop sharing an image with a tenant",
        {204: NOTHING},
        (IMAGE_ID, TENANT),
        description="A member can remove its own tenant, whether or not it may share.",
        refuses=(*READS, 409),
    ),
    ("GET", "/v1/shared-images/{member}"): Operation(
        "List the images that are shared with a tenant",
        {200: answer("Those that the caller may see", "GlanceSharedImages")},
        refuses=(400, 503),
    ),
}
OPERATIONS = {
    **IMAGE_OPERATIONS,
    **MEMBER_OPERATIONS,
    **TOKEN_OPERATIONS,
    **UPLOAD_OPERATIONS,
}

DESCRIPTION = Description(
    title="OpenStack Glance v1",
    about="The Image API v1, with extensions: uploads in parts, jobs, events, usage and tokens."
    " `/v1.0` and `/v1.1` are `/v1`, and so is `/` with `Accept: application/vnd.openstack.images-v1`. `GET /v1` lists"
    " images, and `GET /v1/images/{image_id}/file` downloads one, as current clients do.",
    security={**TOKEN_HEADER, **USER_AND_SECRET},
    schemas=SCHEMAS,
    operations={key: replace(each, parameters=(*each.parameters, REQUEST_ID)) for key, each in OPERATIONS.items()},
    errors=ERRORS,
)
