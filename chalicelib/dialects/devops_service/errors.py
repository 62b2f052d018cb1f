"""Error responses of this dialect (wire §5)."""

from chalicelib.catalog import errors as catalog
from chalicelib.catalog.errors import CatalogError
from chalicelib.http import auth
from chalicelib.http.errors import HttpError, MethodNotAllowed, PathUnknown, Unauthorized, headers, nearest
from chalicelib.http.message import Request, Response

STATUS: dict[type[Exception], int] = {
    catalog.NotFound: 404,
    catalog.PolicyMissing: 403,
    catalog.Forbidden: 400,
    catalog.Invalid: 400,
    catalog.Conflict: 409,
    # A name that is taken: the original does not distinguish that from other invalid input.
    catalog.ClaimTaken: 400,
    catalog.QuotaExceeded: 400,
    catalog.Unavailable: 503,
    # The original does not distinguish unknown paths from unsupported methods.
    MethodNotAllowed: 404,
}

SHOWN = {"login_user": "remote_user"}
"""Canonical fields and their names here."""


class ProviderUnknown(HttpError):
    """The provider of a list is not configured."""

    status = 404


class NotAcceptable(HttpError):
    """The client does not accept the only media type."""

    status = 406


class UnsupportedMediaType(HttpError):
    """The `Content-Type` is not JSON."""

    status = 415


def render_error(request: Request, error: CatalogError | HttpError) -> Response:
    """Render a message."""
    status = STATUS.get(type(error), error.status) if isinstance(error, HttpError) else nearest(STATUS, error)
    challenge = {"WWW-Authenticate": error.challenge} if isinstance(error, Unauthorized) else {}
    return Response({"message": _message(request, error)}, status, headers(error, status) | challenge)


def _message(request: Request, error: CatalogError | HttpError) -> str:
    match error:
        case catalog.PolicyMissing():
            return f"Access denied for '{auth.user_shown(request)}'"
        case catalog.ImageNotFound():
            return f"Image '{error.image_id}' does not exist"
        case catalog.Invalid():
            return f"Parameter '{SHOWN.get(error.field, error.field)}' is invalid: {error.reason}"
        case PathUnknown() | MethodNotAllowed():
            return "Not found"
    return str(error)
