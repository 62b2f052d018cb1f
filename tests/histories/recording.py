"""Threads that make random calls, and the recorded history of these calls."""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count

from tests.histories.history import Event, Reply, slot_of
from tests.histories.model import (
    BY_UUID,
    DEVOPS,
    DIALECTS,
    FOREMAN,
    GLANCE,
    GLANCE_2,
    LISTING,
    QINGCLOUD,
    SCALEWAY,
    Call,
    Outcome,
    Verb,
)
from tests.histories.speaking import TENANTS, Heard, Speaker
from tests.threads import at_once

SPOKEN: dict[Verb, tuple[str, ...]] = {
    Verb.CREATE: (GLANCE, GLANCE_2, SCALEWAY, DEVOPS, DEVOPS, FOREMAN, FOREMAN, QINGCLOUD),
    Verb.RENAME: DIALECTS,
    Verb.PUBLISH: BY_UUID,
    Verb.WITHDRAW: BY_UUID,
    Verb.SHARE: (GLANCE, GLANCE_2),
    Verb.UNSHARE: (GLANCE, GLANCE_2),
    **dict.fromkeys((Verb.OPEN, Verb.SECLUDE, Verb.ACCEPT, Verb.REJECT, Verb.HIDE, Verb.UNHIDE), (GLANCE_2,)),
    **dict.fromkeys((Verb.TAG, Verb.UNTAG, Verb.DEACTIVATE, Verb.REACTIVATE, Verb.SEARCH), (GLANCE_2,)),
    Verb.DELETE: DIALECTS,
    Verb.SHOW: DIALECTS,
    Verb.LIST: DIALECTS,
}
"""The dialects that have each call; those whose clients compete for ids are listed twice."""
WEIGHTS: dict[Verb, int] = {
    Verb.CREATE: 14,
    Verb.RENAME: 22,
    Verb.PUBLISH: 6,
    Verb.WITHDRAW: 5,
    Verb.OPEN: 2,
    Verb.SECLUDE: 2,
    Verb.SHARE: 6,
    Verb.UNSHARE: 4,
    Verb.ACCEPT: 5,
    Verb.REJECT: 4,
    Verb.HIDE: 2,
    Verb.UNHIDE: 2,
    Verb.TAG: 3,
    Verb.UNTAG: 3,
    Verb.DEACTIVATE: 2,
    Verb.REACTIVATE: 2,
    Verb.DELETE: 7,
    Verb.SHOW: 12,
    Verb.LIST: 24,
    Verb.SEARCH: 6,
}
SHELVING = (Verb.DEACTIVATE, Verb.REACTIVATE)
CONTESTED = 2
"""Number of slots for each tenant and dialect whose clients choose ids."""
STRANGERS = 0.25
"""Share of calls for images of another tenant."""


@dataclass(frozen=True, slots=True)
class Target:
    """An image, with its id in one dialect."""

    slot: str
    born: str | None
    image_id: str
    owner: str


class Known:
    """What the threads have learned: the id of each image in each dialect, and the names that it has had."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._targets: dict[str, dict[str, Target]] = defaultdict(dict)
        self._born: dict[str, tuple[str, str]] = {}

    def will_name(self, call: Call, owner: str) -> None:
        """Note a name before it is written; without `born` it is unknown to which image."""
        born = call.name if call.verb is Verb.CREATE else call.born
        if born is not None:
            with self._lock:
                self._born[call.name] = born, owner

    def learn(self, dialect: str, heard: Heard) -> None:
        """Note the ids that a reply shows; some dialects share ids."""
        with self._lock:
            for name, image_id in heard.ids.items():
                if name not in self._born:
                    continue
                born, owner = self._born[name]
                for spoken in BY_UUID if dialect in BY_UUID else (dialect,):
                    chosen = spoken == DEVOPS and image_id == slot_of(name)
                    self._targets[spoken][image_id] = Target(slot_of(name), None if chosen else born, image_id, owner)

    def targets(self, dialect: str) -> list[Target]:
        """All images with a known id in a dialect, in the order in which they were learned."""
        with self._lock:
            return list(self._targets[dialect].values())


class Recorder:
    """Makes calls, and records them with their replies."""

    def __init__(self, speaker: Speaker) -> None:
        self.events: list[Event] = []
        self.known = Known()
        self._speaker = speaker
        self._numbers = count()

    def ask(self, thread: int, call: Call, target: Target | None = None) -> None:
        """Make a call, for the target unless it creates or lists."""
        if call.name:
            self.known.will_name(call, target.owner if target else call.tenant)
        invoked = time.perf_counter()
        heard = self._speaker.ask(call, target.image_id if target else "")
        self.events.append(Event(thread, invoked, time.perf_counter(), call, heard.reply))
        self.known.learn(call.dialect, heard)

    def random_call(self, rng: random.Random) -> tuple[Call, Target | None]:
        """A random valid call; a list if no image is known yet."""
        [verb] = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))
        dialect, tenant = rng.choice(SPOKEN[verb]), rng.choice(TENANTS)
        if verb is Verb.CREATE:
            slot = self._slot(rng, dialect, tenant)
            return Call(verb, dialect, tenant, slot, name=self._name(slot)), None
        targets = self.known.targets(dialect)
        if verb in LISTING or not targets:
            return Call(verb if verb in LISTING else Verb.LIST, dialect, tenant), None
        target = rng.choice(targets[-8:])
        if verb in SHELVING and target.slot.startswith(QINGCLOUD):
            return Call(Verb.LIST, dialect, tenant), None  # it is unknown whether its capture has finished
        own = rng.random() > STRANGERS or (dialect == DEVOPS and target.born is None)
        tenant = target.owner if own else tenant
        call = Call(verb, dialect, tenant, target.slot, target.born)
        if verb is Verb.RENAME:
            call = replace(call, name=self._name(target.slot))
        elif verb in {Verb.SHARE, Verb.UNSHARE}:
            call = replace(call, member=rng.choice([other for other in TENANTS if other != target.owner]))
        elif verb in {Verb.ACCEPT, Verb.REJECT}:
            answering = rng.choice([other for other in TENANTS if other != target.owner])
            call = replace(call, tenant=answering, member=answering)
        return call, target

    def _name(self, slot: str) -> str:
        return f"{slot}.{next(self._numbers)}"

    def _slot(self, rng: random.Random, dialect: str, tenant: str) -> str:
        number = rng.randrange(CONTESTED)
        match dialect:
            case "glance_v1" | "glance_v2":
                return f"glance-{number}" if rng.random() < 0.5 else f"glance-{next(self._numbers)}-own"
            case "devops_service" | "foreman":
                return f"{dialect}-{tenant[:4]}-{number}"
        return f"{dialect}-{next(self._numbers)}"


def record(speaker: Speaker, threads: int, calls: int, seed: int) -> list[Event]:
    """The history of random calls by several threads, and a final list in each dialect when all jobs are done."""
    recorder = Recorder(speaker)

    def run(thread: int) -> None:
        rng = random.Random(f"{seed}/{thread}")  # noqa: S311  # it must be reproducible, not secret
        for _ in range(calls):
            recorder.ask(thread, *recorder.random_call(rng))

    at_once(*(partial(run, thread) for thread in range(threads)))
    speaker.rest()
    rested = time.perf_counter()
    for tenant in TENANTS:
        for dialect in DIALECTS:
            recorder.ask(threads, Call(Verb.LIST, dialect, tenant))
        recorder.ask(threads, Call(Verb.SEARCH, GLANCE_2, tenant))
    return recorder.events + _endings(recorder.events, rested)


def _endings(events: Iterable[Event], rested: float) -> list[Event]:
    """The worker's completion, at some unknown time, of each deletion through QingCloud."""
    begun = [event for event in events if event.call.verb is Verb.DELETE and event.call.dialect == QINGCLOUD]
    done = Reply(frozenset({Outcome.DONE}))
    return [
        replace(event, thread=-1, returned=rested, call=replace(event.call, verb=Verb.END), reply=done)
        for event in begun
        if event.reply.done
    ]
