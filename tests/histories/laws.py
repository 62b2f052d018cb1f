"""Laws that every history obeys, whatever the model says: each yields its violations.

They are weaker than the checker, but their messages are more specific.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.histories.history import Event, slot_of
from tests.histories.model import DEVOPS, FOREMAN, GLANCE, GLANCE_2, QINGCLOUD, Verb

History = Sequence[Event]
NAMING = frozenset({Verb.CREATE, Verb.RENAME})
ENDING = frozenset({Verb.DELETE, Verb.END})


def undocumented_responses(history: History) -> Iterator[str]:
    """Undocumented responses, including 5xx and timeouts."""
    yield from (str(event) for event in history if not event.reply.outcomes)


def phantoms(history: History) -> Iterator[str]:
    """Names that were read before anybody had started to write them."""
    written = _writers(history)
    for event in history:
        for name in event.reply.names:
            writer = written.get(name)
            if writer is None or writer.invoked > event.returned or not writer.reply.done:
                yield f"nobody wrote {name}: {event}"


def lost_updates(history: History) -> Iterator[str]:
    """Names that were read after an acknowledged rename of the same image had replaced them."""
    writers = _writers(history)
    updates = [event for event in history if event.call.verb is Verb.RENAME and event.reply.done and event.call.born]
    for read in history:
        for name in set(read.reply.names) & writers.keys():
            older = writers[name]
            for update in updates:
                later = older.returned < update.invoked and update.returned < read.invoked
                if later and update.call.born == _born(older):
                    yield f"{update.call.name} was lost: {read}"


def duplicate_claims(history: History) -> Iterator[str]:
    """Slots assigned more often than they had become free (Glance's ids never do), or shown twice in a list."""
    given = Counter(event.call.slot for event in history if event.call.verb is Verb.CREATE and event.reply.done)
    freed = Counter(event.call.slot for event in history if _has_ended(event) and event.reply.done)
    chosen = (event.call for event in history if event.call.verb is Verb.CREATE)
    forever = {call.slot for call in chosen if call.dialect in {GLANCE, GLANCE_2}}
    for slot, times in given.items():
        if times > 1 + (0 if slot in forever else freed[slot]):
            yield f"{slot} was assigned {times} times, and freed {freed[slot]} times"
    for event in history:
        shown = Counter(map(slot_of, event.reply.names))
        yield from (f"{slot} is listed {times} times: {event}" for slot, times in shown.items() if times > 1)


def missed_writes(history: History) -> Iterator[str]:
    """Lists of the owner that miss an image whose creation was acknowledged and whose deletion had not started."""
    deletions = [event for event in history if event.call.verb in ENDING and event.reply.done]
    for created in history:
        if created.call.verb is not Verb.CREATE or not created.reply.done:
            continue
        slot = created.call.slot
        ends = [event.invoked for event in deletions if event.call.slot == slot and event.returned > created.invoked]
        for listed in _lists_with(history, created):
            alive = created.returned < listed.invoked and listed.returned < min(ends, default=math.inf)
            if alive and slot not in map(slot_of, listed.reply.names):
                yield f"{slot} is missing: {listed}"


def shown_after_deletion(history: History) -> Iterator[str]:
    """Reads that started after the deletion of what they show was acknowledged."""
    writers = _writers(history)
    ended = {event.call.born: event.returned for event in history if _has_ended(event) and event.reply.done}
    for read in history:
        for name in set(read.reply.names) & writers.keys():
            born = _born(writers[name])
            if born is not None and read.invoked > ended.get(born, math.inf):
                yield f"{name} was deleted: {read}"


def _writers(history: History) -> dict[str, Event]:
    """The event that wrote each name, or tried to."""
    return {event.call.name: event for event in history if event.call.verb in NAMING}


def _born(event: Event) -> str | None:
    return event.call.name if event.call.verb is Verb.CREATE else event.call.born


def _has_ended(event: Event) -> bool:
    """Whether it ends the image at once; a deletion through QingCloud is finished by the worker."""
    return event.call.verb is Verb.END or (event.call.verb is Verb.DELETE and event.call.dialect != QINGCLOUD)


def _lists_with(history: History, created: Event) -> Iterator[Event]:
    """The lists that must contain the created image.

    Foreman's lists omit images without an architecture, and Glance v2's may omit images that were hidden.
    """
    hidden = any(event.call.verb is Verb.HIDE and event.call.slot == created.call.slot for event in history)
    for event in history:
        foreign = (event.call.dialect, created.call.dialect) == (FOREMAN, DEVOPS)
        left_out = foreign or (hidden and event.call.dialect == GLANCE_2)
        if event.call.verb is Verb.LIST and event.call.tenant == created.call.tenant and not left_out:
            yield event


LAWS: Mapping[str, Callable[[History], Iterator[str]]] = {
    "no undocumented response": undocumented_responses,
    "nothing read that nobody wrote": phantoms,
    "no lost update": lost_updates,
    "nothing assigned or listed twice": duplicate_claims,
    "no acknowledged write missing from a list": missed_writes,
    "nothing read after its deletion": shown_after_deletion,
}
