"""Where SDKs sign in: user and secret are traded for a Bearer token, as OAuth 2.0 has it (RFC 6749 §4.4 and §5)."""

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
"""After how many seconds clients sign in again; they do so earlier if they are refused."""
CHALLENGE = 'Basic realm="rosetta"'
MAX_FIELDS = 100
UNCACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
OURS = "server_error"
ERRORS = {400: "invalid_request", 401: "invalid_client", 405: "invalid_request", 503: "temporarily_unavailable"}
"""The words of OAuth for refusals, by their status."""
UNSUPPORTED = "unsupported_grant_type"


class GrantUnsupported(BadMessage):
    """There is no way to sign in by this name."""

    def __init__(self) -> None:
        super().__init__("grant_type", f"grant_type should be {GRANT}")


def sign_in(_catalog: Catalog, request: Request) -> Response:
    """The caller's own secret, which is good as a Bearer token: nothing is stored, and revoking it ends both."""
    shown = auth.basic(request)
    if shown is None:
        raise Unauthorized(CHALLENGE, "show user and secret as Basic credentials")
    _check_grant(request.body)
    document = {"access_token": shown.secret, "token_type": TOKEN_TYPE, "expires_in": LIFETIME}
    return Response(document, headers=UNCACHED)


def _check_grant(body: bytes) -> None:
    """Raise BadMessage unless a form asks for the only grant there is."""
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise BadMessage("body", "the body is no form") from error
    given = fields.get("grant_type", [])
    if len(given) != 1:
        raise BadMessage("grant_type", "the body should be a form with one grant_type")
    if given != [GRANT]:
        raise GrantUnsupported


def render_error(error: CatalogError | HttpError, status: int) -> Response:
    """A refusal in the shape that clients of OAuth expect (RFC 6749 §5.2)."""
    code = UNSUPPORTED if isinstance(error, GrantUnsupported) else ERRORS.get(status, OURS)
    challenge = {"WWW-Authenticate": CHALLENGE} if status == Unauthorized.status else {}
    document = {"error": code, "error_description": str(error)}
    return Response(document, status, {**UNCACHED, **challenge, **headers(error, status)})
