"""A tenant's share in a private image."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """`member` may read the image, and share it further if `can_share`."""

    image_id: str
    member: str
    can_share: bool
    created_at: datetime
