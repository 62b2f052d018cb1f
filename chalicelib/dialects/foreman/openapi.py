"""The description of this dialect for `/openapi.json` (wire §1 to §4 and §8), generated from its operations."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from chalicelib.catalog.reference import Kind
from chalicelib.dialects.foreman import parents, schema
from chalicelib.dialects.foreman.errors import STATUS
from chalicelib.dialects.foreman.listing import LONGEST_SEARCH, USUAL_SIZE
from chalicelib.dialects.foreman.openapi_schemas import NAMES, SCHEMAS, SEGMENT, TEXT
from chalicelib.dialects.foreman.operations import LIST, Operation
from chalicelib.dialects.foreman.parent_handlers import MAX_IMAGES
from chalicelib.dialects.foreman.routes import OPERATIONS, VERSION
from chalicelib.dialects.foreman.search import Fields
from chalicelib.http import openapi
from chalicelib.http.openapi import USER_AND_SECRET, Answer, Body, Description, Parameter, Schema, ref

Document = Mapping[str, Any]

STAMPS = {"created_at": "2016-04-02 09:15:29 UTC", "updated_at": "2016-04-02 09:15:33 UTC"}
A_NEW_IMAGE: Document = {
    "name": "web golden",
    "username": "root",
    "uuid": "ami-0abc",
    "operatingsystem_name": "CentOS 7.9",
    "architecture_id": 6,
    "user_data": True,
}
SOME_CHANGES: Document = {"username": "centos"}
_FACTS: Document = {
    "id": 11,
    "name": "web golden",
    "username": "root",
    "uuid": "ami-0abc",
    "operatingsystem_id": 13,
    "compute_resource_id": 8,
    "architecture_id": 6,
    "user_data": True,
    "iam_role": None,
}
AN_IMAGE: Document = {
    **_FACTS,
    "operatingsystem_name": "CentOS 7.9",
    "compute_resource_name": "cloud",
    "architecture_name": "x86_64",
    **STAMPS,
}
A_DELETED_IMAGE: Document = {
    **_FACTS,
    "created_at": "2016-04-02T09:15:29.296Z",
    "updated_at": "2016-04-02T09:15:33.213Z",
    "password": None,
}
ISO_STAMPS = {name: A_DELETED_IMAGE[name] for name in STAMPS}
PARENT_FACTS: Mapping[Kind, Document] = {
    Kind.COMPUTE_RESOURCE: {"name": "cloud", "provider": "EC2", "url": "eu-west-1"},
    Kind.OPERATINGSYSTEM: {"name": "CentOS", "major": "7", "minor": "9"},
    Kind.ARCHITECTURE: {"name": "x86_64"},
}
EXAMPLE_PARENTS: Mapping[Kind, Document] = {
    Kind.COMPUTE_RESOURCE: {
        "id": 8,
        **PARENT_FACTS[Kind.COMPUTE_RESOURCE],
        "description": None,
        "provider_friendly_name": "EC2",
        **STAMPS,
    },
    Kind.OPERATINGSYSTEM: {
        "id": 13,
        **PARENT_FACTS[Kind.OPERATINGSYSTEM],
        "title": "CentOS 7.9",
        **dict.fromkeys(("description", "family", "release_name")),
        "password_hash": "SHA256",
        **STAMPS,
    },
    Kind.ARCHITECTURE: {"id": 6, **PARENT_FACTS[Kind.ARCHITECTURE], **STAMPS},
}


def page_of(entry: Document) -> Document:
    """The page of a list with one entry."""
    return {
        "total": 1,
        "subtotal": 1,
        "page": 1,
        "per_page": USUAL_SIZE,
        "search": None,
        "sort": {"by": None, "order": None},
        "results": [entry],
    }


ALWAYS: Mapping[str, Schema] = {
    "Foreman_api_version": {"const": "2"},
    "Foreman_version": {"const": VERSION},
    "Apipie-Checksum": {
        "type": "string",
        "pattern": "^[0-9a-f]{32}$",
        "description": "Checksum of the description for clients",
    },
}
"""The headers of every answer."""
SHAPES: Mapping[int, tuple[str, ...]] = {
    400: ("ForemanError", "ForemanSearchError", "ForemanMalformed"),
    403: ("ForemanError", "ForemanDenied"),
    422: ("ForemanError", "ForemanInvalid"),
}
"""Errors with other shapes than a message."""
SERVER_ERRORS = tuple(sorted({500, *(status for status in STATUS.values() if status > 500)}))
CHANGES = (400, 403, 404, 409, 422)
REFUSES: Mapping[tuple[bool, str], tuple[int, ...]] = {
    (False, "status"): (403,),
    (False, "ping"): (),
    (False, "statuses"): (403,),
    (False, "index"): (400, 403),
    (False, "show"): (403, 404),
    (False, "create"): (400, 403, 409, 422),
    (False, "update"): CHANGES,
    (False, "destroy"): (403, 404, 409, 422),
    (True, "index"): (400, 403, 404),
    (True, "show"): (400, 403, 404),
    (True, "create"): CHANGES,
    (True, "update"): CHANGES,
    (True, "destroy"): (403, 404, 409),
}
"""Error statuses by (is on images, action)."""
CHECKED = ("POST", "PUT")
"""Methods whose bodies must have JSON as `Content-Type`."""
ALONE_SUMMARIES = {
    "/api/status": "Show the status and the version",
    "/api/ping": "Ping the service",
    "/api/statuses": "Show the status of all parts",
    "/apidoc/v2.json": "Show the description of the API, for Foreman's clients",
    "/apidoc/apipie_checksum": "Show the checksum of the description",
}
VERBS = {"show": "Show", "create": "Add", "update": "Change", "destroy": "Delete"}
WORDS: Mapping[Kind, tuple[str, str]] = {
    Kind.COMPUTE_RESOURCE: ("a compute resource", "compute resources"),
    Kind.OPERATINGSYSTEM: ("an operating system", "operating systems"),
    Kind.ARCHITECTURE: ("an architecture", "architectures"),
}
"""Singular and plural."""

IN_BODIES = "Parameters may also be in a JSON or form body; the query takes precedence."
DESCRIPTIONS = {
    ("images", "create"): "Parents that the path does not name must be given, each by its number or its name."
    " A compute resource in the path goes before one in the body.",
    ("images", "update"): "Only attributes that are given change. Another compute resource moves the image.",
    ("images", "index"): f"Images below all the given parents. {IN_BODIES}",
    ("images", "show"): IN_BODIES,
    **{(parents.plural(kind), "index"): IN_BODIES for kind in Kind},
    **{(parents.plural(kind), "show"): f"Without `images` if there are more than {MAX_IMAGES}." for kind in Kind},
    **{(parents.plural(kind), "destroy"): "Refused while images refer to it." for kind in Kind},
    ("compute_resources", "update"): "The provider cannot be changed.",
    **{
        (parents.plural(kind), "update"): "Refused while images refer to it, if it would have another title."
        for kind in (Kind.OPERATINGSYSTEM, Kind.ARCHITECTURE)
    },
}


ALONE = {
    "/api/status": "ForemanStatus",
    "/api/ping": "ForemanPing",
    "/api/statuses": "ForemanStatuses",
    "/apidoc/v2.json": "ForemanDescription",
    "/apidoc/apipie_checksum": "ForemanChecksum",
}
"""Schemas of paths without parents."""


def _answer(description: str, name: str, example: object = None) -> Answer:
    return Answer(description, ref(name), headers=ALWAYS, example=example)


def _error(status: int) -> Answer:
    shapes = [ref(name) for name in SHAPES.get(status, ("ForemanError",))]
    return Answer(HTTPStatus(status).phrase, shapes[0] if len(shapes) == 1 else {"anyOf": shapes}, headers=ALWAYS)


def _operation(operation: Operation) -> openapi.Operation:
    """The operation for `/openapi.json`; the dialect's own description is separate."""
    kind = _kind(operation)
    return openapi.Operation(
        _summary(operation, kind),
        _answers(operation, kind),
        tuple(_parameters(operation, kind)),
        _bodies(operation, kind),
        DESCRIPTIONS.get((operation.resource, operation.action), ""),
        refuses=() if operation.open else _refuses(operation),
    )


def _summary(operation: Operation, kind: Kind | None) -> str:
    """The summary; unlike those of the dialect's own description it names the resource."""
    if kind is None:
        return ALONE_SUMMARIES[operation.path]
    one, several = WORDS[kind]
    if operation.resource == "images":
        one, several = f"an image of {one}", f"the images of {one}"
    if operation.action == "index":
        return f"List {several}"
    return f"{VERBS[operation.action]} {one}{' by PATCH' if operation.method == 'PATCH' else ''}"


def _refuses(operation: Operation) -> tuple[int, ...]:
    statuses = REFUSES[operation.resource == "images", operation.action]
    return (*statuses, 415) if operation.method in CHECKED else statuses


def _kind(operation: Operation) -> Kind | None:
    """The kind of parents in the path."""
    return next((kind for kind in Kind if operation.path.split("/")[2] == parents.plural(kind)), None)


def _answers(operation: Operation, kind: Kind | None) -> dict[int, Answer]:
    if kind is None:
        return {200: _answer("As it is now", ALONE[operation.path])}
    if operation.resource != "images":
        return _answers_of_parents(operation.action, kind)
    name, example = "ForemanImage", AN_IMAGE
    match operation.action:
        case "index":
            return {200: _answer("A page", f"{name}Page", page_of(example))}
        case "create":
            return {201: _answer("What is there now", name, example)}
        case "destroy":
            return {200: _answer("What was there", "ForemanDeletedImage", A_DELETED_IMAGE)}
    return {200: _answer("What is there", name, example)}


def _answers_of_parents(action: str, kind: Kind) -> dict[int, Answer]:
    name, example = NAMES[kind], EXAMPLE_PARENTS[kind]
    written = {**example, **{each: [] for each in parents.LISTS[kind]}}
    match action:
        case "index":
            return {200: _answer("A page", f"{name}Page", page_of(example))}
        case "show":
            shown = {**written, "images": [{"id": 11, "name": "web golden"}]}
            return {200: _answer("What is there", f"{name}Shown", shown)}
        case "destroy":
            gone = {**example, **ISO_STAMPS}
            return {200: _answer("What was there", name.replace("Foreman", "ForemanDeleted"), gone)}
    return {201 if action == "create" else 200: _answer("What is there now", f"{name}Written", written)}


def _parameters(operation: Operation, kind: Kind | None) -> Iterator[Parameter]:
    if kind is None:
        return
    if "{parent_id}" in operation.path:
        yield Parameter("parent_id", "path", SEGMENT, PARENT_IDS[kind])
    if "{image_id}" in operation.path:
        yield Parameter("image_id", "path", SEGMENT, "The number of the image, or a text that begins with it")
    if operation.resource == "images":
        for other in Kind:
            yield Parameter(parents.field(other), "query", TEXT, "Only images below this parent, too")
    if operation.action == "index":
        fields = schema.FIELDS if operation.resource == "images" else parents.FIELDS[kind]
        for told in LIST:
            yield Parameter(told.name, "query", *_query(fields)[told.name])


PARENT_IDS: Mapping[Kind, str] = {
    Kind.COMPUTE_RESOURCE: "Its number, or a text that begins with it",
    Kind.OPERATINGSYSTEM: "Its title, its number, or a text that begins with it",
    Kind.ARCHITECTURE: "Its name, its number, or a text that begins with it",
}


def _query(fields: Fields) -> Mapping[str, tuple[Schema, str]]:
    """The parameters of a list with these searchable fields."""
    names = "|".join(fields)
    return {
        "search": (
            {"type": "string", "maxLength": LONGEST_SEARCH},
            f"In the language of scoped_search, such as `name ~ gold and id > 3`; the fields are {', '.join(fields)}",
        ),
        "order": ({"type": "string", "pattern": f"^ *(({names})( .*)?)?$"}, "A field, and `desc` to descend by it"),
        "page": ({"type": "integer", "minimum": 1}, "Default: 1"),
        "per_page": (
            {"type": "string", "pattern": "^([0-9]{1,18}|all)$"},
            f"Default: {USUAL_SIZE}",
        ),
    }


def _bodies(operation: Operation, kind: Kind | None) -> tuple[Body, ...]:
    """The body of a write; only PATCH accepts an empty one, as its media type is not checked."""
    if kind is None or operation.action not in ("create", "update"):
        return ()
    key, name, example = {
        ("images", "create"): ("image", "ForemanNewImageBody", A_NEW_IMAGE),
        ("images", "update"): ("image", "ForemanChangesBody", SOME_CHANGES),
        (parents.plural(kind), "update"): (kind.value, f"{NAMES[kind]}ChangesBody", {"name": "new"}),
    }.get((operation.resource, operation.action), (kind.value, f"{NAMES[kind]}Body", PARENT_FACTS[kind]))
    return (Body(ref(name), required=operation.method != "PATCH", example={key: example}),)


DESCRIPTION = Description(
    title="Foreman v2",
    about="The API v2 of Foreman: images, and the compute resources, operating systems and architectures that they are"
    " listed below. `/api/v2` is `/api`.",
    security=USER_AND_SECRET,
    schemas=SCHEMAS,
    operations={(operation.method, operation.path): _operation(operation) for operation in OPERATIONS},
    errors={
        status: _error(status)
        for status in sorted({401, 415, *SERVER_ERRORS, *(each for statuses in REFUSES.values() for each in statuses)})
    },
    everywhere=SERVER_ERRORS,
)
