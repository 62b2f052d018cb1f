"""Acts that begin together, in real threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from tests.api import Answer

T = TypeVar("T")


def at_once(*acts: Callable[[], T]) -> list[T]:
    """What comes of acts that begin together, in their order."""
    start = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def statuses(answers: Sequence[Answer]) -> list[int]:
    """The statuses of some answers, sorted."""
    return sorted(answer.status for answer in answers)
