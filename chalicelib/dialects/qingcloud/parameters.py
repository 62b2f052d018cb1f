"""Parse parameters of queries and bodies in all their forms (wire §4)."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from chalicelib.catalog import lengths
from chalicelib.http import fields
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request

DEFAULT_LIMIT, LARGEST_LIMIT = 10, 100


def parse_object(body: bytes) -> dict[str, Any]:
    """Parse the JSON object of a body, whatever its media type; a blank body is an empty object. Raises BadMessage."""
    document = fields.json_body(body) if body.strip() else {}
    if not isinstance(document, dict):
        raise BadMessage("body", "the body is not a JSON object")
    return document


def text(document: Mapping[str, Any], name: str, longest: int | None = None) -> str | None:
    """Read a text of a body; None if it is absent. Raises BadMessage for other types, including null."""
    if name not in document:
        return None
    value = document[name]
    if not isinstance(value, str):
        raise BadMessage(name, f"parameter [{name}] should be a string")
    if longest is not None and len(value) > longest:
        raise BadMessage(name, f"parameter [{name}] is longer than {longest} characters")
    return value


def name(document: Mapping[str, Any], key: str, longest: int) -> str | None:
    """Read a name from a body: empty, or one line that is not blank."""
    value = text(document, key, longest)
    if value and (not value.strip() or re.search(fields.CONTROLS, value)):
        raise BadMessage(key, f"parameter [{key}] is blank or has control characters")
    return value


def required(document: Mapping[str, Any], name: str) -> str:
    """Read a required text that is not empty."""
    value = text(document, name, lengths.TEXT)
    if not value:
        raise BadMessage(name, f"parameter [{name}] is missing")
    return value


def items(texts: Iterable[str]) -> tuple[str, ...]:
    """Split comma-separated lists, without blanks, empty items and duplicates."""
    found = (item.strip() for each in texts for item in each.split(","))
    return tuple(dict.fromkeys(item for item in found if item))


def texts_of(name: str, value: Any) -> list[str]:
    """Read a JSON list of texts, or a comma-separated text."""
    given = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in given):
        raise BadMessage(name, f"parameter [{name}] should be a list of strings")
    return given


class Filters(NamedTuple):
    """The filters of a list: the query, and the body of the GET, which has lower precedence."""

    query: Mapping[str, Any]
    body: Mapping[str, Any]

    @classmethod
    def of(cls, request: Request) -> "Filters":
        """Parse a request. Raises BadMessage if the body is not an object."""
        return cls(request.query, parse_object(request.body))

    def many(self, name: str) -> tuple[str, ...]:
        """Read a list in any of its forms; empty if it is absent."""
        form = re.compile(rf"{re.escape(name)}(?:\.([0-9]{{1,9}})|\[([0-9]{{0,9}})\])")
        numbered = {key: int(match[1] or match[2] or 0) for key in self.query if (match := form.fullmatch(key))}
        keys = [name, *sorted(numbered, key=lambda key: numbered[key])]
        found = items(text for key in keys for text in self.query.get(key, ()))
        beneath = items(texts_of(name, self.body[name])) if name in self.body else ()
        return found or beneath

    def one(self, name: str, choices: Collection[str] = ()) -> str | None:
        """Read a single text, or None; it must be one of the choices, if given."""
        value = self._scalar(name)
        if isinstance(value, int):
            raise BadMessage(name, f"parameter [{name}] should be a string")
        if value and choices and value not in choices:
            raise BadMessage(name, f"parameter [{name}] should be one of [{', '.join(choices)}]")
        return value or None

    def number(self, name: str, default: int, least: int) -> int:
        """Read a number in decimal digits, or a JSON integer."""
        value = self._scalar(name)
        if value is None or value == "":
            return default
        if not re.fullmatch("[0-9]{1,1000}", str(value)) or int(value) < least:
            raise BadMessage(name, f"parameter [{name}] should be an integer of at least {least}")
        return int(value)

    def page(self) -> slice:
        """Read offset and limit."""
        offset = self.number("offset", 0, 0)
        return slice(offset, offset + min(self.number("limit", DEFAULT_LIMIT, 1), LARGEST_LIMIT))

    def _scalar(self, name: str) -> str | int | None:
        beneath = self.body.get(name, "")
        if isinstance(beneath, bool) or not isinstance(beneath, str | int):
            raise BadMessage(name, f"parameter [{name}] should be a string or an integer")
        values = [value for value in self.query.get(name, ()) if value]
        return values[-1] if values else beneath
