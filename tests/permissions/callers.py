"""The callers of the matrix."""

from collections.abc import Mapping
from datetime import timedelta

from chalicelib.bootstrap import World
from chalicelib.catalog.principal import Principal
from chalicelib.storage.identities import DynamoIdentities
from tests.api import ORDINARY, Api, Caller, a_caller
from tests.credentials import SCHEMES, Scheme
from tests.permissions.expected.notation import UNKNOWN, Who

T1 = "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11"
TENANTS: Mapping[Who, str] = {
    **dict.fromkeys(Who, T1),
    Who.STRANGER: "2c1a3d4f-8b63-4d8f-ae1b-6e3d1a7fab22",
    Who.MEMBER: "3d2b4e50-9c74-4e90-8f2c-7f4e2b80bc33",
    Who.SHARER: "4e3c5f61-ad85-4fa1-903d-80503c91cd44",
    Who.ADMIN: "5f4d6072-be96-40b2-a14e-91614da2de55",
}
"""The tenant of each caller; they are UUIDs, which Scaleway uses as organizations unchanged."""
POLICIES: Mapping[Who, tuple[str, ...]] = {
    **dict.fromkeys(Who, ORDINARY),
    Who.READER: ("read_images",),
    Who.ADMIN: ("admin",),
}
TRUSTED = timedelta(seconds=60)
"""How long a cached token stays valid."""


def about_itself(_user: str, secret: str) -> dict[str, str]:
    """A token that asks about itself."""
    return {"X-Auth-Token": secret, "X-Subject-Token": secret}


def in_body(user: str, secret: str) -> dict[str, str]:
    """Credentials for an operation that sends them in its body; nothing reads these headers."""
    return {"X-Own-User": user, "X-Own-Secret": secret}


def all_callers(api: Api, dialect: str, shown_by: Scheme | None = None) -> dict[Who, Caller]:
    """A caller of each kind; valid credentials have just been looked up, and are cached."""
    scheme = shown_by or SCHEMES[dialect]
    users = {who: _principal(who) for who in Who}
    secrets = {who: _bad_secret(api, who) for who in (Who.WRONG, Who.EXPIRED, Who.REVOKED)}
    secrets |= {who: _issued(api.world, who) for who in Who if who not in UNKNOWN}
    return {who: Caller(api, scheme(users[who].user, secrets[who]) if who in secrets else {}) for who in Who}


def _principal(who: Who) -> Principal:
    return a_caller(TENANTS[who], *POLICIES[who], user=who.replace(" ", "-"))


def _issued(world: World, who: Who) -> str:
    secret = world.identities.issue(_principal(who))
    assert world.identities.authenticate(secret) == _principal(who)
    return secret


def _bad_secret(api: Api, who: Who) -> str:
    """A secret that was never valid, or was until a moment ago and is still cached."""
    if who is Who.WRONG:
        return "never-issued"
    world, clock = api.world, api.clock
    secret = world.identities.issue(_principal(who), expires=clock.now() + TRUSTED if who is Who.EXPIRED else None)
    assert world.identities.authenticate(secret) == _principal(who)
    if who is Who.REVOKED:
        assert DynamoIdentities(world.images.connection, clock).revoke(
            secret
        )  # by an operator, of whom the application hears nothing
    clock.advance(TRUSTED.total_seconds())
    return secret
