"""Managing tokens. A token can make others, with no more policies and no longer lifetime than its own."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib.catalog import lengths
from chalicelib.catalog.errors import Invalid, NotFound, PolicyMissing, QuotaExceeded, TenantMissing
from chalicelib.catalog.image import Inspecting
from chalicelib.catalog.lookup import retry
from chalicelib.catalog.ports import Clock, TokenRepository
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.rules import Limits
from chalicelib.catalog.token import Token, digest_of, live, missing, new_secret

GENERATIONS = 3
"""The most issuers that a token may have."""
LIFETIME = timedelta(days=90)
"""The default lifetime."""
LONGEST = timedelta(days=3650)
MAX_REMOVED = 20
"""Dead tokens removed when a new one is made, so that short-lived ones do not pile up."""
CURRENT = "current"
"""Stands for the id of the request's own token."""


class TokenNotFound(NotFound):
    """There is no such token, or the caller may not see it."""

    def __init__(self, token_id: str) -> None:
        super().__init__(f"Token {token_id} not found")


class TokenEnded(NotFound):
    """The token that the request was sent with has expired, or was revoked."""

    def __init__(self) -> None:
        super().__init__("The token of this request has expired or was revoked")


class NewToken(NamedTuple):
    """A request for a token. None stands for the issuer's policies or inspection, or the default lifetime."""

    name: str
    policies: frozenset[Policy] | None = None
    expires_at: datetime | None = None
    inspecting: Inspecting | None = None


class Tokens:
    """The tokens of the caller's own user and tenant, and for administrators those of any tenant.

    The tenant is that of the token, even if a dialect has the caller act for another. All methods raise TokenEnded.
    """

    def __init__(self, principal: Principal, tokens: TokenRepository, clock: Clock, limits: Limits) -> None:
        self._principal = principal
        self._tokens = tokens
        self._clock = clock
        self._quota = limits.token_quota
        self._inspecting = limits.inspecting

    def current(self) -> Token:
        """The token that the request was sent with."""
        found = self._tokens.get(self._principal.digest) if self._principal.digest else None
        if found is None:
            raise TokenEnded
        return found

    def all(self, tenant: str | None = None) -> list[Token]:
        """The valid tokens, oldest first: the caller's, or all of a tenant that an administrator names.

        Raises PolicyMissing, TenantMissing (none is named, and the caller acts for none), Invalid.
        """
        return self._seen(self.current(), tenant)

    def token(self, token_id: str, tenant: str | None = None) -> Token:
        """One of `all`, or that of the request. Raises TokenNotFound, and as `all`."""
        own = self.current()
        if tenant is None and token_id in {CURRENT, own.id}:
            return own
        found = [token for token in self._seen(own, tenant) if token.id == token_id]
        if len(found) != 1:
            raise TokenNotFound(token_id)
        return found[0]

    def create(self, new: NewToken) -> tuple[Token, str]:
        """Make a token for the caller's user and tenant; returns it with its secret, which cannot be read again.

        Raises PolicyMissing, Invalid, TenantMissing, QuotaExceeded, EditConflict.
        """

        def once() -> tuple[Token, str]:
            own, now, secret = self.current(), self._clock.now(), new_secret()
            token = derived(own, new, digest_of(secret), now, self._inspecting)
            self._tokens.add(token, self._dead(own, now)[:MAX_REMOVED])
            return token, secret

        return retry(self._principal.token or "", once, "Token")

    def end(self, token_id: str, tenant: str | None = None) -> None:
        """Revoke a token, and with it all that it has made. Raises as `token`."""
        self._tokens.end(self.token(token_id, tenant).digest)

    def _seen(self, own: Token, tenant: str | None) -> list[Token]:
        """The valid tokens that the caller may see."""
        holder = own.principal
        name = holder.tenant if tenant is None else tenant
        if name is None:
            raise TenantMissing
        lengths.check_tenant("tenant", name)
        if name != holder.tenant and not holder.is_admin:
            raise PolicyMissing(Policy.ADMIN)
        everybodys = tenant is not None and holder.is_admin
        found = live(self._tokens.of(name), self._clock.now())
        return [token for token in found if everybodys or token.principal.user == holder.user]

    def _dead(self, own: Token, now: datetime) -> list[str]:
        """The tenant's tokens that can never be valid again. Raises QuotaExceeded if the others leave no room.

        Missing issuers are looked up by consistent reads, because dead tokens are removed.
        """
        if own.principal.tenant is None:
            raise TenantMissing
        found = self._tokens.of(own.principal.tenant)
        gone = missing(found)
        gone -= set(self._tokens.there(gone))
        dead = [token.digest for token in found if token.is_expired(now) or not gone.isdisjoint(token.issuers)]
        if own.digest in dead:
            raise TokenEnded
        attempted = len(found) - len(dead) + 1
        if 0 <= self._quota < attempted:
            raise QuotaExceeded("tokens", attempted, self._quota)
        return dead


def derived(own: Token, new: NewToken, digest: str, now: datetime, deployments: Inspecting) -> Token:
    """The token with this digest that `own` makes, in a deployment with this inspection policy.

    Raises PolicyMissing, Invalid, QuotaExceeded.
    """
    if own.is_expired(now):
        raise TokenEnded
    issuers = (own.digest, *own.issuers)
    if len(issuers) > GENERATIONS:
        raise QuotaExceeded("generations of tokens", len(issuers), GENERATIONS)
    policies = own.principal.policies if new.policies is None else new.policies
    for policy in sorted(policies):
        if not own.principal.holds(policy):
            raise PolicyMissing(policy)
    inspecting = _inspecting(own.principal, new, deployments)
    principal = replace(own.principal, policies=policies, inspecting=inspecting, token=None, digest=None)
    return Token(digest, principal, now, _end(own, new, now), new.name, issuers)


def _inspecting(own: Principal, new: NewToken, deployments: Inspecting) -> Inspecting | None:
    """A policy at least as strict as the issuer's, even if that of the deployment changes later."""
    if new.inspecting is None or own.is_admin:
        return new.inspecting or own.inspecting
    least = own.inspecting or deployments
    if new.inspecting.is_laxer_than(least):
        raise Invalid("inspection", f"'{new.inspecting}' is laxer than '{least}', the policy of the token you use")
    is_deployments = own.inspecting is None and new.inspecting is deployments
    return None if is_deployments and new.inspecting is not Inspecting.ENFORCE else new.inspecting


def _end(own: Token, new: NewToken, now: datetime) -> datetime:
    if new.expires_at is None:
        end = now + LIFETIME
        return end if own.expires_at is None else min(end, own.expires_at)
    if new.expires_at <= now:
        raise Invalid("expires_at", "it is in the past")
    if new.expires_at > now + LONGEST:
        raise Invalid("expires_at", f"a token lasts at most {LONGEST.days} days")
    if own.expires_at is not None and new.expires_at > own.expires_at:
        raise Invalid("expires_at", "it is later than that of the token you use")
    return new.expires_at
