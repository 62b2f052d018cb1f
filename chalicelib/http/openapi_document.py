"""The OpenAPI 3.1 document, made from the dialects' routes and descriptions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.http.dialect import Dialect, Route
from chalicelib.http.openapi import Answer, Description, Operation, Parameter, Schema
from chalicelib.http.openapi_introduction import introduction

VERSION = "1.0.0"
INTERNAL = "x-internal"
ARTICLES = ("a", "an", "the")
NAMELESS: Schema = {"type": "string", "minLength": 1}
"""The schema of a path variable that its operation does not describe."""

RETRY: Mapping[str, Schema] = {
    "Retry-After": {"type": "integer", "minimum": 1, "description": "Seconds to wait before retrying"}
}
"""The header that `http.errors.headers` adds in every dialect if a service does not answer."""


class IncompleteError(Exception):
    """Routes and descriptions do not match; the message names them."""


def document(dialects: Sequence[Dialect]) -> dict[str, Any]:
    """The document of all dialects that have a description. Raises IncompleteError."""
    described = [(dialect, dialect.describe()) for dialect in dialects if dialect.describe is not None]
    paths: dict[str, dict[str, Any]] = {}
    for dialect, description in described:
        _check(dialect, description)
        for route in dialect.routes:
            shown = _operation(dialect, description, route)
            paths.setdefault(route.path, {})[route.method.lower()] = shown
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rosetta", "version": VERSION, "description": introduction(described)},
        "tags": [{"name": each.title, "description": each.about} for _, each in described],
        "paths": paths,
        "components": {
            "schemas": _merged(description.schemas for _, description in described),
            "responses": _merged(_shared(dialect, description) for dialect, description in described),
            "securitySchemes": {name: told for _, each in described for name, told in each.security.items()},
        },
    }


def _check(dialect: Dialect, description: Description) -> None:
    """Raise IncompleteError unless routes and operations are the same, and all names in operations exist."""
    offered = {(route.method, route.path) for route in dialect.routes}
    _refuse(dialect, "not described", offered - description.operations.keys())
    _refuse(dialect, "described without a route", description.operations.keys() - offered)
    _refuse(dialect, "refuse with a status without a shape", _shapeless(dialect, description))
    _refuse(dialect, "describe a variable that the path lacks", _pathless(description))
    _refuse(dialect, "have one name", _namesakes(dialect, description))


def _refuse(dialect: Dialect, what: str, operations: set[tuple[str, str]]) -> None:
    if operations:
        raise IncompleteError(f"{dialect.name}: {what}: {sorted(operations)}")


def _shapeless(dialect: Dialect, description: Description) -> set[tuple[str, str]]:
    return {
        (route.method, route.path)
        for route in dialect.routes
        if not description.errors.keys() >= _shared_statuses(description, route)
    }


def _pathless(description: Description) -> set[tuple[str, str]]:
    return {
        (method, path)
        for (method, path), operation in description.operations.items()
        for parameter in operation.parameters
        if parameter.place == "path" and parameter.name not in _variables(path)
    }


def _namesakes(dialect: Dialect, description: Description) -> set[tuple[str, str]]:
    named: dict[str, list[tuple[str, str]]] = {}
    for key, operation in description.operations.items():
        if not is_internal(operation):
            named.setdefault(operation_id(dialect, operation), []).append(key)
    return {key for keys in named.values() if len(keys) > 1 for key in keys}


def _variables(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _merged(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One mapping of several that have no key in common. Raises IncompleteError."""
    merged: dict[str, Any] = {}
    for part in parts:
        if both := merged.keys() & part.keys():
            raise IncompleteError(f"two dialects use these names: {sorted(both)}")
        merged.update(part)
    return merged


def _operation(dialect: Dialect, description: Description, route: Route) -> dict[str, Any]:
    operation = description.operations[route.method, route.path]
    internal = is_internal(operation)
    shown: dict[str, Any] = {
        **({INTERNAL: True} if internal else {"operationId": operation_id(dialect, operation)}),
        "tags": [description.title],
        "summary": operation.summary,
        "security": [] if route.open else [{name: []} for name in _schemes(description, operation)],
        "responses": _responses(dialect, description, route),
    }
    if operation.description:
        shown["description"] = operation.description
    if parameters := [*_of_path(route.path, operation), *map(_parameter, _beside_path(operation))]:
        shown["parameters"] = parameters
    if operation.bodies:
        content = {body.media: _media(body.schema, body.example) for body in operation.bodies}
        shown["requestBody"] = {"required": all(body.required for body in operation.bodies), "content": content}
    return shown


def _schemes(description: Description, operation: Operation) -> Iterable[str]:
    return description.security if operation.security is None else operation.security


def is_internal(operation: Operation) -> bool:
    """Whether an operation is not published, as it duplicates another or only refuses."""
    return operation.internal or not operation.answers


def operation_id(dialect: Dialect, operation: Operation) -> str:
    """The name of an operation in generated clients: its dialect, and its summary up to a comma, without articles.

    `echo_list_sounds` for "List the sounds, loudest first".
    """
    name = operation.summary.partition(",")[0].lower().replace("'", "")
    words = [word for word in re.findall(r"\w+", name) if word not in ARTICLES]
    return "_".join((dialect.name, *words))


def _of_path(path: str, operation: Operation) -> list[dict[str, Any]]:
    told = {parameter.name: parameter for parameter in operation.parameters if parameter.place == "path"}
    return [
        {**_parameter(told.get(name, Parameter(name, "path", NAMELESS))), "required": True} for name in _variables(path)
    ]


def _beside_path(operation: Operation) -> list[Parameter]:
    return [parameter for parameter in operation.parameters if parameter.place != "path"]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    shown = {"name": parameter.name, "in": parameter.place, "required": parameter.required, "schema": parameter.schema}
    return {**shown, "description": parameter.description} if parameter.description else shown


def _responses(dialect: Dialect, description: Description, route: Route) -> dict[str, Any]:
    """The operation's own responses, and references to the errors that it shares."""
    own = description.operations[route.method, route.path].answers
    statuses = sorted({*own, *_shared_statuses(description, route)})
    if route.method == "HEAD":
        bodiless = {status: replace(own.get(status) or description.errors[status], schema=None) for status in statuses}
        return {str(status): _response(status, answer) for status, answer in bodiless.items()}
    return {
        str(status): _response(status, own[status])
        if status in own
        else {"$ref": f"#/components/responses/{_shared_name(dialect, status)}"}
        for status in statuses
    }


def _shared_statuses(description: Description, route: Route) -> set[int]:
    """The errors that an operation shares with others."""
    operation = description.operations[route.method, route.path]
    return {*operation.refuses, *description.everywhere, *([] if route.open else [401])} - operation.answers.keys()


def _shared(dialect: Dialect, description: Description) -> dict[str, Any]:
    """The shared errors that are referred to."""
    read = [route for route in dialect.routes if route.method != "HEAD"]
    used = {status for route in read for status in _shared_statuses(description, route)}
    return {_shared_name(dialect, status): _response(status, description.errors[status]) for status in sorted(used)}


def _shared_name(dialect: Dialect, status: int) -> str:
    return f"{dialect.name}_{status}"


def _response(status: int, answer: Answer) -> dict[str, Any]:
    shown: dict[str, Any] = {"description": answer.description}
    headers = {name: _header(schema, required=True) for name, schema in answer.headers.items()}
    more = RETRY if status == 503 else {}
    headers |= {name: _header(schema, required=False) for name, schema in {**answer.more_headers, **more}.items()}
    if headers:
        shown["headers"] = headers
    if answer.schema is not None:
        others = {media: _media(schema, None) for media, schema in answer.others.items()}
        shown["content"] = {answer.media: _media(answer.schema, answer.example), **others}
    return shown


def _header(schema: Schema, *, required: bool) -> dict[str, Any]:
    """A header; the description of its schema becomes its own, which pages show."""
    words = {"description": schema["description"]} if "description" in schema else {}
    return {"required": required, **words, "schema": {key: schema[key] for key in schema if key not in words}}


def _media(schema: Schema, example: object) -> dict[str, Any]:
    return {"schema": schema} if example is None else {"schema": schema, "example": example}
