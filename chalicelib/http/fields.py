"""Strict readers of what stands in headers, queries and bodies as text. All raise BadMessage."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chalicelib.http.errors import BadMessage

CONTROLS = r"[\x00-\x1f\x7f-\x9f]"
"""Characters that no name has."""
EARLIEST_YEAR = 1900
DEEPEST = 64
"""Levels of a JSON document at most: what is stored must be written out again, and within other documents."""


def integer(field: str, text: str) -> int:
    """A decimal integer in ASCII digits."""
    stripped = text.strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,30}", stripped):
        raise BadMessage(field, f"{text!r} is not an integer")
    return int(stripped)


def choice(field: str, text: str, choices: dict[str, Any]) -> Any:
    """What a word stands for, whatever its case."""
    try:
        return choices[text.strip().lower()]
    except KeyError:
        raise BadMessage(field, f"{field} got {text}") from None


def instant(field: str, text: str) -> datetime:
    """An ISO 8601 date or time, UTC unless it says otherwise."""
    try:
        # Months without days in the extended form, as in 2012-0131, are read by some services, so by us.
        mended = re.sub(r"^(\d{4})-(\d{2})(\d{2})(?!\d)", r"\1\2\3", text.strip())
        parsed = datetime.fromisoformat(mended)
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        found = aware.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadMessage(field, f"{text!r} is no ISO 8601 time") from error
    if found.year < EARLIEST_YEAR:
        raise BadMessage(field, f"{text!r} is before {EARLIEST_YEAR}")
    return found


def uuid(text: str) -> str | None:
    """The canonical form of a UUID, also without hyphens, in braces or as a URN; None if it is none."""
    digits = text.lower().removeprefix("urn:uuid:").strip("{}").replace("-", "")
    return str(UUID(digits)) if re.fullmatch("[0-9a-f]{32}", digits) else None


def changed(document: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    """What a document says that is not shown already: whoever sends back what they got changes nothing by that."""
    return {key: value for key, value in document.items() if not (key in shown and _same(value, shown[key]))}


def _same(value: Any, shown: Any) -> bool:
    """Python takes `true` for 1, which nobody sends back who was shown the other."""
    return type(value) is type(shown) and value == shown


def json_body(body: bytes) -> Any:
    """A JSON document that can be stored: UTF-8 texts, finite numbers. An empty body is no document."""
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
