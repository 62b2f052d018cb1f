"""In which terms a dialect describes its operations; `openapi_document` makes OpenAPI of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from chalicelib.catalog.facts import INSPECTION_PREFIX

JSON = "application/json"
Schema = Mapping[str, Any]
"""A JSON Schema of the dialect 2020-12."""
TOKEN_HEADER: Mapping[str, Schema] = {
    "Token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token", "description": "The secret of a token."}
}
USER_AND_SECRET: Mapping[str, Schema] = {
    "UserAndSecret": {
        "type": "http",
        "scheme": "basic",
        "description": "The name of a user, and as the password the secret of a token.",
    }
}
BEARER: Mapping[str, Schema] = {"Bearer": {"type": "http", "scheme": "bearer", "description": "The secret of a token."}}
NEVER: Schema = {"not": {}}
"""What no value is as. `false` says the same, which generators of clients do not read."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of the request that stands beside its body."""

    name: str
    place: Literal["query", "header", "path"]
    schema: Schema
    description: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """What a request may send; an operation has one for each media type that it takes."""

    schema: Schema
    media: str = JSON
    required: bool = True
    example: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a status comes with: always with `headers`, sometimes with `more_headers`; without a schema, no body.

    `others` are the schemas of the other media types that a client may have it in.
    """

    description: str
    schema: Schema | None = None
    media: str = JSON
    headers: Mapping[str, Schema] = field(default_factory=dict)
    more_headers: Mapping[str, Schema] = field(default_factory=dict)
    example: Any = None
    others: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route takes and answers: `answers` of its own, and those of the dialect's errors that it `refuses` with.

    A variable of the path needs a parameter only if there is something to say of it. `security` names the schemes
    of the dialect that this operation takes, if not all of them; none if its body has the credentials. The summary
    begins with its name, up to a comma, which no other operation of the dialect has. An `internal` one is left out of
    what is published, as are those that only refuse.
    """

    summary: str
    answers: Mapping[int, Answer]
    parameters: tuple[Parameter, ...] = ()
    bodies: tuple[Body, ...] = ()
    description: str = ""
    refuses: tuple[int, ...] = ()
    security: tuple[str, ...] | None = None
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """All that a dialect says of itself: its `title` is what people call it, `about` what they should know of it.

    Any one of the security schemes will do; dialects share them. Names of schemas begin with the dialect's, and
    schemas refer to each other by `ref`. An operation is known by the method and the path of its route. `errors` are
    the answers that operations share: those named in `everywhere` belong to all, 401 to all that are not open.
    """

    title: str
    security: Mapping[str, Schema]
    schemas: Mapping[str, Schema]
    operations: Mapping[tuple[str, str], Operation]
    errors: Mapping[int, Answer]
    everywhere: tuple[int, ...] = (500,)
    about: str = ""


def ref(name: str) -> Schema:
    """A reference to a schema of a description."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(properties: Mapping[str, Schema], optional: Collection[str] = ()) -> Schema:
    """An object that has these properties and no others, all of them but the optional ones always."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def with_inspection(image: Schema) -> Schema:
    """The schema of an image that shows what was found in its bytes as well, if it was inspected."""
    size = {"type": "integer", "minimum": 1, "description": "Bytes of the disk in it, once it was inspected"}
    found = {f"^{INSPECTION_PREFIX}": {"type": "string"}}
    return {**image, "properties": {**image["properties"], "virtual_size": size}, "patternProperties": found}


def refusals(statuses: Iterable[int], schema: Schema | None, media: str = JSON) -> dict[int, Answer]:
    """Answers of one shape for errors, each described by its reason phrase."""
    return {status: Answer(HTTPStatus(status).phrase, schema, media) for status in sorted(set(statuses))}


def in_any_case(words: Iterable[str]) -> Schema:
    """One of some words, whatever its case."""
    spelled = (
        "".join(f"[{letter.upper()}{letter}]" if letter.isalpha() else letter for letter in each) for each in words
    )
    return {"type": "string", "pattern": f"^({'|'.join(spelled)})$", "examples": [*words]}
