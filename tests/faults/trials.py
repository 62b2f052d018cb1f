"""A trial: a scene with one fault at one AWS call, then the same request again without the fault."""

import logging
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from chalicelib.catalog.image import Status
from tests import moto_state
from tests.api import Answer, Api
from tests.faults import store
from tests.faults.answers import BUSY, CONFLICT, DONE, UNSURE, wrong
from tests.faults.invariants import broken, census, images, orphans, settle
from tests.faults.kinds import Befallen, Fault, Span, injected, watched
from tests.faults.scenes import Ask, Scene, send
from tests.faults.wire import TRANSACTION, Sent

LATER = 60
WITHOUT_LOSS = {
    "glance_v1": (Status.ACTIVE, Status.KILLED),
    "glance_v2": (Status.ACTIVE, Status.UPLOADING, Status.QUEUED),
}
"""The statuses of an image that has its bytes, waits for them to be checked, or did not get them."""
MakeApi = Callable[[], Api]


class Clean(NamedTuple):
    """A run without faults: the status, what is stored after the request and in the end, and the AWS calls.

    Each call comes with the faults that can hit it.
    """

    status: int
    begun: Counter[Hashable]
    ended: Counter[Hashable]
    calls: Sequence[Befallen]


class Trials:
    """The trials of one scene, whose stored data is arranged once, and restored for each trial."""

    def __init__(self, scene: Scene, make_api: MakeApi) -> None:
        self._scene = scene
        self._make_api = make_api
        store.clear()
        api = make_api()
        self._ask: Ask = scene.arrange(api)
        self._credentials: Mapping[str, str] = scene.credentials(api)
        self._found = moto_state.snapshot()
        self.clean = self._clean()

    def _begin(self) -> Api:
        """The application over the scene's data, without cached tokens."""
        moto_state.bring_back(self._found)
        moto_state.lose_messages()
        return self._later()

    def _later(self) -> Api:
        api = self._make_api()
        api.clock.advance(LATER)
        return api

    def _clean(self) -> Clean:
        api = self._later()
        with watched() as calls:
            answer = self._send(api)
        begun = census()
        settle(api)
        return Clean(answer.status, begun, census(), calls)

    def _send(self, api: Api) -> Answer:
        return send(api, self._ask, self._credentials)

    def mismatches(self) -> Iterator[tuple[str, list[str]]]:
        """For each call and each fault that can hit it, what is wrong."""
        for sent, faults in self.clean.calls:
            for fault in faults:
                yield f"{self._scene}, {sent}, {fault.name}", list(self._trial(sent, fault))

    def _trial(self, at: Sent, fault: Fault) -> Iterator[str]:
        api = self._begin()
        with logged() as errors, injected(fault, at.call):
            answer = self._send(api)
        yield from errors
        yield from self._wrong(answer, at, fault)
        yield from broken(api)
        if answer.status != self.clean.status:
            yield from self._again(api)
        yield from self._in_the_end(api, at, fault)

    def _wrong(self, answer: Answer, at: Sent, fault: Fault) -> Iterator[str]:
        """What is wrong with the response to the request that the fault has hit."""
        if answer.status == self.clean.status or (fault.name == "missing" and answer.status == 404):
            return
        unsure = fault.unsure and at.operation == TRANSACTION
        expected = {UNSURE[self._scene.dialect]} if unsure else {BUSY[self._scene.dialect], CONFLICT}
        if fault.span is Span.ATTEMPT:
            yield f"a retry did not help: {answer.status} {answer.text[:100]}"
        elif answer.status not in expected:
            yield f"the response is {answer.status} {answer.text[:100]}"
        else:
            yield from wrong(self._scene.dialect, self._ask.method, answer)

    def _again(self, api: Api) -> Iterator[str]:
        with logged() as errors:
            answer = self._send(api)
        yield from errors
        if answer.status not in {self.clean.status, *DONE[self._scene.dialect]}:
            yield f"the response to the second request is {answer.status} {answer.text[:100]}"
        yield from broken(api)

    def _in_the_end(self, api: Api, at: Sent, fault: Fault) -> Iterator[str]:
        behind = any(image.members_behind for image in images())
        if at.service != "sqs" and not fault.unsure and not behind and census() == self.clean.begun:
            return  # the same is left to do as without a fault
        settle(api)
        found = census()
        yield from orphans(api)
        if self._scene.bytes_may_fail:
            statuses = [image.status for image in images()]
            if len(statuses) != 1 or statuses[0] not in WITHOUT_LOSS[self._scene.dialect]:
                yield f"images have the statuses {statuses}"
        elif found != self.clean.ended and not (self._scene.nameless and fault.unsure and at.operation == TRANSACTION):
            yield f"in the end too much is {found - self.clean.ended}, missing is {self.clean.ended - found}"


@contextmanager
def logged() -> Iterator[list[str]]:
    """Collect what is logged with the level ERROR or above."""
    found: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            cause = record.exc_info[1] if record.exc_info else None
            found.append(f"logged: {record.getMessage()}: {cause!r}")

    collector = Collector(logging.ERROR)
    logging.getLogger().addHandler(collector)
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(collector)
