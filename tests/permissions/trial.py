"""Tries one operation with each caller on a thing in each state, and compares the responses with the table."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.api import Answer, Api, Caller
from tests.permissions.callers import TENANTS, all_callers
from tests.permissions.expected.notation import Listing, Outcome, Rule, State, Who
from tests.permissions.operations.operation import Operation
from tests.permissions.stored import Calls, Difference, Stored, differences, stored
from tests.permissions.things import SUBJECTS, Subject, Thing, add_parents

VARYING = re.compile(r'(req-|"request_id": ")[0-9a-f-]{36}')
"""Request ids, which differ between any two responses."""


@dataclass(frozen=True)
class Reply:
    """A response, the AWS calls that it took, and the changes to what is stored."""

    answer: Answer
    calls: tuple[str, ...]
    changes: Sequence[Difference] = ()

    def seen(self, thing: Thing) -> Mapping[str, object]:
        """Everything that a caller learns from it, with the ids that it knows left out."""
        headers = {name: _without_ids(value, thing) for name, value in self.answer.headers.items()}
        body = _without_ids(self.answer.text, thing)
        return {"status": self.answer.status, "headers": headers, "body": body, "calls": self.calls}

    def tells(self, thing: Thing) -> list[str]:
        """The marks of the thing that it reveals."""
        said = json.dumps(list(self.answer.headers.items())) + self.answer.body.decode(errors="replace")
        return [mark for mark in thing.marks if mark in said]


def _without_ids(text: str, thing: Thing) -> str:
    for known, word in ((thing.alias_of, "{id}"), (thing.upload, "{upload}")):
        text = text.replace(known, word) if known else text
    return VARYING.sub("{request}", text)


@dataclass
class Trial:
    """Tries an operation; a thing is made again after a request has changed it."""

    api: Api
    operation: Operation
    calls: Calls
    callers: dict[Who, Caller] = field(init=False)
    _things: dict[State, Thing] = field(init=False, default_factory=dict)
    _absent: dict[Who, Mapping[str, object]] = field(init=False, default_factory=dict)
    _stored: Stored | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.callers = all_callers(self.api, self.operation.dialect, self.operation.shown_by)
        if self.operation.dialect == "foreman":
            add_parents(self.api)

    @property
    def subject(self) -> Subject:
        """The subject of the operation."""
        return SUBJECTS[self.operation.about]

    def thing(self, state: State) -> Thing:
        """A thing of the subject, in this state."""
        if state not in self._things:
            self._stored = None
            self._things[state] = self.subject.make(self.api, state)
        return self._things[state]

    def ask(self, who: Who, thing: Thing) -> Reply:
        """The reply to this caller."""
        before = stored() if self._stored is None else self._stored
        self.calls.begin()
        answer = self.operation.ask(self.callers[who], who, thing)
        calls = self.calls.made
        self._stored = stored()
        return Reply(answer, calls, differences(before, self._stored))

    def problems(self, rule: Rule, who: Who, state: State) -> Iterator[str]:
        """What is wrong with a cell of the table."""
        thing, outcome = self.thing(state), rule.outcome(who, state)
        reply = self.ask(who, thing)
        if reply.answer.status != outcome.status:
            yield f"status {reply.answer.status}, not {outcome.status}: {reply.answer.text[:200]}"
        if outcome.status >= 400 and (told := set(reply.tells(thing)) - {thing.alias_of}):
            yield f"the refusal reveals {told}"
        if outcome.blind and self.operation.about != "nothing":
            seen, absent = reply.seen(thing), self._absence(who)
            yield from (f"{part} {seen[part]}, if absent {absent[part]}" for part in seen if seen[part] != absent[part])
        yield from self._effects(reply, thing, who, allowed=self._changes(outcome))
        if reply.changes:
            del self._things[state]

    def _changes(self, outcome: Outcome) -> bool:
        return outcome.status < 300 and self.operation.stores and not outcome.idle

    def _absence(self, who: Who) -> Mapping[str, object]:
        """Everything that the caller learns from the response for a thing that never existed."""
        if who not in self._absent:
            never = Thing(self.subject.absent)
            self._absent[who] = self.ask(who, never).seen(never)
        return self._absent[who]

    def _effects(self, reply: Reply, thing: Thing, who: Who, *, allowed: bool) -> Iterator[str]:
        """What is wrong with the changes to what is stored."""
        if allowed and not reply.changes:
            yield "nothing was stored"
        if not allowed and reply.changes:
            yield f"changed {[change.key for change in reply.changes]}"
        mine = None if self.operation.creates else thing.image_id
        others = {other.image_id for other in self._things.values()} - {mine, None}
        if touched := others & {change.text("image_id") for change in reply.changes}:
            yield f"touched other images: {touched}"
        new = [change for change in reply.changes if change.table == "images" and change.before is None]
        if given := {image.text("owner") for image in new} - {TENANTS[who]}:
            yield f"made an image of {given}"

    def listed(self, listing: Listing, who: Who) -> Iterator[str]:
        """What is wrong with a list, given a thing in each state."""
        things = {state: self.thing(state) for state in self.subject.states}
        reply = self.ask(who, Thing(""))
        if reply.answer.status != 200 or reply.changes:
            yield f"status {reply.answer.status}, {len(reply.changes)} changes: {reply.answer.text[:200]}"
            return
        shown = {state for state in things if listing.shows(who, state)}
        if self.operation.method == "HEAD" and reply.answer.headers["x-total-count"] != str(len(shown)):
            yield f"counts {reply.answer.headers['x-total-count']}, not {len(shown)}"
        for state, thing in things.items():
            told = reply.tells(thing)
            if bool(told) != (state in shown and self.operation.method != "HEAD"):
                yield f"{state}: shows {told}, should {'' if state in shown else 'not '}be there"

    def unknown(self, who: Who) -> Iterator[str]:
        """What is wrong with the response to a caller without valid credentials."""
        reply = self.ask(who, Thing(""))
        if reply.answer.status != 401 or reply.changes:
            yield f"status {reply.answer.status}, {len(reply.changes)} changes: {reply.answer.text[:200]}"
