"""The description of this dialect (wire §2 to §6), built from the constants that its requests use."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from chalicelib.catalog.image import Status
from chalicelib.dialects.devops_service import schema
from chalicelib.dialects.devops_service.errors import STATUS, NotAcceptable, UnsupportedMediaType
from chalicelib.dialects.devops_service.options import CHALLENGE, read_options
from chalicelib.http.errors import BadMessage, Refused, ServerError, Unauthorized
from chalicelib.http.openapi import (
    USER_AND_SECRET,
    Answer,
    Body,
    Description,
    Operation,
    Parameter,
    Schema,
    record,
    ref,
    with_inspection,
)

PROVIDERS = list(read_options({}).providers)
TEXT: Schema = {"type": "string", "minLength": 1}
# Python and ECMAScript disagree on blanks; here some control characters are not blank.
_BLANKS = r"[^\S\x1c-\x1f\x85]*"
_LINE = r"[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?"
FILLED: Schema = {
    "type": "string",
    "pattern": f"^{_BLANKS}{_LINE}{_BLANKS}$",
    "maxLength": schema.LONGEST,
    "description": "Not blank, no control characters",
}
PROVIDER: Schema = {"type": "string", "description": "One of those that are configured", "examples": PROVIDERS}
TEMPLATE: Schema = {"anyOf": [{"type": "null"}, FILLED], "description": "One of those that are configured, if any are"}
CHANGEABLE: Mapping[str, Schema] = {
    "remote_user": {**FILLED, "description": "Who logs in"},
    "name": {
        "type": ["string", "null"],
        "pattern": f"^{_BLANKS}({_LINE})?{_BLANKS}$",
        "description": "No control characters",
        "maxLength": schema.LONGEST,
    },
    "bootstrap_template": TEMPLATE,
}
CHOSEN_ID: Schema = {
    "type": "string",
    "pattern": f"^{schema.IMAGE_ID}$",
    "description": "Chosen by the client, without blanks, slashes or control characters",
}

WORDS = {
    400: "Invalid body, or the id is taken",
    401: "User or secret is missing or wrong",
    403: "The user lacks the permission",
    404: "Unknown image or provider",
    406: "`Accept` excludes JSON",
    409: "Too many concurrent changes: try again",
    415: "The `Content-Type` is not JSON",
}
STATUSES = {
    BadMessage.status,
    Unauthorized.status,
    NotAcceptable.status,
    UnsupportedMediaType.status,
    ServerError.status,
    *STATUS.values(),
}
CHALLENGED: Mapping[int, Mapping[str, Schema]] = {401: {"WWW-Authenticate": {"const": CHALLENGE}}}
ERRORS = {
    status: Answer(
        WORDS.get(status, HTTPStatus(status).phrase), ref("DevopsServiceError"), headers=CHALLENGED.get(status, {})
    )
    for status in sorted(STATUSES)
}

SCHEMAS: Mapping[str, Schema] = {
    "DevopsServiceRecord": with_inspection(
        record(
            {
                "id": TEXT,
                "provider": TEXT,
                "remote_user": {"type": "string"},
                "name": {"type": "string"},
                "bootstrap_template": {"type": "string"},
            },
            {"bootstrap_template"},
        )
    ),
    "DevopsServiceChoice": record(
        {"id": TEXT, "name": {"type": "string"}, "status": {"enum": [status.value for status in Status]}}
    ),
    "DevopsServiceNew": {
        "type": "object",
        "properties": {"id": CHOSEN_ID, "provider": PROVIDER, **CHANGEABLE},
        "required": list(schema.REQUIRED),
        "description": "Surrounding blanks are removed; other keys are ignored",
    },
    "DevopsServiceChanges": {
        "type": "object",
        "properties": {
            "provider": {"type": "string", "description": "If given, that of the image"},
            **CHANGEABLE,
        },
        "description": "Absent fields are kept; surrounding blanks are removed; other keys are ignored",
    },
    "DevopsServiceNames": {"type": "array", "items": TEXT},
    "DevopsServiceError": record({"message": TEXT}),
}

NEW: dict[str, Any] = {"id": "ami-83e4bcea", "provider": "ec2", "remote_user": "ubuntu", "name": "trusty"}
CHOICE = {"id": "ami-83e4bcea", "name": "trusty", "status": Status.ACTIVE.value}
IMAGE_ID = Parameter("image_id", "path", {**TEXT, "examples": [NEW["id"]]}, "As the client chose it")


def _done(message: str, **shown: Schema) -> Schema:
    return record({**shown, "message": {"const": message}})


def _list(items: str, example: list[Any]) -> dict[int, Answer]:
    return {200: Answer("All of them", {"type": "array", "items": ref(items)}, example=example)}


def _names(example: list[str]) -> dict[int, Answer]:
    return {200: Answer("Their names", ref("DevopsServiceNames"), example=example)}


DESCRIPTION = Description(
    title="devops-service",
    about="The API of Express 42's devops-service: images, and the other resources that its command reads.",
    security=USER_AND_SECRET,
    schemas=SCHEMAS,
    operations={
        ("GET", "/v3/images"): Operation(
            "List images",
            _list("DevopsServiceRecord", [NEW]),
            (Parameter("provider", "query", PROVIDER),),
            description="The images of the user's tenant, sorted by id.",
            refuses=(400, 404),
        ),
        ("POST", "/v3/image"): Operation(
            "Add an image",
            {200: Answer("It is added", _done("Created", id=TEXT), example={"id": NEW["id"], "message": "Created"})},
            bodies=(Body(ref("DevopsServiceNew"), example=NEW),),
            refuses=(400, 415),
        ),
        ("GET", "/v3/image/{image_id}"): Operation(
            "Show an image",
            {200: Answer("The image", ref("DevopsServiceRecord"), example=NEW)},
            (IMAGE_ID,),
            refuses=(404,),
        ),
        ("PUT", "/v3/image/{image_id}"): Operation(
            "Change an image",
            {
                200: Answer(
                    "It is changed",
                    _done("Updated", image=ref("DevopsServiceRecord")),
                    example={"image": NEW, "message": "Updated"},
                )
            },
            (IMAGE_ID,),
            (Body(ref("DevopsServiceChanges"), example={"remote_user": "root"}),),
            refuses=(400, 404, 409, 415),
        ),
        ("DELETE", "/v3/image/{image_id}"): Operation(
            "Delete an image",
            {200: Answer("It is deleted", _done("Deleted", id=TEXT), example={"id": NEW["id"], "message": "Deleted"})},
            (IMAGE_ID,),
            refuses=(400, 404, 409),
        ),
        ("GET", "/v3/providers"): Operation("List providers", _names(PROVIDERS)),
        ("GET", "/v3/images/provider/{provider}"): Operation(
            "List the images of a provider",
            _list("DevopsServiceChoice", [CHOICE]),
            (Parameter("provider", "path", {**PROVIDER, "minLength": 1}),),
            description="All images of the provider that the user can see, sorted by the provider's ids.",
            refuses=(400, 404),
        ),
        ("GET", "/v3/templates"): Operation("List bootstrap templates", _names(["base"])),
    },
    errors=ERRORS,
    everywhere=(Refused.status, NotAcceptable.status, *(status for status in ERRORS if status >= 500)),
)
