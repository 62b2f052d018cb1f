"""Virtual machines, and images captured from them."""

from enum import StrEnum
from typing import NamedTuple

CLOUD = "ami:"


class Instance(NamedTuple):
    """A virtual machine of a tenant in a zone; only one that is stopped can be captured. `size` is in GB."""

    id: str
    stopped: bool
    os_family: str | None = None
    platform: str | None = None
    architecture: str | None = None
    size: int | None = None


class CaptureState(StrEnum):
    """The state of a capture in the cloud."""

    PENDING = "pending"
    AVAILABLE = "available"
    FAILED = "failed"


class Capture(NamedTuple):
    """An image of a machine in the cloud; `size` is in GB."""

    id: str
    state: CaptureState
    size: int | None = None
    platform: str | None = None


def capture_name(image_id: str) -> str:
    """The name of an image in the cloud. Names are unique there, so it cannot be captured twice."""
    return f"rosetta-{image_id}"


def capture_location(capture_id: str) -> str:
    """The location of an image whose bytes the cloud keeps; clients cannot set it."""
    return f"{CLOUD}{capture_id}"
