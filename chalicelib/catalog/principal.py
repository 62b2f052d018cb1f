"""Callers and their rights."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.catalog.image import Inspecting


class Policy(StrEnum):
    """A right that an operator grants with a token."""

    READ_IMAGES = "read_images"
    CREATE_IMAGE = "create_image"
    DELETE_IMAGE = "delete_image"
    PUBLICIZE_IMAGE = "publicize_image"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: a user acting for a tenant (or for none) under the policies of its token.

    `token` is the public id of its token, `digest` the key under which it is stored. `inspecting` is the policy for
    bytes that it sends, None for that of the deployment. Principals that differ only in their token are equal.
    `finds_ownerless` depends on the dialect: whether everybody sees images without an owner.
    """

    user: str
    tenant: str | None
    policies: frozenset[Policy] = frozenset()
    token: str | None = field(default=None, compare=False)
    expires_at: datetime | None = field(default=None, compare=False)
    digest: str | None = field(default=None, compare=False, repr=False)
    inspecting: Inspecting | None = field(default=None, compare=False)
    finds_ownerless: bool = field(default=True, compare=False, repr=False)

    @property
    def is_admin(self) -> bool:
        """Whether the principal has every right, on every tenant's images."""
        return Policy.ADMIN in self.policies

    def holds(self, policy: Policy) -> bool:
        """Whether the right was granted; an administrator has them all."""
        return self.is_admin or policy in self.policies


ANONYMOUS = Principal(user="", tenant=None)
"""A caller without credentials."""
