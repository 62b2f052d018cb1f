"""How refusals look in this dialect (wire §5)."""

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
    # The client has chosen a name that is taken, which the original does not tell from other mistakes.
    catalog.ClaimTaken: 400,
    catalog.QuotaExceeded: 400,
    catalog.Unavailable: 503,
    # The original knows operations by method and path together.
    MethodNotAllowed: 404,
}

SHOWN = {"login_user": "remote_user"}
"""Canonical fields that have another name here."""


class ProviderUnknown(HttpError):
    """A list was asked for by a provider that is not configured."""

    status = 404


class NotAcceptable(HttpError):
    """The client does not take the only media type there is."""

    status = 406


class UnsupportedMediaType(HttpError):
    """The body is not JSON by its own account."""

    status = 415


def render_error(request: Request, error: CatalogError | HttpError) -> Response:
    """A message."""
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
