"""Bodies of requests: JSON whatever the media type, or no body (wire §1.3)."""

from functools import wraps
from typing import Any

from chalicelib.http import fields
from chalicelib.http.dialect import Handler
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request, Response


def parse_body(request: Request) -> dict[str, Any] | list[Any]:
    """Parse a required body. Raises BadMessage."""
    if not request.body:
        raise BadMessage("body", "Body expected in request")
    try:
        document = fields.json_body(request.body)
    except BadMessage as error:
        raise BadMessage("body", "Malformed JSON in request body") from error
    if not isinstance(document, dict | list):
        raise BadMessage("body", "Unexpected body type: neither an object nor an array")
    return document


def parse_object(request: Request) -> dict[str, Any]:
    """Parse a required body that must be an object. Raises BadMessage."""
    document = parse_body(request)
    if not isinstance(document, dict):
        raise BadMessage("body", "Unexpected body type: not an object")
    return document


def bodiless(handler: Handler) -> Handler:
    """Wrap a handler so that a body is refused first."""

    @wraps(handler)
    def handle(catalog: Any, request: Request, **variables: str) -> Response:
        if request.body:
            raise BadMessage("body", "A body is not expected with this request")
        return handler(catalog, request, **variables)

    return handle
