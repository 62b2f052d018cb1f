"""Whether a history of one object has an order of its calls that a sequential program explains (Wing and Gong).

Each call takes effect at one instant between its invocation and its return. Instants are gone through in order, and
with them all that may be true: which open calls have taken effect, and what the object is by then.
"""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar


class Timed(Protocol):
    """Something that took place at some instant of its interval."""

    @property
    def invoked(self) -> float: ...

    @property
    def returned(self) -> float: ...

    @property
    def passive(self) -> bool:
        """Whether it certainly changed nothing."""
        ...


E = TypeVar("E", bound=Timed)
S = TypeVar("S")
Step = Callable[[S, E], S | None]
"""The object after an event; None if the event is impossible then."""
Belief = tuple[S, frozenset[int]]
"""What the object may be, and which open events have taken effect by then."""


def first_impossible(history: Iterable[E], start: S, step: Step[S, E]) -> E | None:
    """The event by whose return no order explains the history any more; None if it is linearizable."""
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
    """All that may be true once some of the open events have taken effect; nothing is gone through twice."""
    found: set[Belief[S]] = set()
    ahead = list(beliefs)
    while ahead:
        state, done = ahead.pop()
        later: list[Belief[S]] = []
        for number, event in waiting.items():
            after = None if number in done else step(state, event)
            if after is not None and event.passive:
                done |= {number}  # it is possible now, and nothing is won by waiting
            elif after is not None:
                later.append((after, frozenset({number})))
        if (state, done) not in found:
            found.add((state, done))
            ahead += [(after, done | effect) for after, effect in later]
    return found
