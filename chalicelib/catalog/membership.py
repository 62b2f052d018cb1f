"""A tenant's share in an image."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple


class MemberStatus(StrEnum):
    """What the member says of the image: it may read it in any case."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


UNREFUSED = frozenset({MemberStatus.PENDING, MemberStatus.ACCEPTED})
"""What is listed where nobody can accept anything."""


class Membership(NamedTuple):
    """`member` may read the image, and share it further if `can_share`.

    `updated_at` is when its `status` was said last, None if that was with its creation. `unknown` is what a newer
    release has written of it, kept as it is.
    """

    image_id: str
    member: str
    can_share: bool
    created_at: datetime
    status: MemberStatus = MemberStatus.PENDING
    updated_at: datetime | None = None
    unknown: Mapping[str, Any] = MappingProxyType({})
