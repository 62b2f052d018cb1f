"""Asking for several things at the same time, as none of them needs another."""

from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar, copy_context
from functools import cache, partial
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")

MOST = 16
"""Threads; they are kept, as to start one costs as much as a call."""
branch: ContextVar[object] = ContextVar("branch", default=None)
"""Which of several calls at the same time is being made, for whoever measures them."""


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What these calls return; all but the first are made in threads. None of them may use this itself.

    Raises what the first of them raises, once all have ended.
    """
    if len(calls) < 2:
        return [call() for call in calls]
    futures = [_threads().submit(copy_context().run, _branched, call) for call in calls[1:]]
    try:
        first = copy_context().run(_branched, calls[0])
    finally:
        for future in futures:
            future.exception()  # which waits for its end
    return [first, *(future.result() for future in futures)]


@cache
def _threads() -> "ThreadPoolExecutor":
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # a function that never lists images does without

    return ThreadPoolExecutor(MOST, "at_once")


def _branched(call: Callable[[], T]) -> T:
    branch.set(object())
    return call()


def begun(streams: Sequence[Iterator[T]]) -> list[Iterator[T]]:
    """The streams, all of which have begun: what they have to wait for first they have waited for together."""
    firsts = at_once([partial(_first, stream) for stream in streams])
    return [chain(first, stream) for first, stream in zip(firsts, streams, strict=True)]


def _first(stream: Iterator[T]) -> list[T]:
    return list(islice(stream, 1))
