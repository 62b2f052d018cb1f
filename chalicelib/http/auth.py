"""Credentials as clients send them."""

import base64
import binascii
from typing import NamedTuple

from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import Principal
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
    """User and secret of `Authorization: Basic`; None if there are none that can be read, or the secret is empty."""
    encoded = _after_scheme(request, "basic")
    if encoded is None:
        return None
    try:
        user, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return Basic(user, secret) if secret else None


def basic_principal(request: Request, identities: Identities) -> Principal | None:
    """Who shows user and secret by `Authorization: Basic`; None unless both are right."""
    shown = basic(request)
    principal = identities.authenticate(shown.secret) if shown else None
    return principal if principal and shown and principal.user == shown.user else None


def _after_scheme(request: Request, scheme: str) -> str | None:
    found, _, rest = (request.header("authorization") or "").strip().partition(" ")
    return rest.strip() or None if found.lower() == scheme else None
