"""The description of this dialect (wire §3 to §9): its operations, and the schemas of what they take and answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from chalicelib.catalog import lengths
from chalicelib.catalog.image import Transition
from chalicelib.catalog.job import JobStatus
from chalicelib.dialects.qingcloud import listing, parameters, schema, tokens
from chalicelib.dialects.qingcloud.errors import CODES, OURS, STATUS
from chalicelib.http.errors import BadMessage, ServerError, Unauthorized
from chalicelib.http.openapi import (
    BEARER,
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

TEXT: Schema = {"type": "string"}
FILLED: Schema = {"type": "string", "minLength": 1}
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
TIME: Schema = {"type": "string", "format": "date-time", "pattern": f"^{INSTANT}$"}
TIME_OR_NONE: Schema = {"type": "string", "pattern": f"^({INSTANT})?$", "description": "A time, or empty"}
UUID: Schema = {"type": "string", "format": "uuid", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
PROCESSORS = list(schema.PROCESSORS.values())
VISIBILITIES, PROVIDERS = ["private", "public"], ["self", "shared", "system"]


def any_of(values: list[str]) -> Schema:
    """One of the values, or empty."""
    return {"enum": [*values, ""]}


def list_of(items: Schema) -> Schema:
    """The schema of a list."""
    return {"type": "array", "items": items}


def _listed(name: str) -> Schema:
    """A page of a list, and the total."""
    return record(
        {name.lower() + "s": list_of(ref(f"Qingcloud{name}")), "total_count": {"type": "integer", "minimum": 0}}
    )


SCHEMAS: Mapping[str, Schema] = {
    "QingcloudImage": record(
        {
            "image_id": FILLED,
            "image_name": TEXT,
            "description": TEXT,
            "size": {"type": "integer", "minimum": 0, "description": "GB of the disk made of it, rounded up"},
            "platform": any_of(list(schema.PLATFORMS)),
            "os_family": TEXT,
            "processor_type": any_of(PROCESSORS),
            "visibility": {"enum": VISIBILITIES},
            "provider": {"enum": PROVIDERS},
            "status": {"enum": list(listing.STATUSES)},
            "transition_status": any_of([transition.value for transition in Transition]),
            "create_time": TIME,
            "status_time": TIME,
            "default_user": TEXT,
            "default_passwd": {"const": ""},
            "recommended_type": TEXT,
        }
    ),
    "QingcloudImages": _listed("Image"),
    "QingcloudJob": record(
        {
            "job_id": UUID,
            "id_prefix": {"const": ""},
            "action": {"enum": list(schema.ACTIONS.values())},
            "request_id": FILLED,
            "status": {"enum": [status.value for status in JobStatus]},
            "create_time": TIME,
            "begin_time": TIME_OR_NONE,
            "finished_time": TIME_OR_NONE,
            "info": {"type": "string", "description": "Why it failed"},
            "extra": {"const": ""},
            "zone": TEXT,
            "resource_ids": list_of(FILLED),
            "error": record({"code": {"const": "5000"}, "message": FILLED}),
        },
        {"error"},
    ),
    "QingcloudJobs": _listed("Job"),
    "QingcloudAccessToken": record(
        {
            "access_token": FILLED,
            "token_type": {"const": tokens.TOKEN_TYPE},
            "expires_in": {"const": tokens.LIFETIME, "description": "Seconds"},
        }
    ),
}

WORDS = {
    400: "A parameter is missing, invalid or too long, or the body is not a JSON object",
    401: "The credentials are missing or unknown",
    403: "The caller lacks the permission, or does not own the image",
    404: "Unknown zone, image, machine or job",
    409: "The state of the image or the machine forbids it",
}


def _error(status: int) -> Schema:
    """The envelope of an error with this status."""
    code = CODES.get(status, OURS)
    return record(
        {
            "ret_code": {"const": code.number},
            "code": {"const": str(code.number)},
            "message": {
                "type": "string",
                "pattern": f"^{code.name}, ",
                "description": f"`{code.name}`, and the reason",
            },
            "detail": {"const": ""},
            "request_id": TEXT,
        }
    )


ERRORS = {
    status: Answer(WORDS.get(status, HTTPStatus(status).phrase), _error(status))
    for status in sorted({BadMessage.status, Unauthorized.status, ServerError.status, *STATUS.values()})
}

UNCACHED: Mapping[str, Schema] = {name: {"const": value} for name, value in tokens.UNCACHED.items()}
TOKEN_WORDS = {
    400: ("The body is not a form with this grant type", (tokens.ERRORS[400], tokens.UNSUPPORTED)),
    401: (WORDS[401], (tokens.ERRORS[401],)),
    500: (HTTPStatus(500).phrase, (tokens.OURS,)),
    503: (HTTPStatus(503).phrase, (tokens.ERRORS[503],)),
}
REFUSED_TOKENS = {
    status: Answer(
        words,
        record({"error": {"enum": list(codes)}, "error_description": FILLED}),
        headers={**UNCACHED, **({"WWW-Authenticate": {"const": tokens.CHALLENGE}} if status == 401 else {})},
    )
    for status, (words, codes) in TOKEN_WORDS.items()
}
"""Errors of the token operation, which are OAuth's."""

IMAGE: dict[str, Any] = {
    "image_id": "img-9SSE88SA",
    "image_name": "web",
    "description": "",
    "size": 20,
    "platform": "linux",
    "os_family": "centos",
    "processor_type": "64bit",
    "visibility": "private",
    "provider": "self",
    "status": "available",
    "transition_status": "",
    "create_time": "2024-03-05T10:20:30Z",
    "status_time": "2024-03-05T10:21:00Z",
    "default_user": "",
    "default_passwd": "",
    "recommended_type": "",
}
TOKEN: dict[str, Any] = {
    "access_token": "3f2b6c1e9d4a8b7059c6d3e2f1a0b4c5d6e7f8091a2b3c4d",
    "token_type": tokens.TOKEN_TYPE,
    "expires_in": tokens.LIFETIME,
}
JOB: dict[str, Any] = {
    "job_id": "4c1f6f0e-5a0b-4d0e-9a54-1c6d4f0f7b11",
    "id_prefix": "",
    "action": "CaptureInstance",
    "request_id": "8f4d7f1a-33f5-4a3c-8a6b-0a8c8f0b2d10",
    "status": "pending",
    "create_time": "2024-03-05T10:20:30Z",
    "begin_time": "",
    "finished_time": "",
    "info": "",
    "extra": "",
    "zone": "ac1",
    "resource_ids": ["img-9SSE88SA"],
}

ZONE = Parameter("zone", "path", {**FILLED, "examples": ["ac1"]}, "One of the configured zones")
NUMBER = "A decimal number; in a body also as a text"
FILTERS: Mapping[str, tuple[Schema, str]] = {
    "images": (list_of(TEXT), "Only these; all must exist"),
    "status": (list_of({"enum": list(listing.STATUSES)}), "Any of these (default: all but deleted and ceased)"),
    "processor_type": (any_of(PROCESSORS), ""),
    "os_family": (TEXT, "Case-insensitive"),
    "visibility": (any_of(VISIBILITIES), ""),
    "provider": (any_of(PROVIDERS), "The owner, relative to the caller"),
    "search_word": (TEXT, "Part of the id or name, case-insensitive"),
}
JOB_FILTERS: Mapping[str, tuple[Schema, str]] = {
    "jobs": (list_of(TEXT), "Only these; unknown ids are ignored"),
    "status": (list_of({"enum": [status.value for status in JobStatus]}), "Any of these"),
}
PAGE: Mapping[str, tuple[Schema, str]] = {
    "offset": ({"type": "integer", "minimum": 0, "default": 0}, NUMBER),
    "limit": (
        {"type": "integer", "minimum": 1, "default": parameters.DEFAULT_LIMIT},
        f"{NUMBER}; more than {parameters.LARGEST_LIMIT} counts as {parameters.LARGEST_LIMIT}",
    ),
}
ANY_TYPE = "The body is read as JSON whatever its `Content-Type`."
FORMS = (
    "Lists are given as `p=a&p=b`, `p=a,b`, `p.1=a&p.2=b` or `p[0]=a&p[1]=b`. A JSON object in the body gives further"
    " filters, for clients that send one with a GET; the query goes before."
)


def _filtered(filters: Mapping[str, tuple[Schema, str]]) -> tuple[tuple[Parameter, ...], tuple[Body, ...]]:
    """The parameters of a list, and the body that may contain them."""
    given = {**filters, **PAGE}
    query = (Parameter(name, "query", shape, told) for name, (shape, told) in given.items())
    properties = {name: shape for name, (shape, _) in given.items()}
    return (ZONE, *query), (Body({"type": "object", "properties": properties}, required=False, example={"limit": 20}),)


NAME: Schema = {
    "type": "string",
    "maxLength": schema.LONGEST_NAME,
    "description": "No control characters, and not only blanks",
    "pattern": r"^$|^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
}
CAPTURE: Schema = {
    "type": "object",
    "properties": {
        "instance": {**FILLED, "maxLength": lengths.TEXT, "description": "A stopped machine of the tenant"},
        "image_name": {**NAME, "default": ""},
    },
    "required": ["instance"],
}
CHANGES: Schema = {
    "type": "object",
    "properties": {
        "image": {**FILLED, "maxLength": lengths.TEXT, "pattern": "^[^,]*$", "description": "One id"},
        "image_name": NAME,
        "description": {"type": "string", "maxLength": schema.LONGEST_DESCRIPTION},
    },
    "required": ["image"],
    "description": "Absent fields are kept, empty ones are cleared",
}
GRANT: Schema = {
    "type": "object",
    "properties": {"grant_type": {"const": tokens.GRANT}},
    "required": ["grant_type"],
}
ONE_ID: Schema = {"type": "string", "pattern": r"^[^,]*[^\s,][^,]*$", "description": "One id"}
RECOVERED: Schema = {
    "type": "object",
    "properties": {
        "resources": {
            "anyOf": [
                {"type": "array", "items": ONE_ID, "minItems": 1, "maxItems": schema.MAX_IDS},
                {"type": "string", "pattern": r"[^\s,]", "description": "Deparated by commas"},
            ]
        }
    },
    "required": ["resources"],
}

ORDERED = {200: Answer("The job that does it", ref("QingcloudJob"), example=JOB)}
IMAGE_FILTERS, IMAGE_BODY = _filtered(FILTERS)
JOBS_FILTERS, JOBS_BODY = _filtered(JOB_FILTERS)


DESCRIPTION = Description(
    title="QingCloud (51idc)",
    about="51idc's front end of the QingCloud platform: images, and the jobs that change them.",
    security={**BEARER, **USER_AND_SECRET},
    schemas=SCHEMAS,
    operations={
        ("POST", tokens.PATH): Operation(
            "Sign in",
            {
                200: Answer("A Bearer token", ref("QingcloudAccessToken"), headers=UNCACHED, example=TOKEN),
                **REFUSED_TOKENS,
            },
            bodies=(Body(GRANT, media="application/x-www-form-urlencoded"),),
            description=(
                "As OAuth 2.0 has it: user and secret are shown as Basic credentials, and the token is the secret."
                " Clients sign in again when it is refused."
            ),
            security=tuple(USER_AND_SECRET),
        ),
        ("GET", "/v2/zone/{zone}/images"): Operation(
            "List images",
            {
                200: Answer(
                    "A page of images, and the total",
                    ref("QingcloudImages"),
                    example={"images": [IMAGE], "total_count": 1},
                )
            },
            IMAGE_FILTERS,
            IMAGE_BODY,
            f"The images that the caller sees in the zone, newest first. {FORMS}",
            (400, 403, 404),
        ),
        ("POST", "/v2/zone/{zone}/images"): Operation(
            "Capture an image of a machine",
            ORDERED,
            (ZONE,),
            (Body(CAPTURE, example={"instance": "i-0a1b2c3d4e5f60718", "image_name": "web"}),),
            f"The image exists at once, and is available when the job is done. {ANY_TYPE}",
            (400, 403, 404, 409),
        ),
        ("PUT", "/v2/zone/{zone}/images"): Operation(
            "Change an image",
            ORDERED,
            (ZONE,),
            (Body(CHANGES, example={"image": "img-9SSE88SA", "description": "of last spring"}),),
            f"The change is made at once; the job is already successful. {ANY_TYPE}",
            (400, 403, 404, 409),
        ),
        ("DELETE", "/v2/zone/{zone}/images/{image_ids}"): Operation(
            "Delete images, all or none",
            ORDERED,
            (ZONE, Parameter("image_ids", "path", FILLED, f"Up to {schema.MAX_IDS}, deparated by commas")),
            (),
            "They can be restored for two hours.",
            (400, 403, 404, 409),
        ),
        ("POST", "/v2/zone/{zone}/lease"): Operation(
            "Restore deleted images, all or none",
            ORDERED,
            (ZONE,),
            (Body(RECOVERED, example={"resources": ["img-9SSE88SA"]}),),
            ANY_TYPE,
            (400, 403, 404, 409),
        ),
        ("GET", "/v2/zone/{zone}/job/{job_id}"): Operation(
            "Show a job",
            {200: Answer("The job", ref("QingcloudJob"), example=JOB)},
            (ZONE,),
            description="The job may be of any zone.",
            refuses=(400, 403, 404),
        ),
        ("GET", "/v2/zone/{zone}/jobs"): Operation(
            "List jobs",
            {
                200: Answer(
                    "A page of jobs, and the total",
                    ref("QingcloudJobs"),
                    example={"jobs": [JOB], "total_count": 1},
                )
            },
            JOBS_FILTERS,
            JOBS_BODY,
            f"The jobs of the caller's tenant in all zones, newest first. {FORMS}",
            (400, 403, 404),
        ),
        ("GET", "/v2/zone/{zone}/unfinished_jobs"): Operation(
            "List unfinished jobs",
            {200: Answer("All of them", list_of(ref("QingcloudJob")), example=[JOB])},
            (ZONE,),
            description="The jobs of the caller's tenant in all zones, newest first.",
            refuses=(400, 403, 404),
        ),
    },
    errors=ERRORS,
    everywhere=tuple(status for status in ERRORS if status >= 500),
)
