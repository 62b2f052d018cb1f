"""Concurrent requests without threads: generators that yield None after sending a request.

So several can be sent before the first response is waited for.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import chain, zip_longest
from typing import TypeVar

T = TypeVar("T")
Changed = TypeVar("Changed")
Steps = Generator[None, None, T]
"""A generator that yields while it waits, and returns a result; closing it early drops a pending response."""
Stream = Generator[T | None, None, None]
"""A generator of values, and of None while it waits."""


def run(steps: Steps[T]) -> T:
    """Run steps to their end, and return their result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def start_all(streams: Sequence[Stream[T]]) -> list[Iterator[T]]:
    """The values of each stream, all of them advanced, in turns, to their first value.

    If one fails meanwhile, all are closed.
    """
    firsts: dict[int, list[T]] = {}
    with _closed(streams) as failing:
        while len(firsts) < len(streams):
            for number, stream in enumerate(streams):
                if number not in firsts and (first := _next(stream)) is not None:
                    firsts[number] = first
        failing.pop_all()
    return [chain(firsts[number], _values(stream)) for number, stream in enumerate(streams)]


def interleave(streams: Sequence[Stream[T]]) -> Iterator[T]:
    """The values of all streams, one of each in turns. If one fails, all are closed."""
    with _closed(streams):
        for turn in zip_longest(*streams):
            yield from _values(turn)


def each(change: Callable[[T], Changed | None], stream: Stream[T]) -> Stream[Changed]:
    """A stream of the changed values, without those that become None."""
    return (None if value is None else change(value) for value in stream)


def collect(stream: Stream[T]) -> Steps[list[T]]:
    """All values of a stream, as steps."""
    found: list[T] = []
    for value in stream:
        if value is None:
            yield
        else:
            found.append(value)
    return found


def _next(stream: Stream[T]) -> list[T] | None:
    """The next value in a list, which is empty at the end; None while the stream waits."""
    for value in stream:
        return None if value is None else [value]
    return []


def _values(stream: Iterable[T | None]) -> Iterator[T]:
    return (value for value in stream if value is not None)


def _closed(streams: Sequence[Stream[T]]) -> ExitStack:
    """A stack that closes all streams."""
    stack = ExitStack()
    for stream in streams:
        stack.enter_context(closing(stream))
    return stack
