"""A token as it is stored, and its secret, which is not."""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from chalicelib.catalog.principal import Principal

SECRET_BYTES = 24
ID_LENGTH = 12


class Token(NamedTuple):
    """A token, found by the digest of its secret.

    `issuers` are the digests of the token that made it, of the one that made that, and so on; it is valid only while
    all of them exist. `last_used` is a day such as `2016-05-10`. Tokens of older releases have no name.
    """

    digest: str
    principal: Principal
    created_at: datetime
    expires_at: datetime | None
    name: str | None = None
    issuers: tuple[str, ...] = ()
    last_used: str | None = None

    @property
    def id(self) -> str:
        """The public id of the token."""
        return id_of(self.digest)

    @property
    def issuer(self) -> str | None:
        """The id of the token that made it; None if an operator did."""
        return id_of(self.issuers[0]) if self.issuers else None

    def is_expired(self, now: datetime) -> bool:
        """Whether the token has expired."""
        return self.expires_at is not None and self.expires_at <= now


def new_secret() -> str:
    """A random secret of 192 bits."""
    return secrets.token_hex(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """The SHA-256 of a secret, in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def id_of(digest: str) -> str:
    """The id of the token with this digest."""
    return digest[:ID_LENGTH]


def live(tokens: Iterable[Token], now: datetime) -> list[Token]:
    """The valid tokens, oldest first. All their issuers have to be among `tokens`."""
    tokens = list(tokens)
    there = {token.digest for token in tokens}
    good = [token for token in tokens if not token.is_expired(now) and there.issuperset(token.issuers)]
    return sorted(good, key=lambda token: (token.created_at, token.id))


def missing(tokens: Collection[Token]) -> set[str]:
    """The issuers of these tokens that are not among them."""
    return {issuer for token in tokens for issuer in token.issuers} - {token.digest for token in tokens}
