"""Tokens in DynamoDB, by the SHA-256 of their secret."""

import hmac
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from pynamodb.exceptions import UpdateError

from chalicelib.catalog.errors import CatalogError, StaleImage
from chalicelib.catalog.ports import Clock
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.token import Token, digest_of, id_of, live, new_secret
from chalicelib.storage import batch
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.races import transaction
from chalicelib.storage.tables import TokenItem

TRUSTED_FOR = timedelta(seconds=60)
CACHED_TOKENS = 1000


class _Known(NamedTuple):
    token: Token
    until: datetime


class DynamoIdentities:
    """Implements `ports.Identities` and `ports.TokenRepository`.

    A token that was looked up is cached for a minute, or until it expires if that is sooner.
    """

    def __init__(self, connection: SharedConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._known: dict[str, _Known] = {}

    def authenticate(self, secret: str) -> Principal | None:
        """One GetItem, or none while the token is cached.

        A token with issuers takes another read, and its first use of a day a write, which may fail.
        """
        digest = digest_of(secret)
        now = self._clock.now()
        known = self._known.get(digest)
        if known is not None and now < known.until:
            return known.token.principal
        self._known.pop(digest, None)
        return self._look_up(digest, now)

    def _look_up(self, digest: str, now: datetime) -> Principal | None:
        token = self.get(digest)
        if token is None:
            return None
        until = now + TRUSTED_FOR if token.expires_at is None else min(now + TRUSTED_FOR, token.expires_at)
        if not hmac.compare_digest(token.digest, digest) or until <= now:
            return None
        if len(self.there(token.issuers)) < len(token.issuers):
            return None
        if len(self._known) >= CACHED_TOKENS:
            self._known.clear()
        self._known[digest] = _Known(token, until)
        self._note_use(token, now)
        return token.principal

    def _note_use(self, token: Token, now: datetime) -> None:
        """Store the day of the token's last use, if it has changed; failures are ignored."""
        day = f"{now:%Y-%m-%d}"
        if token.last_used != day:
            table, actions = TokenItem.Meta.table_name, [TokenItem.last_used.set(day)]
            with suppress(UpdateError, CatalogError):
                self._connection.update_item(table, token.digest, None, actions, TokenItem.digest.exists())

    def get(self, digest: str) -> Token | None:
        """One consistent GetItem."""
        try:
            return _token(TokenItem.get(digest, consistent_read=True))
        except TokenItem.DoesNotExist:
            return None

    def of(self, tenant: str) -> list[Token]:
        """From the global index, which lags."""
        return [_token(item) for item in TokenItem.by_tenant.query(tenant)]

    def there(self, digests: Collection[str]) -> Collection[str]:
        """One consistent BatchGetItem per hundred; no request for none."""
        items = batch.get(self._connection, {TokenItem: [(digest,) for digest in digests]})[TokenItem]
        return [item["digest"]["S"] for item in items]

    def add(self, token: Token, dead: Sequence[str] = ()) -> None:
        """A transaction, on condition that the issuer exists."""
        issuer = token.issuers[0]
        with transaction(self._connection, StaleImage(id_of(issuer))) as writes:
            writes.condition_check(TokenItem, issuer, condition=TokenItem.digest.exists())
            writes.save(_item(token))
            for digest in dead:
                writes.delete(TokenItem(digest))

    def end(self, digest: str) -> None:
        """One DeleteItem; this process forgets the token and those it has made at once."""
        TokenItem(digest).delete()
        self._known = {
            known: entry for known, entry in self._known.items() if digest not in {known, *entry.token.issuers}
        }

    def issue(
        self,
        principal: Principal,
        secret: str | None = None,
        expires: datetime | None = None,
        name: str | None = None,
    ) -> str:
        """A secret for the principal, random (192 bits) unless given; it can never be read again."""
        secret = secret or new_secret()
        _item(Token(digest_of(secret), principal, self._clock.now(), expires, name)).save()
        return secret

    def list(self) -> list[Token]:
        """All valid tokens, oldest first."""
        return live(map(_token, TokenItem.scan(consistent_read=True)), self._clock.now())

    def revoke(self, id_or_secret: str) -> bool:
        """Revoke a token, given its id or secret; False if there is none, or if several have this id."""
        digest = digest_of(id_or_secret)
        found = [item.digest for item in TokenItem.scan(consistent_read=True)]
        fitting = [each for each in found if each == digest or id_of(each) == id_or_secret]
        if len(fitting) != 1:
            return False
        self.end(fitting[0])
        return True


def _item(token: Token) -> TokenItem:
    return TokenItem(
        token.digest,
        user=token.principal.user,
        tenant=token.principal.tenant,
        policies=token.principal.policies,
        created_at=token.created_at,
        expires_at=token.expires_at,
        expires=None if token.expires_at is None else int(token.expires_at.timestamp()),
        name=token.name,
        issuers=" ".join(token.issuers) or None,
        inspecting=token.principal.inspecting,
    )


def _token(item: TokenItem) -> Token:
    end, digest = item.expires_at, item.digest
    who = item.user, item.tenant, item.policies
    principal = Principal(*who, id_of(digest), end, digest, inspecting=item.inspecting)
    issuers = tuple((item.issuers or "").split())
    return Token(digest, principal, item.created_at, end, item.name, issuers, item.last_used)
