"""How much of a long piece of work is done at once."""

import time

SECONDS = 30.0
"""Half of a lease, so that no step outlives its own."""


class Slice:
    """So many bytes, or as many as come in half a minute: then the work goes on with another message."""

    def __init__(self, length: int) -> None:
        self._left = length
        self._end = time.monotonic() + SECONDS

    def take(self, length: int) -> None:
        """Count bytes that were worked on."""
        self._left -= length

    @property
    def over(self) -> bool:
        """Whether it is time to stop."""
        return self._left <= 0 or time.monotonic() > self._end
