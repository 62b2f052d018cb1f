"""How clients of each dialect send their credentials."""

from collections.abc import Callable, Mapping

from tests.api import basic

Scheme = Callable[[str, str], dict[str, str]]
"""Returns the headers with user and secret."""


def by_token(_user: str, secret: str) -> dict[str, str]:
    return {"X-Auth-Token": secret}


def by_bearer(_user: str, secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


SCHEMES: Mapping[str, Scheme] = {
    "devops_service": basic,
    "foreman": basic,
    "glance_v1": by_token,
    "glance_v2": by_token,
    "health": by_token,
    "keystone": by_token,
    "qingcloud": by_bearer,
    "scaleway": by_token,
}
BY_NAME = frozenset(name for name, scheme in SCHEMES.items() if scheme is not by_token)
"""The dialects that accept user and secret by basic authentication."""
