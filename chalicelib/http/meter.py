"""Counts the calls to DynamoDB during a request, for its log line."""

from contextvars import ContextVar

_calls: ContextVar[int | None] = ContextVar("calls", default=None)


class Meter:
    """A counter for each thread, as each handles one request at a time."""

    def start(self) -> None:
        """Reset the counter."""
        _calls.set(0)

    def count(self) -> None:
        """Count a call, if the counter was started."""
        calls = _calls.get()
        if calls is not None:
            _calls.set(calls + 1)

    def read(self) -> int:
        """The number of calls since the start."""
        return _calls.get() or 0
