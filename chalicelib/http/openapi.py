"""Types for describing a dialect's operations, from which `openapi_document` makes OpenAPI."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from chalicelib.catalog.facts import INSPECTION_PREFIX

JSON = "application/json"
Schema = Mapping[str, Any]
"""A JSON Schema, draft 2020-12."""
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
"""Matches no value, as `false` does, which client generators do not understand."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the query, headers or path of a request."""

    name: str
    place: Literal["query", "header", "path"]
    schema: Schema
    description: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A body that a request may have; an operation has one for each media type."""

    schema: Schema
    media: str = JSON
    required: bool = True
    example: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The response for a status. `more_headers` are optional; without a schema it has no body.

    `others` are the schemas of other media types that a client can request.
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
    """The description of a route: its own `answers`, and the statuses of the dialect's errors that it `refuses` with.

    A variable of the path needs a parameter only to be described. `security` names the schemes that the operation
    accepts, None for all of the dialect's, empty if its body has the credentials. The summary up to a comma is the
    operation's name, unique in the dialect. `internal` operations are not published, nor those that only refuse.
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
    """The description of a dialect: `title` is its name for people, `about` its introduction.

    A request needs one of the security schemes, which dialects share. Schemas have the dialect's name as a prefix, and
    refer to each other by `ref`. Operations are keyed by method and path of their routes. `errors` are the responses
    that operations share: those in `everywhere` apply to all, 401 to all that are not open.
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
    """The schema of an object with these properties and no others, required unless `optional`."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def with_inspection(image: Schema) -> Schema:
    """The schema of an image, with inspection properties and virtual size added."""
    size = {"type": "integer", "minimum": 1, "description": "Size of its disk in bytes, once it was inspected"}
    found = {f"^{INSPECTION_PREFIX}": {"type": "string"}}
    return {**image, "properties": {**image["properties"], "virtual_size": size}, "patternProperties": found}


def refusals(statuses: Iterable[int], schema: Schema | None, media: str = JSON) -> dict[int, Answer]:
    """Responses with one schema for several statuses, each described by its reason phrase."""
    return {status: Answer(HTTPStatus(status).phrase, schema, media) for status in sorted(set(statuses))}


def in_any_case(words: Iterable[str]) -> Schema:
    """The schema of one of some words, in any case."""
    spelled = (
        "".join(f"[{letter.upper()}{letter}]" if letter.isalpha() else letter for letter in each) for each in words
    )
    return {"type": "string", "pattern": f"^({'|'.join(spelled)})$", "examples": [*words]}
