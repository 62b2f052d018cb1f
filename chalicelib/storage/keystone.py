"""Authenticates tokens of Keystone besides our own."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from chalicelib.catalog.lengths import TEXT
from chalicelib.catalog.ports import Clock, Identities
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.token import digest_of, id_of
from chalicelib.storage.keystone_service import KeystoneService, instant, outage_if_malformed

T = TypeVar("T")

MAX_KNOWN = MAX_UNKNOWN = 1000
UNKNOWN_FOR = timedelta(seconds=5)
"""How long an invalid token is cached. Only Keystone's answer is: a token of ours works as soon as it is issued."""

Roles = Mapping[str, frozenset[Policy]]
"""The policies that each role grants, by its name in lower case."""


class KeystoneIdentities:
    """Implements `ports.Identities`: a secret that is not a token of ours may be one of Keystone's.

    A valid one is cached for `trusted_for`, or until it expires if that is sooner. If Keystone does not answer,
    tokens that are not cached are refused with IdentitiesUnavailable.
    """

    def __init__(
        self, own: Identities, service: KeystoneService, roles: Roles, trusted_for: timedelta, clock: Clock
    ) -> None:
        self._own, self._service, self._roles = own, service, roles
        self._trusted_for, self._clock = trusted_for, clock
        self._known: _Cache[Principal] = _Cache(MAX_KNOWN)
        self._unknown: _Cache[bool] = _Cache(MAX_UNKNOWN)

    def authenticate(self, secret: str) -> Principal | None:
        """Our own lookup first; then up to five requests to Keystone, usually one, and none while it is cached."""
        digest, now = digest_of(secret), self._clock.now()
        known = self._known.get(digest, now)
        if known is not None:
            return known
        own = self._own.authenticate(secret)
        if own is not None or self._unknown.get(digest, now):
            return own
        return self._look_up(secret, digest, now)

    def _look_up(self, secret: str, digest: str, now: datetime) -> Principal | None:
        """`now` is the time before the request to Keystone, from which on its answer is cached."""
        answer = self._service.validate(secret)
        with outage_if_malformed():
            holder = None if answer is None else _holder(answer["token"], self._roles, id_of(digest))
        if holder is None or holder.ends <= now:
            self._unknown.put(digest, True, now + UNKNOWN_FOR)  # noqa: FBT003  # the cached value
            return None
        self._known.put(digest, holder.principal, min(now + self._trusted_for, holder.ends))
        return holder.principal


class _Holder(NamedTuple):
    principal: Principal
    ends: datetime


def _holder(token: Mapping[str, Any], roles: Roles, token_id: str) -> _Holder | None:
    """The holder of a token, and when it expires; None if it is not for a project, or grants nothing here.

    Raises LookupError, TypeError or ValueError for a malformed document.
    """
    user, ends = _name(token["user"]["name"]), instant(token["expires_at"])
    if "project" not in token or token.get("is_domain", False) is not False:
        return None
    project, policies = _name(token["project"]["id"]), _granted(token["roles"], roles)
    return _Holder(Principal(user, project, policies, token_id), ends) if policies else None


def _granted(held: Iterable[Mapping[str, object]], roles: Roles) -> frozenset[Policy]:
    """The policies that the roles of a token grant together."""
    names = [_name(role["name"]).lower() for role in held]
    return frozenset().union(*(roles.get(name, frozenset()) for name in names))


def _name(text: object) -> str:
    """A name, if the catalogue can store it. Raises ValueError, TypeError."""
    if not isinstance(text, str):
        raise TypeError("not a text")
    if not 0 < len(text.encode().decode()) <= TEXT:
        raise ValueError("too long, or empty")
    return text


class _Cache(Generic[T]):
    """A cache of at most `most` values, each until its time; the oldest makes room."""

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
