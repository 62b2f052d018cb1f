"""Histories of concurrent calls to the local server are linearizable."""

import os
import random

import pytest

from chalicelib.bootstrap import Aws
from tests.conftest import MakeApi
from tests.histories.checker import first_impossible
from tests.histories.history import Event, explain, of_slot, slots
from tests.histories.laws import LAWS
from tests.histories.model import EMPTY
from tests.histories.recording import record
from tests.histories.served import delays, served
from tests.histories.speaking import Speaker
from tests.tally import count

THREADS, CALLS = 8, 30
NIGHTLY = os.environ.get("HISTORIES")
HISTORIES = int(NIGHTLY or 4)
"""Number of histories; they are random if the number is set, else the same in each run."""


def a_history(aws: Aws, seed: int) -> list[Event]:
    """The history of eight threads that start with an empty catalogue."""
    with served(aws) as api:
        speaker = Speaker(api)
        with delays(aws, random.Random(seed)):  # noqa: S311  # no secret
            history = record(speaker, THREADS, CALLS, seed)
        assert not speaker.differences(), f"seed {seed}"
        return history


@pytest.mark.parametrize("number", range(HISTORIES))
def test_histories_of_concurrent_calls_are_linearizable(aws: Aws, make_api: MakeApi, number: int) -> None:
    seed = random.SystemRandom().randrange(2**32) if NIGHTLY else number
    history = a_history(aws, seed)
    count("histories checked")
    count("operations in histories", len(history))

    broken = {law: list(breaches(history))[:3] for law, breaches in LAWS.items()}
    unexplained = [text for slot in slots(history) for text in told(list(of_slot(history, slot)))]

    assert {law: found for law, found in broken.items() if found} == {}, f"seed {seed}"
    assert unexplained == [], f"seed {seed}"


def told(events: list[Event]) -> list[str]:
    """If no order explains a slot's events: the first impossible event, and those up to it; else nothing."""
    wrong = first_impossible(events, EMPTY, explain)
    if wrong is None:
        return []
    before = sorted((event for event in events if event.invoked <= wrong.returned), key=lambda event: event.invoked)
    return [f"not explained: {wrong}", *map(str, before)]
