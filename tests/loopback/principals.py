"""Callers, each with a tenant of its own."""

import uuid

from chalicelib.catalog.principal import Principal
from tests.api import ORDINARY, Api, Caller, a_caller


def a_principal() -> Principal:
    """A user of a new tenant."""
    return a_caller(str(uuid.uuid4()), *ORDINARY, "publicize_image")


def caller_of(api: Api, principal: Principal) -> Caller:
    """A caller with a token, as in the clients of Glance and Scaleway."""
    return Caller(api, {"X-Auth-Token": api.world.identities.issue(principal)})
