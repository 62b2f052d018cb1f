"""The checker accepts linearizable histories, and rejects others."""

from dataclasses import dataclass

import pytest

from tests.histories.checker import first_impossible


@dataclass(frozen=True)
class Did:
    """A write to a register, or a read of it."""

    invoked: float
    returned: float
    what: str
    value: int

    @property
    def passive(self) -> bool:
        return self.what == "read"


def step(value: int, event: Did) -> int | None:
    if event.what == "write":
        return event.value
    return value if value == event.value else None


def write(invoked: float, returned: float, value: int) -> Did:
    return Did(invoked, returned, "write", value)


def read(invoked: float, returned: float, value: int) -> Did:
    return Did(invoked, returned, "read", value)


GOOD = {
    "nothing at all": [],
    "one after the other": [write(1, 2, 7), read(3, 4, 7), write(5, 6, 8), read(7, 8, 8)],
    "a reading beside a write sees the new value": [write(1, 4, 7), read(2, 3, 7)],
    "a reading beside a write sees the old value": [write(1, 4, 7), read(2, 3, 0)],
    "two readings beside a write see the old value, then the new one": [write(1, 6, 7), read(2, 3, 0), read(4, 5, 7)],
    "writes beside each other take effect in either order": [write(1, 4, 7), write(2, 3, 8), read(5, 6, 7)],
    "a write that changes nothing by now may wait": [write(1, 2, 7), write(3, 6, 7), write(4, 5, 8), read(7, 8, 7)],
    "a later invocation takes effect first": [write(1, 9, 7), write(2, 8, 8), read(3, 4, 8), read(5, 6, 7)],
    "what touches may overlap": [write(1, 2, 7), read(2, 3, 0)],
}
BAD = {
    "a reading of what was never there": [read(1, 2, 7)],
    "a lost write": [write(1, 2, 7), read(3, 4, 0)],
    "a reading of a value that is not written yet": [read(1, 2, 7), write(3, 4, 7)],
    "the old value after the new one": [write(1, 6, 7), read(2, 3, 7), read(4, 5, 0)],
    "two readers who disagree about the order": [
        write(1, 10, 7),
        write(1, 10, 8),
        read(2, 3, 7),
        read(4, 5, 8),
        read(6, 7, 7),
    ],
    "an overwritten value that comes back": [write(1, 2, 7), write(3, 4, 8), read(5, 6, 7)],
}


@pytest.mark.parametrize("history", GOOD.values(), ids=GOOD.keys())
def test_a_linearizable_history_is_accepted(history: list[Did]) -> None:
    assert first_impossible(history, 0, step) is None


@pytest.mark.parametrize("history", BAD.values(), ids=BAD.keys())
def test_a_history_that_no_order_explains_is_rejected(history: list[Did]) -> None:
    assert first_impossible(history, 0, step) in history


def test_the_first_impossible_event_is_returned() -> None:
    history = [write(1, 2, 7), read(3, 4, 7), read(5, 6, 9), read(7, 8, 7)]

    assert first_impossible(history, 0, step) == history[2]


def test_many_open_events_are_visited_once_each() -> None:
    readings = [read(0, 100 + number, number % 2) for number in range(60)]
    writes = [write(1, 90, value) for value in (1, 0, 1)]

    assert first_impossible([*readings, *writes], 0, step) is None
