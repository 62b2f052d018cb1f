"""How clients of each dialect send their credentials."""

from collections.abc import Callable, Mapping

from tests.api import ORDINARY, Api, Caller, a_caller, basic

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


def caller_of(api: Api, dialect: str, tenant: str | None, *policies: str) -> Caller:
    """A caller with a new token, with the ordinary policies unless others are named, who sends it as the clients do."""
    principal = a_caller(tenant, *policies or ORDINARY)
    return Caller(api, SCHEMES[dialect](principal.user, api.world.identities.issue(principal)))
