"""A tenant's share in a private image."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Membership:
    """`member` may read the image, and share it further if `can_share`.

    `unknown` is what a newer release has written of it, kept as it is.
    """

    image_id: str
    member: str
    can_share: bool
    created_at: datetime
    unknown: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)
