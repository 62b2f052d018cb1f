"""The document as it is published: without what only tests need, and without numbers too large for JavaScript."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.http.openapi_document import INTERNAL

LARGEST = 2**53 - 1
"""The largest exact integer in JavaScript, and in many generated clients."""
AS_THEY_ARE = ("example", "examples", "const", "enum", "default")
KINDS = ("schemas", "responses")


def published(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document for people and generators.

    Internal operations are left out, with the components that only they refer to; so are regular expressions, which
    descriptions, formats or examples explain, and limits beyond `LARGEST`.
    """
    shown = {path: _shown(item) for path, item in document["paths"].items()}
    told: dict[str, Any] = _plain({**document, "paths": {path: item for path, item in shown.items() if item}})
    components = told["components"]
    used = _used(told["paths"], components)
    named = {kind: {name: each for name, each in components[kind].items() if (kind, name) in used} for kind in KINDS}
    return {**told, "components": {**components, **named}}


def _shown(item: Mapping[str, Any]) -> dict[str, Any]:
    return {method: operation for method, operation in item.items() if INTERNAL not in operation}


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {
                key: inner if key in AS_THEY_ARE else _plain(inner)
                for key, inner in value.items()
                if not _is_left_out(key, inner)
            }
        case list():
            return [_plain(inner) for inner in value]
    return value


def _is_left_out(key: str, value: object) -> bool:
    """Whether a key is a keyword to leave out, and not a property of that name, whose value is a schema."""
    return (key == "pattern" and isinstance(value, str)) or (
        key == "maximum" and isinstance(value, int) and value > LARGEST
    )


def _used(paths: Mapping[str, Any], components: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Kinds and names of the components that operations refer to, directly or not."""
    used: set[tuple[str, str]] = set()
    waiting = [*_references(paths)]
    while waiting:
        kind, name = waiting.pop()
        if (kind, name) not in used:
            used.add((kind, name))
            waiting += _references(components[kind][name])
    return used


def _references(value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case {"$ref": str(reference)}:
            _, _, kind, name = reference.split("/")
            yield kind, name
        case dict():
            for inner in value.values():
                yield from _references(inner)
        case list():
            for inner in value:
                yield from _references(inner)
