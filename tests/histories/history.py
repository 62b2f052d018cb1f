"""Histories: calls and replies, their times, and the threads that made them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tests.histories.model import LISTING, READING, Call, Outcome, Slot, Verb, apply, names_read


@dataclass(frozen=True, slots=True)
class Reply:
    """The outcomes that a response may mean, and the names that it shows, sorted."""

    outcomes: frozenset[Outcome]
    names: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether the call was acknowledged."""
        return Outcome.DONE in self.outcomes


@dataclass(frozen=True, slots=True)
class Event:
    """A call and its reply; it took effect at some instant between `invoked` and `returned`."""

    thread: int
    invoked: float
    returned: float
    call: Call
    reply: Reply

    @property
    def passive(self) -> bool:
        """Whether it cannot have changed anything: it only reads, or was refused."""
        return self.call.verb in READING or not self.reply.done

    def __str__(self) -> str:
        call, reply = self.call, self.reply
        asked = " ".join(filter(None, (call.verb, call.slot, call.born, call.name, call.member[:4])))
        said = " | ".join(sorted(reply.outcomes)) or "an undocumented response"
        span = f"{self.invoked:.4f} to {self.returned:.4f}"
        return f"{span}: {call.tenant[:4]} asks {call.dialect}: {asked} -> {said} {list(reply.names)}"


def slot_of(name: str) -> str:
    """The slot of the image that has, or had, this name."""
    return name.rpartition(".")[0]


def slots(history: Iterable[Event]) -> list[str]:
    """All slots that a call or a reply names."""
    events = list(history)
    named = {event.call.slot for event in events if event.call.slot}
    return sorted(named | {slot_of(name) for event in events for name in event.reply.names})


def of_slot(history: Iterable[Event], slot: str) -> Iterator[Event]:
    """The events of one slot: the calls for it, except those that lost a race, and what lists show of it.

    A search reads several lists, and may miss an image that moves between them. So a search counts only if nobody
    changed the image meanwhile.
    """
    events = list(history)
    changes = [event for event in events if event.call.slot == slot and not event.passive]
    for event in events:
        if event.call.verb is Verb.SEARCH and any(_overlap(event, change) for change in changes):
            continue
        if event.call.verb in LISTING:
            shown = tuple(name for name in event.reply.names if slot_of(name) == slot)
            yield replace(event, reply=replace(event.reply, names=shown))
        elif event.call.slot == slot and Outcome.OUTRUN not in event.reply.outcomes:
            yield event


def _overlap(one: Event, other: Event) -> bool:
    return one.invoked < other.returned and other.invoked < one.returned


def explain(slot: Slot, event: Event) -> Slot | None:
    """The slot after the event; None if the model would have replied differently."""
    call, reply = event.call, event.reply
    if call.verb in LISTING:
        as_seen = reply.done and names_read(slot, call) == reply.names
        return slot if as_seen else None
    after, outcome = apply(slot, call)
    if outcome not in reply.outcomes:
        return None
    if call.verb is Verb.SHOW and outcome is Outcome.DONE:
        return slot if names_read(slot, call) == reply.names else None
    return after
