"""What images, jobs and refusals look like in the description of this dialect (wire §5 to §8)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from chalicelib.catalog.image import Transition
from chalicelib.catalog.job import JobStatus
from chalicelib.dialects.qingcloud import listing, schema, tokens
from chalicelib.dialects.qingcloud.errors import CODES, OURS, STATUS
from chalicelib.http.errors import BadMessage, ServerError, Unauthorized
from chalicelib.http.openapi import Answer, Schema, record, ref

TEXT: Schema = {"type": "string"}
FILLED: Schema = {"type": "string", "minLength": 1}
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
TIME: Schema = {"type": "string", "format": "date-time", "pattern": f"^{INSTANT}$"}
TIME_OR_NONE: Schema = {"type": "string", "pattern": f"^({INSTANT})?$", "description": "A time, or empty"}
UUID: Schema = {"type": "string", "format": "uuid", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
PROCESSORS = list(schema.PROCESSORS.values())
VISIBILITIES, PROVIDERS = ["private", "public"], ["self", "shared", "system"]


def any_of(values: list[str]) -> Schema:
    """One of the values, or empty: there is none."""
    return {"enum": [*values, ""]}


def list_of(items: Schema) -> Schema:
    """Any number of them."""
    return {"type": "array", "items": items}


def _listed(name: str) -> Schema:
    """A page of a list, and how long the list is."""
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
    400: "A parameter is missing, of a wrong type, not in its list, or too long; or the body is no JSON object",
    401: "The credentials are missing, or not known",
    403: "The caller has no right to do this, or does not own the image",
    404: "There is no such zone, image, machine or job",
    409: "The state of the image or the machine forbids it",
}


def _error(status: int) -> Schema:
    """The envelope of a refusal with this status."""
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
    400: ("The body is no form that asks for this grant", (tokens.ERRORS[400], tokens.UNSUPPORTED)),
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
"""How the token operation refuses: as OAuth has it, unlike all others."""

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
