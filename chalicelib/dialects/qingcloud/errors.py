"""Error responses of this dialect (wire §5)."""

from typing import NamedTuple

from chalicelib.catalog import errors as catalog
from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.image import Status
from chalicelib.catalog.outages import OutcomeUnknown
from chalicelib.dialects.qingcloud import tokens
from chalicelib.dialects.qingcloud.schema import STATUSES
from chalicelib.http.errors import HttpError, headers, nearest
from chalicelib.http.message import Request, Response

STATUS: dict[type[Exception], int] = {
    catalog.NotFound: 404,
    catalog.Forbidden: 403,
    catalog.Invalid: 400,
    catalog.Conflict: 409,
    catalog.QuotaExceeded: 429,
    catalog.Unavailable: 503,
    # Clients retry any 5xx: they would capture a machine twice (wire §5).
    OutcomeUnknown: 409,
}


class Code(NamedTuple):
    """The platform's number and name of an error."""

    number: int
    name: str


DENIED = Code(1400, "PermissionDenied")
CODES = {
    400: Code(1100, "InvalidRequestFormat"),
    401: Code(1200, "AuthFailure"),
    403: DENIED,
    404: Code(2100, "ResourceNotFound"),
    405: Code(1101, "InvalidMethod"),
    # The platform has one number for missing ownership and for a wrong state.
    409: DENIED,
    413: Code(1100, "InvalidRequestFormat"),
    429: Code(2500, "QuotaExceeded"),
    503: Code(5100, "ServerBusy"),
}
OURS = Code(5000, "InternalError")


def render_error(request: Request, error: CatalogError | HttpError) -> Response:
    """Render the envelope that both generations of clients read."""
    status = error.status if isinstance(error, HttpError) else nearest(STATUS, error)
    if request.path == tokens.PATH:
        return tokens.render_error(error, status)
    code = CODES.get(status, OURS)
    body = {
        "ret_code": code.number,
        "code": str(code.number),
        "message": f"{code.name}, {_reason(error)}",
        "detail": "",
        "request_id": request.request_id,
    }
    return Response(body, status, headers(error, status))


def _reason(error: CatalogError | HttpError) -> str:
    match error:
        case catalog.WrongStatus(state=Status() as status):
            return f"{error.what} is {STATUSES[status]}"
    return str(error)
