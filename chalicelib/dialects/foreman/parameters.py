"""The parameters of a GET: those of its query, and beneath them those of its body, as Rails merges them."""

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
"""All that a GET can be told; what else stands in a body is ignored, as it is in a query."""


def merged(request: Request) -> Request:
    """The request with the parameters of its body in its query, which goes first. Raises MalformedBody."""
    if not request.body.strip():
        return request
    return request._replace(query={**_body(request), **request.query})


def _body(request: Request) -> Mapping[str, list[str]]:
    """A form that says so, or a JSON object whatever it says: curl calls all that it sends a form."""
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
