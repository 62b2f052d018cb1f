"""Functions that start at the same time, in threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from tests.api import Answer

T = TypeVar("T")


def at_once(*acts: Callable[[], T]) -> list[T]:
    """The results of functions that start together, in the order of the arguments."""
    start = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def statuses(answers: Sequence[Answer]) -> list[int]:
    """The sorted statuses of some answers."""
    return sorted(answer.status for answer in answers)
