"""Asking for several things at the same time, as none of them needs another."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from itertools import chain, islice
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What these calls return; if there are several each has a thread of its own.

    Raises what the first of them raises, once all have ended.
    """
    if len(calls) == 1:
        return [calls[0]()]
    futures: list[Future[T]] = [Future() for _ in calls]
    pairs = zip(futures, calls, strict=True)
    threads = [Thread(target=copy_context().run, args=(_settle, *pair)) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [future.result() for future in futures]


def _settle(future: "Future[T]", call: Callable[[], T]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001  # whoever waits for it gets it
        future.set_exception(error)


def begun(streams: Sequence[Iterator[T]]) -> list[Iterator[T]]:
    """The streams, all of which have begun: what they have to wait for first they have waited for together."""
    firsts = at_once([partial(_first, stream) for stream in streams])
    return [chain(first, stream) for first, stream in zip(firsts, streams, strict=True)]


def _first(stream: Iterator[T]) -> list[T]:
    return list(islice(stream, 1))
