"""A tenant's share in an image."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple


class MemberStatus(StrEnum):
    """The member's answer to its invitation; it may read the image in any case."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


UNREFUSED = frozenset({MemberStatus.PENDING, MemberStatus.ACCEPTED})
"""The statuses of shared images that are listed by dialects without invitations."""


class Membership(NamedTuple):
    """`member` may read the image, and share it further if `can_share`.

    `updated_at` is when `status` was last set, None if it never was. `unknown` keeps what a newer release has
    written.
    """

    image_id: str
    member: str
    can_share: bool
    created_at: datetime
    status: MemberStatus = MemberStatus.PENDING
    updated_at: datetime | None = None
    unknown: Mapping[str, Any] = MappingProxyType({})
