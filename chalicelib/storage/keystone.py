"""Callers whom a Keystone knows, beside those with tokens of our own."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from chalicelib.catalog.lengths import TEXT
from chalicelib.catalog.ports import Clock, Identities
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.token import digest_of, id_of
from chalicelib.storage.keystone_service import KeystoneService, instant, making_sense

T = TypeVar("T")

MAX_KNOWN = MAX_UNKNOWN = 1000
UNKNOWN_FOR = timedelta(seconds=5)
"""How long a token that is no good is not asked for again; one of our own may be issued meanwhile, and works."""

Roles = Mapping[str, frozenset[Policy]]
"""The policies that a role grants, by its name in lower case."""


class KeystoneIdentities:
    """Promises of `ports.Identities`: a secret that is none of ours is a token that Keystone may know.

    What it says of a good one is trusted until that ends, and no longer than `trusted_for`. When it does not answer,
    callers whom nobody knows for now are refused by IdentitiesUnavailable.
    """

    def __init__(
        self, own: Identities, service: KeystoneService, roles: Roles, trusted_for: timedelta, clock: Clock
    ) -> None:
        self._own, self._service, self._roles = own, service, roles
        self._trusted_for, self._clock = trusted_for, clock
        self._known: _Memory[Principal] = _Memory(MAX_KNOWN)
        self._unknown: _Memory[bool] = _Memory(MAX_UNKNOWN)

    def authenticate(self, secret: str) -> Principal | None:
        """As our own do it; then up to five requests to Keystone, one as a rule, and none while it is trusted."""
        digest, now = digest_of(secret), self._clock.now()
        known = self._known.get(digest, now)
        if known is not None:
            return known
        own = self._own.authenticate(secret)
        if own is not None or self._unknown.get(digest, now):
            return own
        return self._look_up(secret, digest, now)

    def _look_up(self, secret: str, digest: str, now: datetime) -> Principal | None:
        """`now` is the instant before Keystone is asked: what it says is good from then on."""
        answer = self._service.validate(secret)
        with making_sense():
            holder = None if answer is None else _holder(answer["token"], self._roles, id_of(digest))
        if holder is None or holder.ends <= now:
            self._unknown.put(digest, True, now + UNKNOWN_FOR)  # noqa: FBT003  # the value that is kept
            return None
        self._known.put(digest, holder.principal, min(now + self._trusted_for, holder.ends))
        return holder.principal


class _Holder(NamedTuple):
    principal: Principal
    ends: datetime


def _holder(token: Mapping[str, Any], roles: Roles, token_id: str) -> _Holder | None:
    """Who holds a token, and when that ends; None if it is not for a project, or grants nothing here.

    Raises LookupError, TypeError or ValueError for a document that is none of Keystone's.
    """
    user, ends = _name(token["user"]["name"]), instant(token["expires_at"])
    if "project" not in token or token.get("is_domain", False) is not False:
        return None
    project, policies = _name(token["project"]["id"]), _granted(token["roles"], roles)
    return _Holder(Principal(user, project, policies, token_id), ends) if policies else None


def _granted(held: Iterable[Mapping[str, object]], roles: Roles) -> frozenset[Policy]:
    """All that the roles of a token grant together."""
    names = [_name(role["name"]).lower() for role in held]
    return frozenset().union(*(roles.get(name, frozenset()) for name in names))


def _name(text: object) -> str:
    """A name as the catalogue can keep it. Raises ValueError, TypeError."""
    if not isinstance(text, str):
        raise TypeError("no text")
    if not 0 < len(text.encode().decode()) <= TEXT:
        raise ValueError("too long, or empty")
    return text


class _Memory(Generic[T]):
    """Keeps so many values, each until its time; the one that has been there for longest makes room."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._kept: dict[str, tuple[T, datetime]] = {}

    def get(self, key: str, now: datetime) -> T | None:
        value, until = self._kept.get(key, (None, now))
        return value if now < until else None

    def put(self, key: str, value: T, until: datetime) -> None:
        with self._lock:
            self._kept.pop(key, None)
            if len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = value, until
