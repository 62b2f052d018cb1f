"""Credentials as clients send them."""

import base64
import binascii
from dataclasses import replace
from typing import NamedTuple

from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.http.errors import Unauthorized
from chalicelib.http.message import Request


class Basic(NamedTuple):
    """A user and its secret."""

    user: str
    secret: str


def token_header(request: Request) -> str | None:
    """The secret in `X-Auth-Token`; None if there is none."""
    return (request.header("x-auth-token") or "").strip() or None


def bearer(request: Request) -> str | None:
    """The secret of `Authorization: Bearer`; None if there is none."""
    return _after_scheme(request, "bearer")


def basic(request: Request) -> Basic | None:
    """User and secret of `Authorization: Basic`; None if it is missing or malformed, or if the secret is empty."""
    shown = _shown(request)
    return shown if shown.secret else None


def user_shown(request: Request) -> str:
    """The user name in `Authorization: Basic`, authenticated or not; empty if there is none."""
    return _shown(request).user


def _shown(request: Request) -> Basic:
    try:
        decoded = base64.b64decode(_after_scheme(request, "basic") or "", validate=True).decode()
    except (binascii.Error, ValueError):
        decoded = ""
    user, _, secret = decoded.partition(":")
    return Basic(user, secret)


def basic_principal(request: Request, identities: Identities) -> Principal | None:
    """The holder of the secret in `Authorization: Basic`; None unless the user name matches too."""
    shown = basic(request)
    principal = identities.authenticate(shown.secret) if shown else None
    return principal if principal and shown and principal.user == shown.user else None


def token_principal(
    request: Request, identities: Identities, *, anonymous: bool, by_user: bool, scheme: str
) -> Principal:
    """The holder of `X-Auth-Token`, else the user of `Authorization: Basic`, as in OpenStack's services.

    With `anonymous`, callers without credentials may read; `by_user` makes each user a tenant of its own. Raises
    Unauthorized, with a challenge for the `scheme`.
    """
    secret = token_header(request)
    if secret is None and basic(request) is None and anonymous:
        return Principal(user="", tenant=None, policies=frozenset({Policy.READ_IMAGES}))
    principal = identities.authenticate(secret) if secret else basic_principal(request, identities)
    if principal is None:
        raise Unauthorized(f'{scheme} uri="{request.base_url}"', "Authentication required")
    return replace(principal, tenant=principal.user) if by_user else principal


def _after_scheme(request: Request, scheme: str) -> str | None:
    found, _, rest = (request.header("authorization") or "").strip().partition(" ")
    return rest.strip() or None if found.lower() == scheme else None
