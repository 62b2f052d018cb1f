"""Who asks, and with which rights."""

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

    `token` is the id of its token, which may be told, and `digest` what that is found by. It ends at `expires_at`.
    `inspecting` is what becomes of the bytes that it sends; None leaves that to the deployment.
    Who asks is the same by any token. Dialects differ in whether everybody finds images without an owner.
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
        """Whether every right is held, over every tenant's images."""
        return Policy.ADMIN in self.policies

    def holds(self, policy: Policy) -> bool:
        """Whether the right was granted; an administrator has them all."""
        return self.is_admin or policy in self.policies


ANONYMOUS = Principal(user="", tenant=None)
"""A caller who showed no credentials."""
