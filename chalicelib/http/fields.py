"""Strict parsers of texts in headers, queries and bodies. All raise BadMessage."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chalicelib.http.errors import BadMessage

CONTROLS = r"[\x00-\x1f\x7f-\x9f]"
"""Control characters, which names must not contain."""
EARLIEST_YEAR = 1900
DEEPEST = 64
"""The most levels of a JSON document, which must leave room for being rendered within another."""


def integer(field: str, text: str) -> int:
    """A decimal integer in ASCII digits."""
    stripped = text.strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,30}", stripped):
        raise BadMessage(field, f"{text!r} is not an integer")
    return int(stripped)


def choice(field: str, text: str, choices: dict[str, Any]) -> Any:
    """The value for a word in `choices`, in any case."""
    try:
        return choices[text.strip().lower()]
    except KeyError:
        raise BadMessage(field, f"{field} got {text}") from None


def instant(field: str, text: str) -> datetime:
    """An ISO 8601 date or time; in UTC, unless it has a zone."""
    try:
        # Some services accept a date such as 2012-0131, so we do too.
        normalized = re.sub(r"^(\d{4})-(\d{2})(\d{2})(?!\d)", r"\1\2\3", text.strip())
        parsed = datetime.fromisoformat(normalized)
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        found = aware.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadMessage(field, f"{text!r} is not an ISO 8601 time") from error
    if found.year < EARLIEST_YEAR:
        raise BadMessage(field, f"{text!r} is before {EARLIEST_YEAR}")
    return found


def uuid(text: str) -> str | None:
    """The canonical form of a UUID, which may lack hyphens, be in braces or a URN; None if it is not a UUID."""
    digits = text.lower().removeprefix("urn:uuid:").strip("{}").replace("-", "")
    return str(UUID(digits)) if re.fullmatch("[0-9a-f]{32}", digits) else None


def changed(document: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a document that differ from those shown, so that clients may send back what they got."""
    return {key: value for key, value in document.items() if not (key in shown and _same(value, shown[key]))}


def _same(value: Any, shown: Any) -> bool:
    """Equality that distinguishes `true` from 1, as Python's does not."""
    return type(value) is type(shown) and value == shown


def json_body(body: bytes) -> Any:
    """A JSON document that can be stored: UTF-8 texts, finite numbers. An empty body is malformed."""
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
        _check_depth(document)
    except (ValueError, RecursionError) as error:
        raise BadMessage("body", "Malformed JSON in the request body") from error
    return document


def _check_depth(document: Any) -> None:
    level = [document]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise ValueError("nested too deeply")


def _inside(value: Any) -> Iterable[Any]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
    return ()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
