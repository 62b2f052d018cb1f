"""Parameters in queries and bodies, in all the forms that clients give them (wire §4)."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from chalicelib.catalog import lengths
from chalicelib.http import fields
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request

DEFAULT_LIMIT, LARGEST_LIMIT = 10, 100


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body, whatever it says that it is; a blank one is empty. Raises BadMessage."""
    document = fields.json_body(body) if body.strip() else {}
    if not isinstance(document, dict):
        raise BadMessage("body", "the body is no JSON object")
    return document


def text(document: Mapping[str, Any], name: str, longest: int | None = None) -> str | None:
    """A text of a body, None if it is absent. Raises BadMessage for anything else, null included."""
    if name not in document:
        return None
    value = document[name]
    if not isinstance(value, str):
        raise BadMessage(name, f"parameter [{name}] should be a string")
    if longest is not None and len(value) > longest:
        raise BadMessage(name, f"parameter [{name}] is longer than {longest} characters")
    return value


def name(document: Mapping[str, Any], key: str, longest: int) -> str | None:
    """A text of a body that may stand as a name: empty, or something visible in one line."""
    value = text(document, key, longest)
    if value and (not value.strip() or re.search(fields.CONTROLS, value)):
        raise BadMessage(key, f"parameter [{key}] is blank or has control characters")
    return value


def required(document: Mapping[str, Any], name: str) -> str:
    """A text of a body that is not empty."""
    value = text(document, name, lengths.TEXT)
    if not value:
        raise BadMessage(name, f"parameter [{name}] is missing")
    return value


def items(texts: Iterable[str]) -> tuple[str, ...]:
    """The items of comma lists, without blanks, empty items and doubles."""
    found = (item.strip() for each in texts for item in each.split(","))
    return tuple(dict.fromkeys(item for item in found if item))


def texts_of(name: str, value: Any) -> list[str]:
    """A JSON list of texts, or a text that holds a list."""
    given = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in given):
        raise BadMessage(name, f"parameter [{name}] should be a list of strings")
    return given


class Filters(NamedTuple):
    """What a list is asked for: the query, and the body of a GET beneath it."""

    query: Mapping[str, Any]
    body: Mapping[str, Any]

    @classmethod
    def of(cls, request: Request) -> "Filters":
        """Raises BadMessage for a body that is no object."""
        return cls(request.query, parse_object(request.body))

    def many(self, name: str) -> tuple[str, ...]:
        """A list in any of its forms; empty if it is absent."""
        form = re.compile(rf"{re.escape(name)}(?:\.([0-9]{{1,9}})|\[([0-9]{{0,9}})\])")
        numbered = {key: int(match[1] or match[2] or 0) for key in self.query if (match := form.fullmatch(key))}
        keys = [name, *sorted(numbered, key=lambda key: numbered[key])]
        found = items(text for key in keys for text in self.query.get(key, ()))
        beneath = items(texts_of(name, self.body[name])) if name in self.body else ()
        return found or beneath

    def one(self, name: str, choices: Collection[str] = ()) -> str | None:
        """A single text, None if it is absent or empty; one of the choices if there are any."""
        value = self._scalar(name)
        if isinstance(value, int):
            raise BadMessage(name, f"parameter [{name}] should be a string")
        if value and choices and value not in choices:
            raise BadMessage(name, f"parameter [{name}] should be one of [{', '.join(choices)}]")
        return value or None

    def number(self, name: str, default: int, least: int) -> int:
        """A number in decimal digits, or a JSON integer."""
        value = self._scalar(name)
        if value is None or value == "":
            return default
        if not re.fullmatch("[0-9]{1,1000}", str(value)) or int(value) < least:
            raise BadMessage(name, f"parameter [{name}] should be an integer of at least {least}")
        return int(value)

    def page(self) -> slice:
        """Offset and limit."""
        offset = self.number("offset", 0, 0)
        return slice(offset, offset + min(self.number("limit", DEFAULT_LIMIT, 1), LARGEST_LIMIT))

    def _scalar(self, name: str) -> str | int | None:
        beneath = self.body.get(name, "")
        if isinstance(beneath, bool) or not isinstance(beneath, str | int):
            raise BadMessage(name, f"parameter [{name}] should be a string or an integer")
        values = [value for value in self.query.get(name, ()) if value]
        return values[-1] if values else beneath
