"""What this dialect says of its operations (wire §3, §4, §9), by the constants that serve its requests."""

from collections.abc import Mapping

from chalicelib.catalog import lengths
from chalicelib.catalog.job import JobStatus
from chalicelib.dialects.qingcloud import listing, parameters, schema, tokens
from chalicelib.dialects.qingcloud.openapi_shapes import (
    ERRORS,
    FILLED,
    IMAGE,
    JOB,
    PROCESSORS,
    PROVIDERS,
    REFUSED_TOKENS,
    SCHEMAS,
    TEXT,
    TOKEN,
    UNCACHED,
    VISIBILITIES,
    any_of,
    list_of,
)
from chalicelib.http.openapi import (
    BEARER,
    USER_AND_SECRET,
    Answer,
    Body,
    Description,
    Operation,
    Parameter,
    Schema,
    ref,
)

ZONE = Parameter("zone", "path", {**FILLED, "examples": ["ac1"]}, "One of those that are configured")
NUMBER = "A decimal number, also as a text in a body"
FILTERS: Mapping[str, tuple[Schema, str]] = {
    "images": (list_of(TEXT), "Only these; all must be there"),
    "status": (list_of({"enum": list(listing.STATUSES)}), "Any of these; without, deleted and ceased are left out"),
    "processor_type": (any_of(PROCESSORS), ""),
    "os_family": (TEXT, "In any case"),
    "visibility": (any_of(VISIBILITIES), ""),
    "provider": (any_of(PROVIDERS), "Whose it is, seen from the caller"),
    "search_word": (TEXT, "A part of the id or the name, in any case"),
}
JOB_FILTERS: Mapping[str, tuple[Schema, str]] = {
    "jobs": (list_of(TEXT), "Only these, as far as they are there"),
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
    """The parameters of a list, and the body that may hold them as well."""
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
    "description": "What is absent stays, what is empty is cleared",
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
                {"type": "string", "pattern": r"[^\s,]", "description": "Divided by commas"},
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
    about="The front that 51idc had for the QingCloud platform: images, and the jobs that change them.",
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
                    "A page of images, and how many there are",
                    ref("QingcloudImages"),
                    example={"images": [IMAGE], "total_count": 1},
                )
            },
            IMAGE_FILTERS,
            IMAGE_BODY,
            f"Those that the caller sees in the zone, newest first. {FORMS}",
            (400, 403, 404),
        ),
        ("POST", "/v2/zone/{zone}/images"): Operation(
            "Capture an image of a machine",
            ORDERED,
            (ZONE,),
            (Body(CAPTURE, example={"instance": "i-0a1b2c3d4e5f60718", "image_name": "web"}),),
            f"The image is there at once, and available when the job is done. {ANY_TYPE}",
            (400, 403, 404, 409),
        ),
        ("PUT", "/v2/zone/{zone}/images"): Operation(
            "Change an image",
            ORDERED,
            (ZONE,),
            (Body(CHANGES, example={"image": "img-9SSE88SA", "description": "of last spring"}),),
            f"It is done with the answer; the job says so. {ANY_TYPE}",
            (400, 403, 404, 409),
        ),
        ("DELETE", "/v2/zone/{zone}/images/{image_ids}"): Operation(
            "Delete images, all or none",
            ORDERED,
            (ZONE, Parameter("image_ids", "path", FILLED, f"Up to {schema.MAX_IDS}, divided by commas")),
            (),
            "For two hours they can be had back.",
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
            description="Of any zone.",
            refuses=(400, 403, 404),
        ),
        ("GET", "/v2/zone/{zone}/jobs"): Operation(
            "List jobs",
            {
                200: Answer(
                    "A page of jobs, and how many there are",
                    ref("QingcloudJobs"),
                    example={"jobs": [JOB], "total_count": 1},
                )
            },
            JOBS_FILTERS,
            JOBS_BODY,
            f"Those of the caller's tenant in all zones, newest first. {FORMS}",
            (400, 403, 404),
        ),
        ("GET", "/v2/zone/{zone}/unfinished_jobs"): Operation(
            "List unfinished jobs",
            {200: Answer("All of them", list_of(ref("QingcloudJob")), example=[JOB])},
            (ZONE,),
            description="Those of the caller's tenant in all zones, newest first.",
            refuses=(400, 403, 404),
        ),
    },
    errors=ERRORS,
    everywhere=tuple(status for status in ERRORS if status >= 500),
)
