"""Virtual machines, from which images are made."""

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
    """How far the cloud has come with an image of a machine."""

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
    """What an image is called in the cloud: there is one of a name, so it cannot be made twice."""
    return f"rosetta-{image_id}"


def capture_location(capture_id: str) -> str:
    """Where the bytes of an image are that the cloud keeps; no client can say this of an image."""
    return f"{CLOUD}{capture_id}"
