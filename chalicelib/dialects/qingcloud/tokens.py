"""The sign-in of SDKs: exchange user and secret for a Bearer token by OAuth 2.0 (RFC 6749 §4.4 and §5)."""

from urllib.parse import parse_qs

from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.service import Catalog
from chalicelib.http import auth
from chalicelib.http.errors import BadMessage, HttpError, Unauthorized, headers
from chalicelib.http.message import Request, Response

PATH = "/v2/oauth2/token"
GRANT = "client_credentials"
TOKEN_TYPE = "Bearer"  # noqa: S105  # the name of a scheme
LIFETIME = 7200
"""Seconds after which clients sign in again, or earlier after a 401."""
CHALLENGE = 'Basic realm="rosetta"'
MAX_FIELDS = 100
UNCACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
OURS = "server_error"
ERRORS = {400: "invalid_request", 401: "invalid_client", 405: "invalid_request", 503: "temporarily_unavailable"}
"""OAuth's error codes by status."""
UNSUPPORTED = "unsupported_grant_type"


class GrantUnsupported(BadMessage):
    """The grant type is not supported."""

    def __init__(self) -> None:
        super().__init__("grant_type", f"grant_type should be {GRANT}")


def sign_in(_catalog: Catalog, request: Request) -> Response:
    """Return the caller's own secret as a Bearer token: nothing is stored, and revoking it revokes both."""
    shown = auth.basic(request)
    if shown is None:
        raise Unauthorized(CHALLENGE, "show user and secret as Basic credentials")
    _check_grant(request.body)
    document = {"access_token": shown.secret, "token_type": TOKEN_TYPE, "expires_in": LIFETIME}
    return Response(document, headers=UNCACHED)


def _check_grant(body: bytes) -> None:
    """Raise BadMessage unless the body is a form with the only supported grant type."""
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise BadMessage("body", "the body is not a form") from error
    given = fields.get("grant_type", [])
    if len(given) != 1:
        raise BadMessage("grant_type", "the body should be a form with one grant_type")
    if given != [GRANT]:
        raise GrantUnsupported


def render_error(error: CatalogError | HttpError, status: int) -> Response:
    """Render an error in OAuth's format (RFC 6749 §5.2)."""
    code = UNSUPPORTED if isinstance(error, GrantUnsupported) else ERRORS.get(status, OURS)
    challenge = {"WWW-Authenticate": CHALLENGE} if status == Unauthorized.status else {}
    document = {"error": code, "error_description": str(error)}
    return Response(document, status, {**UNCACHED, **challenge, **headers(error, status)})
