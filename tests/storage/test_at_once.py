"""Several things that are asked for at the same time."""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from threading import Barrier, Event

import pytest

from chalicelib.http.meter import Meter
from chalicelib.storage.at_once import at_once, begun, branch

TOGETHER = 5.0
"""Seconds that calls wait for each other; only a call that is not made at the same time makes them pass."""


def test_calls_are_made_at_the_same_time_and_answer_in_order() -> None:
    barrier = Barrier(3)

    def call(value: int) -> Callable[[], int]:
        def wait() -> int:
            barrier.wait(TOGETHER)
            return value

        return wait

    assert at_once([call(1), call(2), call(3)]) == [1, 2, 3]


def test_nothing_is_asked_for_if_there_is_nothing_to_ask_for() -> None:
    assert at_once([]) == []


def test_the_first_refusal_is_raised_and_the_other_calls_have_ended() -> None:
    refused, ended = Event(), Event()

    def refuse() -> None:
        refused.set()
        raise ValueError("no")

    def end() -> None:
        refused.wait(TOGETHER)
        ended.set()

    with pytest.raises(ValueError, match="no"):
        at_once([refuse, end])

    assert ended.is_set()


def test_nothing_to_ask_for_is_no_fault() -> None:
    assert at_once([]) == []


def test_what_a_request_knows_of_itself_its_calls_know() -> None:
    known: ContextVar[str] = ContextVar("known", default="")
    known.set("this request")

    assert at_once([known.get, known.get]) == ["this request"] * 2


def test_calls_at_the_same_time_are_told_apart() -> None:
    one, two = at_once([branch.get, branch.get])

    assert one is not two
    assert branch.get() is None


def test_calls_of_threads_count_for_the_request_that_began_them() -> None:
    meter = Meter()
    meter.count()
    meter.start()

    at_once([meter.count] * 8)

    assert meter.read() == 8


def test_streams_have_begun_together_and_lose_nothing() -> None:
    barrier = Barrier(2)

    def stream(values: str) -> Iterator[str]:
        barrier.wait(TOGETHER)
        yield from values

    one, two = begun([stream("abc"), stream("")])

    assert (list(one), list(two)) == (["a", "b", "c"], [])
