"""A call in the middle of another: the inner one runs before each DynamoDB request of the outer one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count as counting
from typing import Any

import pytest

from chalicelib.bootstrap import Aws
from tests.api import Api
from tests.histories.checker import first_impossible
from tests.histories.history import Event, Reply, explain, of_slot
from tests.histories.machine import forget_images
from tests.histories.model import (
    DIALECTS,
    EMPTY,
    GLANCE,
    OWN_ONLY,
    QINGCLOUD,
    SCALEWAY,
    Call,
    Outcome,
    Verb,
)
from tests.histories.speaking import TENANTS, Speaker
from tests.tally import count

OWNER, FRIEND, _ = TENANTS
OPEN = tuple(dialect for dialect in DIALECTS if dialect not in OWN_ONLY)
READS = [*((dialect, OWNER) for dialect in DIALECTS), *((dialect, FRIEND) for dialect in OPEN)]
OUTER: dict[Verb, list[tuple[str, str]]] = {
    Verb.LIST: READS,
    Verb.SHOW: READS,
    Verb.RENAME: [(dialect, OWNER) for dialect in DIALECTS],
    Verb.DELETE: [(dialect, OWNER) for dialect in DIALECTS],
    Verb.PUBLISH: [(GLANCE, OWNER), (SCALEWAY, OWNER)],
    Verb.WITHDRAW: [(GLANCE, OWNER), (SCALEWAY, OWNER)],
    Verb.SHARE: [(GLANCE, OWNER)],
    Verb.UNSHARE: [(GLANCE, OWNER)],
}
"""The dialects and callers with which each outer call is tried."""
SHARED, PUBLIC = (Verb.SHARE,), (Verb.PUBLISH,)
Meeting = tuple[tuple[Verb, ...], Verb]
"""The calls made before, and the call made in the middle."""
MEETINGS: dict[Verb, list[Meeting]] = {
    Verb.LIST: [
        ((), Verb.PUBLISH),
        (SHARED, Verb.PUBLISH),
        (SHARED, Verb.UNSHARE),
        (SHARED, Verb.DELETE),
        (SHARED + PUBLIC, Verb.WITHDRAW),
    ],
    Verb.SHOW: [(SHARED, Verb.UNSHARE), (SHARED, Verb.RENAME)],
}
WRITES: list[Meeting] = [(SHARED, Verb.RENAME), (SHARED, Verb.DELETE)]


class Scene:
    """Makes the calls for each meeting on a new image, and records them."""

    def __init__(self, aws: Aws, speaker: Speaker) -> None:
        self._aws = aws
        self._speaker = speaker
        self._numbers = counting()
        self.born = ""
        self.events: list[Event] = []
        self.ids: dict[str, str] = {}

    def meet(self, outer: tuple[Verb, str, str], before: tuple[Verb, ...], inner: Verb) -> int:
        """Run the inner call at each place of the outer one; returns the number of places."""
        forget_images()  # moto looks at all there are in each query
        for place in counting():
            slot = self.begin(outer[1], before)
            with self.interrupted(place, self.about(slot, inner, GLANCE, OWNER)) as times:
                self.ask(self.about(slot, *outer))
            self.ask(self.about(slot, Verb.SHOW, GLANCE, FRIEND))
            self.ask(self.about(slot, Verb.SHOW, SCALEWAY, OWNER))
            self.ask(self.about(slot, Verb.DELETE, GLANCE, OWNER))
            events = list(of_slot(self.events, slot))
            count("operations in histories", len(events))
            assert first_impossible(events, EMPTY, explain) is None, "\n".join(map(str, events))
            if not times:
                return place
        raise AssertionError

    def begin(self, dialect: str, before: tuple[Verb, ...]) -> str:
        """The slot of a new image after these calls; its id in the dialect is known."""
        slot = f"image-{next(self._numbers)}"
        self.born, self.events, self.ids = f"{slot}.0", [], {}
        self.ask(Call(Verb.CREATE, SCALEWAY, OWNER, slot, name=self.born))
        for verb in before:
            self.ask(self.about(slot, verb, GLANCE, OWNER))
        if dialect not in {GLANCE, SCALEWAY}:
            self.ask(Call(Verb.LIST, dialect, OWNER))
        return slot

    def about(self, slot: str, verb: Verb, dialect: str, tenant: str) -> Call:
        call = Call(verb, dialect, tenant)
        if verb is Verb.LIST:
            return call
        call = replace(call, slot=slot, born=self.born, member=FRIEND)
        return replace(call, name=f"{slot}.{verb}-{dialect}") if verb is Verb.RENAME else call

    def ask(self, call: Call) -> None:
        """Make a call, and record the order of its start and end."""
        spoken = GLANCE if call.dialect == SCALEWAY else call.dialect
        begun = float(next(self._numbers))
        heard = self._speaker.ask(call, self.ids.get(spoken, ""))
        event = Event(0, begun, float(next(self._numbers)), call, heard.reply)
        self.events.append(event)
        if call.verb is Verb.DELETE and call.dialect == QINGCLOUD and heard.reply.done:
            done = Reply(frozenset({Outcome.DONE}))
            self.events.append(replace(event, call=replace(call, verb=Verb.END), reply=done))
        if self.born in heard.ids:
            self.ids[spoken] = heard.ids[self.born]

    @contextmanager
    def interrupted(self, place: int, call: Call) -> Iterator[list[int]]:
        """Make the call before the DynamoDB request at this place, if there are that many."""
        requests, times = counting(), list[int]()

        def interrupt(**_: Any) -> None:
            if not times and next(requests) == place:
                times.append(place)
                self.ask(call)

        events = self._aws.dynamodb.client.meta.events
        events.register_first("before-send.dynamodb", interrupt)
        try:
            yield times
        finally:
            events.unregister("before-send.dynamodb", interrupt)


@pytest.mark.parametrize("verb", OUTER)
def test_two_overlapping_calls_are_linearizable(aws: Aws, api: Api, verb: Verb) -> None:
    scene = Scene(aws, Speaker(api))
    places = [
        scene.meet((verb, dialect, tenant), before, inner)
        for dialect, tenant in OUTER[verb]
        for before, inner in MEETINGS.get(verb, WRITES)
    ]

    assert min(places) > 0
    count("histories checked", sum(places))
