"""Authentication (wire §6): a sign-in has its secret in the body, other requests in `X-Auth-Token`."""

from collections.abc import Callable, Mapping

from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import ANONYMOUS, Principal
from chalicelib.dialects.keystone.paths import ALL_PROJECTS, CATALOG, MOUNT, PROJECTS, V2_TOKENS, V3_TOKENS, is_project
from chalicelib.dialects.keystone.schema import SignIn, parse_v2, parse_v3
from chalicelib.http import auth
from chalicelib.http.errors import Unauthorized
from chalicelib.http.message import Request

SIGN_INS: Mapping[tuple[str, str], Callable[[bytes], SignIn]] = {
    ("POST", V3_TOKENS): parse_v3,
    ("POST", V2_TOKENS): parse_v2,
}
CLOSED = {V3_TOKENS, CATALOG, PROJECTS, ALL_PROJECTS}
"""Paths that, like those of projects, need a token except for signing in."""


def authenticate(request: Request, identities: Identities) -> Principal:
    """The holder of the secret. Raises BadMessage, and Unauthorized, which does not say what was wrong."""
    parse = SIGN_INS.get((request.method, request.path))
    if parse is None and request.path not in CLOSED and not is_project(request.path):
        return ANONYMOUS
    shown = parse(request.body) if parse else SignIn("", auth.token_header(request) or "")
    principal = identities.authenticate(shown.secret) if shown.secret else None
    if principal is None or not shown.fits(principal):
        challenge = f'Keystone uri="{request.base_url}{MOUNT}"'
        raise Unauthorized(challenge, "The secret is not known, or not that of this user and project")
    return principal
