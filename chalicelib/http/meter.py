"""How many requests to AWS the present request has cost, for its log line."""

from contextvars import ContextVar

_calls: ContextVar[list[None] | None] = ContextVar("calls", default=None)
"""One for each: threads that a request starts have a copy of its context, and append to the same list."""


class Meter:
    """Counts per thread of control, as each handles one request at a time, and those that it starts."""

    def start(self) -> None:
        """Begin at zero."""
        _calls.set([])

    def count(self) -> None:
        """One more; none if nothing was begun."""
        calls = _calls.get()
        if calls is not None:
            calls.append(None)

    def read(self) -> int:
        """How many there were since the start."""
        return len(_calls.get() or ())
