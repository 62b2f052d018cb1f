"""Who calls: nobody twice."""

import uuid

from chalicelib.catalog.principal import Principal
from tests.api import ORDINARY, Api, Caller, a_caller


def a_principal() -> Principal:
    """Somebody of a tenant that nobody has been of."""
    return a_caller(str(uuid.uuid4()), *ORDINARY, "publicize_image")


def caller_of(api: Api, principal: Principal) -> Caller:
    """Shows a token, as the clients of Glance and Scaleway do."""
    return Caller(api, {"X-Auth-Token": api.world.identities.issue(principal)})
