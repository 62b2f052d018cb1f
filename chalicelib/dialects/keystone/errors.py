"""Error responses of this dialect (wire §3)."""

from chalicelib.catalog import errors as catalog
from chalicelib.catalog.errors import CatalogError
from chalicelib.http.errors import HttpError, Unauthorized, headers, nearest
from chalicelib.http.message import Request, Response

STATUS: dict[type[Exception], int] = {
    catalog.Forbidden: 403,
    catalog.Invalid: 400,
    catalog.Unavailable: 503,
}


class TokenUnknown(HttpError):
    """The subject token is not the caller's."""

    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such token, or it is not the one in X-Auth-Token")


class ProjectWithheld(HttpError):
    """Listing all projects is refused: only the token's own is shown. Clients then use a name as an id."""

    status = 403

    def __init__(self) -> None:
        super().__init__("Only the project of the token is shown")


def render_error(_request: Request, error: CatalogError | HttpError) -> Response:
    """Render an `error` with code, title and message; clients print the message."""
    from http import HTTPStatus  # noqa: PLC0415  # most processes do without

    status = error.status if isinstance(error, HttpError) else nearest(STATUS, error)
    challenge = {"WWW-Authenticate": error.challenge} if isinstance(error, Unauthorized) else {}
    body = {"error": {"code": status, "title": HTTPStatus(status).phrase, "message": str(error)}}
    return Response(body, status, headers(error, status) | challenge)
