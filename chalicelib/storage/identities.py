"""Tokens in DynamoDB, by the SHA-256 of their secret."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.catalog.ports import Clock, Token
from chalicelib.catalog.principal import Principal
from chalicelib.storage.tables import TokenItem

SECRET_BYTES = 24
TRUSTED_FOR = timedelta(seconds=60)
CACHED_TOKENS = 1000
ID_LENGTH = 12


@dataclass(frozen=True, slots=True)
class _Known:
    principal: Principal
    until: datetime


class DynamoIdentities:
    """Promises of `ports.Identities`. A token that was looked up is trusted for a minute, until it expires at most."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, _Known] = {}

    def authenticate(self, secret: str) -> Principal | None:
        """One GetItem, or none while the token is trusted."""
        digest = _digest(secret)
        now = self._clock.now()
        known = self._known.get(digest)
        if known is not None and now < known.until:
            return known.principal
        self._known.pop(digest, None)
        return self._look_up(digest, now)

    def _look_up(self, digest: str, now: datetime) -> Principal | None:
        try:
            item = TokenItem.get(digest, consistent_read=True)
        except TokenItem.DoesNotExist:
            return None
        token = _token(item)
        until = now + TRUSTED_FOR if token.expires_at is None else min(now + TRUSTED_FOR, token.expires_at)
        if not hmac.compare_digest(item.digest, digest) or until <= now:
            return None
        if len(self._known) >= CACHED_TOKENS:
            self._known.clear()
        self._known[digest] = _Known(token.principal, until)
        return token.principal

    def issue(self, principal: Principal, secret: str | None = None, expires: datetime | None = None) -> str:
        """A secret for the principal, random (192 bits) unless given; it can never be read again."""
        secret = secret or secrets.token_hex(SECRET_BYTES)
        TokenItem(
            _digest(secret),
            user=principal.user,
            tenant=principal.tenant,
            policies=principal.policies,
            created_at=self._clock.now(),
            expires_at=expires,
            expires=None if expires is None else int(expires.timestamp()),
        ).save()
        return secret

    def list(self) -> list[Token]:
        """All tokens that have not expired, oldest first."""
        now = self._clock.now()
        found = [_token(item) for item in TokenItem.scan(consistent_read=True)]
        live = [token for token in found if token.expires_at is None or token.expires_at > now]
        return sorted(live, key=lambda token: (token.created_at, token.id))

    def revoke(self, id_or_secret: str) -> bool:
        """End a token, named by its id or its secret; False if there is none, or the id fits several."""
        digest = _digest(id_or_secret)
        fitting = [
            item
            for item in TokenItem.scan(consistent_read=True)
            if item.digest == digest or item.digest[:ID_LENGTH] == id_or_secret
        ]
        if len(fitting) != 1:
            return False
        fitting[0].delete()
        self._known.pop(fitting[0].digest, None)
        return True


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _token(item: TokenItem) -> Token:
    token_id = item.digest[:ID_LENGTH]
    principal = Principal(item.user, item.tenant, item.policies, token_id, item.expires_at)
    return Token(token_id, principal, item.created_at, item.expires_at)
