"""Use cases of tokens: whoever holds one makes others of it, which are never wider, and never last longer."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib.catalog import lengths
from chalicelib.catalog.errors import Invalid, NotFound, PolicyMissing, QuotaExceeded, TenantMissing
from chalicelib.catalog.image import Inspecting
from chalicelib.catalog.lookup import retried
from chalicelib.catalog.ports import Clock, TokenRepository
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.rules import Limits
from chalicelib.catalog.token import Token, digest_of, live, missing, new_secret

GENERATIONS = 3
"""How many tokens a token comes from at most."""
LIFETIME = timedelta(days=90)
"""How long a token lasts that does not say how long."""
LONGEST = timedelta(days=3650)
MAX_REMOVED = 20
"""How many dead tokens go when one is made: so there are never many, however short they were meant to last."""
CURRENT = "current"
"""Stands for the id of the token that is asked with."""


class TokenNotFound(NotFound):
    """There is no such token, or it is somebody else's."""

    def __init__(self, token_id: str) -> None:
        super().__init__(f"Token {token_id} not found")


class TokenEnded(NotFound):
    """The token that is asked with is not there, or not any more."""

    def __init__(self) -> None:
        super().__init__("The token that this was asked with has ended")


class NewToken(NamedTuple):
    """A token as it is asked for; None leaves policies, the end, or inspection to what the token that asks has."""

    name: str
    policies: frozenset[Policy] | None = None
    expires_at: datetime | None = None
    inspecting: Inspecting | None = None


class Tokens:
    """The tokens of the caller's own user and tenant, and for administrators those of any tenant.

    The tenant is that of the token, whomever a dialect takes the caller to act for. All of them raise TokenEnded.
    """

    def __init__(self, principal: Principal, tokens: TokenRepository, clock: Clock, limits: Limits) -> None:
        self._principal = principal
        self._tokens = tokens
        self._clock = clock
        self._quota = limits.token_quota
        self._inspecting = limits.inspecting

    def current(self) -> Token:
        """The token that is asked with."""
        found = self._tokens.get(self._principal.digest) if self._principal.digest else None
        if found is None:
            raise TokenEnded
        return found

    def all(self, tenant: str | None = None) -> list[Token]:
        """The tokens that are good, oldest first: the caller's, or all of a tenant that an administrator names.

        Raises PolicyMissing, TenantMissing (none is named, and the caller acts for none), Invalid.
        """
        return self._seen(self.current(), tenant)

    def token(self, token_id: str, tenant: str | None = None) -> Token:
        """One of those, or the token that is asked with. Raises TokenNotFound, and as `all`."""
        own = self.current()
        if tenant is None and token_id in {CURRENT, own.id}:
            return own
        found = [token for token in self._seen(own, tenant) if token.id == token_id]
        if len(found) != 1:
            raise TokenNotFound(token_id)
        return found[0]

    def create(self, new: NewToken) -> tuple[Token, str]:
        """A token of the caller's user and tenant, with its secret, which can never be read again.

        Raises PolicyMissing, Invalid, TenantMissing, QuotaExceeded, EditConflict.
        """

        def once() -> tuple[Token, str]:
            own, now, secret = self.current(), self._clock.now(), new_secret()
            token = derived(own, new, digest_of(secret), now, self._inspecting)
            self._tokens.add(token, self._dead(own, now)[:MAX_REMOVED])
            return token, secret

        return retried(self._principal.token or "", once, "Token")

    def end(self, token_id: str, tenant: str | None = None) -> None:
        """End a token that `token` would show, and with it all that were made of it. Raises as `token`."""
        self._tokens.end(self.token(token_id, tenant).digest)

    def _seen(self, own: Token, tenant: str | None) -> list[Token]:
        """What the caller may know of."""
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
        """The tenant's tokens that can never be good again, if the others leave room for one more.

        What they come from is looked for where nothing lags: who is taken for dead is removed.
        """
        if own.principal.tenant is None:
            raise TenantMissing
        found = self._tokens.of(own.principal.tenant)
        gone = missing(found)
        gone -= set(self._tokens.there(gone))
        dead = [token.digest for token in found if token.ended(now) or not gone.isdisjoint(token.issuers)]
        if own.digest in dead:
            raise TokenEnded
        attempted = len(found) - len(dead) + 1
        if 0 <= self._quota < attempted:
            raise QuotaExceeded("tokens", attempted, self._quota)
        return dead


def derived(own: Token, new: NewToken, digest: str, now: datetime, deployments: Inspecting) -> Token:
    """What becomes of a wish for a token with this digest, where images are inspected by the `deployments` policy.

    Raises PolicyMissing, Invalid, QuotaExceeded.
    """
    if own.ended(now):
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
    """As strict as the token that asks, or stricter, whatever the deployment's policy will be one day."""
    if new.inspecting is None or own.is_admin:
        return new.inspecting or own.inspecting
    least = own.inspecting or deployments
    if new.inspecting.is_laxer_than(least):
        raise Invalid("inspection", f"'{new.inspecting}' is laxer than '{least}', which the token that makes it has")
    is_deployments = own.inspecting is None and new.inspecting is deployments
    return None if is_deployments and new.inspecting is not Inspecting.ENFORCE else new.inspecting


def _end(own: Token, new: NewToken, now: datetime) -> datetime:
    if new.expires_at is None:
        end = now + LIFETIME
        return end if own.expires_at is None else min(end, own.expires_at)
    if new.expires_at <= now:
        raise Invalid("expires_at", "that is over")
    if new.expires_at > now + LONGEST:
        raise Invalid("expires_at", f"a token lasts {LONGEST.days} days at most")
    if own.expires_at is not None and new.expires_at > own.expires_at:
        raise Invalid("expires_at", "a token ends no later than the one that makes it")
    return new.expires_at
