"""Work that waits in turns: it yields None whenever it has asked for something, so that others ask before it waits."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import chain, zip_longest
from typing import TypeVar

T = TypeVar("T")
Changed = TypeVar("Changed")
Steps = Generator[None, None, T]
"""Work that returns something; if it is closed before that, nobody reads what it has asked for."""
Stream = Generator[T | None, None, None]
"""Values one after the other, and None as long as there is nothing yet."""


def done(steps: Steps[T]) -> T:
    """What comes of work that nobody takes turns with."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def begun(streams: Sequence[Stream[T]]) -> list[Iterator[T]]:
    """The streams without their pauses, of which all have come to their first value in turns.

    If one fails meanwhile all are closed.
    """
    firsts: dict[int, list[T]] = {}
    with _closed(streams) as failing:
        while len(firsts) < len(streams):
            for number, stream in enumerate(streams):
                if number not in firsts and (first := _next(stream)) is not None:
                    firsts[number] = first
        failing.pop_all()
    return [chain(firsts[number], _values(stream)) for number, stream in enumerate(streams)]


def in_turns(streams: Sequence[Stream[T]]) -> Iterator[T]:
    """The values of all of them, one of each in turns. If one fails all are closed."""
    with _closed(streams):
        for turn in zip_longest(*streams):
            yield from _values(turn)


def each(change: Callable[[T], Changed | None], stream: Stream[T]) -> Stream[Changed]:
    """A stream of what becomes of each value; nothing comes of those of which it is None."""
    return (None if value is None else change(value) for value in stream)


def gathered(stream: Stream[T]) -> Steps[list[T]]:
    """All values of a stream."""
    found: list[T] = []
    for value in stream:
        if value is None:
            yield
        else:
            found.append(value)
    return found


def _next(stream: Stream[T]) -> list[T] | None:
    """The next value, or none if there is no more; None if there is nothing yet."""
    for value in stream:
        return None if value is None else [value]
    return []


def _values(stream: Iterable[T | None]) -> Iterator[T]:
    return (value for value in stream if value is not None)


def _closed(streams: Sequence[Stream[T]]) -> ExitStack:
    """Closes all streams in the end."""
    stack = ExitStack()
    for stream in streams:
        stack.enter_context(closing(stream))
    return stack
