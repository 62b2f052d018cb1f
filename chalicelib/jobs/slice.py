"""The amount of a long job that one step does."""

import time

SECONDS = 30.0
"""Half of a lease, so that no step outlives its own."""


class Slice:
    """A limit of `length` bytes, or of half a minute, after which the job goes on with another message."""

    def __init__(self, length: int) -> None:
        self._left = length
        self._end = time.monotonic() + SECONDS

    def take(self, length: int) -> None:
        """Count bytes that were processed."""
        self._left -= length

    @property
    def over(self) -> bool:
        """Whether the limit is reached."""
        return self._left <= 0 or time.monotonic() > self._end
