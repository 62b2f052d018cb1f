"""Error responses of this dialect (wire §8)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from chalicelib.catalog import errors as catalog
from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.outages import OutcomeUnknown
from chalicelib.http.errors import HttpError, MethodNotAllowed, PathUnknown, headers, nearest
from chalicelib.http.message import Request, Response

STATUS: dict[type[Exception], int] = {
    catalog.NotFound: 404,
    # As documented for other organizations' private images.
    catalog.ImageHidden: 403,
    catalog.Forbidden: 403,
    catalog.Invalid: 400,
    catalog.Conflict: 409,
    catalog.QuotaExceeded: 403,
    catalog.Unavailable: 503,
    # Clients retry any 503: they would register an image twice (wire §8).
    OutcomeUnknown: 500,
}

TYPES = {
    400: "invalid_request_error",
    401: "invalid_auth",
    403: "authorization_required",
    404: "unknown_resource",
    405: "405",
    409: "conflict",
}
OURS = "api_error"

SHOWN = {"architecture": "arch", "visibility": "public"}
"""Canonical fields and their names here."""


class BadFields(HttpError):
    """Invalid fields, each with its error: clients expect all errors at once."""

    status = 400

    def __init__(self, notes: Mapping[str, str]) -> None:
        super().__init__("Validation Error")
        self.notes = dict(notes)


def render_error(request: Request, error: CatalogError | HttpError) -> Response:
    """Render type and message, and errors by field."""
    status = error.status if isinstance(error, HttpError) else nearest(STATUS, error)
    body: dict[str, Any] = {"type": TYPES.get(status, OURS), "message": _message(request, error)}
    notes = _notes(error)
    if notes:
        body["fields"] = {field: [note] for field, note in notes.items()}
    return Response(body, status, headers(error, status))


def _message(request: Request, error: CatalogError | HttpError) -> str:
    match error:
        case catalog.ImageHidden() | catalog.NotOwner() | catalog.PolicyMissing():
            return "The token provided doesn't have the requested permission."
        case catalog.ImageNotFound():
            return f'"{unquote(request.path.rpartition("/")[2])}" not found'
        case catalog.Invalid():
            return "Validation Error"
        case MethodNotAllowed():
            return "The method is not allowed for the requested URL."
        case PathUnknown():
            return f'"{request.path}" not found'
    return str(error)


def _notes(error: CatalogError | HttpError) -> Mapping[str, str]:
    match error:
        case BadFields():
            return error.notes
        case catalog.Invalid():
            return {SHOWN.get(error.field, error.field): error.reason}
    return {}
