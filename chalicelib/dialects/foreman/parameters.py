"""The parameters of a GET: from its query and, as in Rails, its body; the query takes precedence."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from chalicelib.catalog.reference import Kind
from chalicelib.dialects.foreman import values
from chalicelib.dialects.foreman.errors import MalformedBody
from chalicelib.dialects.foreman.parents import field
from chalicelib.http import media
from chalicelib.http.message import Request

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 100
NAMES = ("search", "order", "page", "per_page", *map(field, Kind))
"""The parameters of GETs; others are ignored."""


def merged(request: Request) -> Request:
    """Merge the body's parameters into the query, which takes precedence. Raises MalformedBody."""
    if not request.body.strip():
        return request
    return request._replace(query={**_body(request), **request.query})


def _body(request: Request) -> Mapping[str, list[str]]:
    """Parse a form, or a JSON object even if it is labelled as a form, as by curl."""
    if media.content_type(request) == FORM and not request.body.lstrip().startswith(b"{"):
        return _form(request.body)
    document = values.json_object(request.body)
    return {name: [_text(name, document[name])] for name in NAMES if document.get(name) is not None}


def _form(body: bytes) -> Mapping[str, list[str]]:
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise MalformedBody("it should be an object, or a form in UTF-8") from error


def _text(name: str, value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
    raise MalformedBody(f"{name} should be a text or a number")
