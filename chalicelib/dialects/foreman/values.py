"""Parse and render attributes of images and parents (wire §2 and §4)."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from chalicelib.catalog import lengths
from chalicelib.dialects.foreman.errors import ABSENT, MalformedBody
from chalicelib.http import fields
from chalicelib.http.errors import BadMessage

BLANK = "can't be blank"
INVALID = "is invalid"
LONGEST = lengths.TEXT
TOO_LONG = f"is too long (maximum is {LONGEST} characters)"
FALSE = frozenset({"0", "f", "false", "off"})


class WrongValue(Exception):
    """An invalid attribute; the message follows its name, e.g. `is invalid`."""


def attributes(body: bytes, key: str, known: Sequence[str]) -> Mapping[str, Any]:
    """The attributes in a body: below `key`, or else at the top level. Raises MalformedBody."""
    document = json_object(body)
    inner = document.get(key, document)
    if not isinstance(inner, dict | None):
        raise MalformedBody(f"{key} should be an object")
    return {name: value for name, value in (inner or {}).items() if name in known}


def json_object(body: bytes) -> dict[str, Any]:
    """Parse the object of a body; a blank body is an empty object. Raises MalformedBody."""
    try:
        document = fields.json_body(body) if body.strip() else {}
    except BadMessage as error:
        raise MalformedBody(error.reason) from error
    if not isinstance(document, dict):
        raise MalformedBody("it should be an object")
    return document


def collect(readers: Mapping[str, Callable[[], Any]]) -> tuple[dict[str, Any], dict[str, str]]:
    """Call the readers; return their values, and the messages of those that raise WrongValue."""
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, read in readers.items():
        try:
            found[name] = read()
        except WrongValue as error:
            errors[name] = str(error)
    return found, errors


def short_text(value: Any) -> str | None:
    """Read a text of at most 255 characters. Raises WrongValue."""
    found = text(value)
    if found is not None and len(found) > LONGEST:
        raise WrongValue(TOO_LONG)
    return found


def name(value: Any) -> str | None:
    """Read a short text in one line. Raises WrongValue."""
    found = short_text(value)
    if found is not None and re.search(fields.CONTROLS, found):
        raise WrongValue(INVALID)
    return found


def text(value: Any) -> str | None:
    """Read a text; numbers are converted. Raises WrongValue."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise WrongValue(INVALID)
    return str(value).strip()


def number(value: Any) -> int | None:
    """Read the number of a parent; None if it is empty. Raises WrongValue."""
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch("[0-9]{1,18}", value.strip()):
        return int(value)
    raise WrongValue(ABSENT)


def flag(value: Any) -> bool | None:
    """Read a boolean in any of its spellings. Raises WrongValue."""
    if value is None or value == "":
        return None
    if isinstance(value, dict | list):
        raise WrongValue(INVALID)
    return str(value).lower() not in FALSE


def leading_number(segment: str) -> int | None:
    """The leading number of a path segment: 11 in `11-web-golden`."""
    found = re.match("[0-9]{1,18}(?![0-9])", segment)
    return int(found[0]) if found else None


def stamp(instant: datetime) -> str:
    """Format an instant in whole seconds: `2016-04-02 09:15:29 UTC`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def iso_stamp(instant: datetime) -> str:
    """Format an instant in milliseconds: `2016-04-02T09:15:29.296Z`."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
