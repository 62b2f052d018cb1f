"""How many requests to AWS the present request has cost, for its log line."""

from contextvars import ContextVar

_calls: ContextVar[int] = ContextVar("calls", default=0)


class Meter:
    """Counts per thread of control, as each handles one request at a time."""

    def start(self) -> None:
        """Begin at zero."""
        _calls.set(0)

    def count(self) -> None:
        """One more."""
        _calls.set(_calls.get() + 1)

    def read(self) -> int:
        """How many there were since the start."""
        return _calls.get()
