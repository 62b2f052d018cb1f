"""Checks whether a history of one object is linearizable (Wing and Gong).

Each call takes effect at one instant between its invocation and its return. The checker visits invocations and returns
in order, and keeps every possible belief: which open calls have taken effect, and the object's state by then.
"""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar


class Timed(Protocol):
    """An event that took effect at some instant between `invoked` and `returned`."""

    @property
    def invoked(self) -> float: ...

    @property
    def returned(self) -> float: ...

    @property
    def passive(self) -> bool:
        """Whether it cannot have changed anything."""
        ...


E = TypeVar("E", bound=Timed)
S = TypeVar("S")
Step = Callable[[S, E], S | None]
"""Returns the object's state after an event; None if the event is impossible in this state."""
Belief = tuple[S, frozenset[int]]
"""A possible state of the object, and the open events that have taken effect."""


def first_impossible(history: Iterable[E], start: S, step: Step[S, E]) -> E | None:
    """The first event at whose return no order explains the history; None if the history is linearizable."""
    events = list(history)
    invocations = [(event.invoked, False, number) for number, event in enumerate(events)]
    returns = [(event.returned, True, number) for number, event in enumerate(events)]
    beliefs: set[Belief[S]] = {(start, frozenset())}
    waiting: set[int] = set()
    for _, returning, number in sorted(invocations + returns):
        if not returning:
            waiting.add(number)
            continue
        reached = _reached(beliefs, {place: events[place] for place in waiting}, step)
        beliefs = {(state, done - {number}) for state, done in reached if number in done}
        waiting.remove(number)
        if not beliefs:
            return events[number]
    return None


def _reached(beliefs: set[Belief[S]], waiting: dict[int, E], step: Step[S, E]) -> set[Belief[S]]:
    """All beliefs possible after some of the open events have taken effect; each is visited once."""
    found: set[Belief[S]] = set()
    ahead = list(beliefs)
    while ahead:
        state, done = ahead.pop()
        later: list[Belief[S]] = []
        for number, event in waiting.items():
            after = None if number in done else step(state, event)
            if after is not None and event.passive:
                done |= {number}  # it is possible now, and changes nothing
            elif after is not None:
                later.append((after, frozenset({number})))
        if (state, done) not in found:
            found.add((state, done))
            ahead += [(after, done | effect) for after, effect in later]
    return found
