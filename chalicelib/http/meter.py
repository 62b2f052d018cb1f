"""How many requests to AWS the present request has cost, for its log line."""

from contextvars import ContextVar

_calls: ContextVar[int | None] = ContextVar("calls", default=None)


class Meter:
    """Counts per thread of control, as each handles one request at a time."""

    def start(self) -> None:
        """Begin at zero."""
        _calls.set(0)

    def count(self) -> None:
        """One more; none if nothing was begun."""
        calls = _calls.get()
        if calls is not None:
            _calls.set(calls + 1)

    def read(self) -> int:
        """How many there were since the start."""
        return _calls.get() or 0
