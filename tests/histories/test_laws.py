"""The laws and the checker catch falsified histories."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

import pytest

from tests.histories.checker import first_impossible
from tests.histories.history import Event, Reply, explain, of_slot, slots
from tests.histories.laws import LAWS
from tests.histories.model import DEVOPS, EMPTY, GLANCE, QINGCLOUD, SCALEWAY, Call, Outcome, Verb

OWNER, FRIEND = "owner", "friend"
DONE = Reply(frozenset({Outcome.DONE}))
GONE = Reply(frozenset({Outcome.GONE}))
Doctor = Callable[[list[Event]], list[Event]]


def sequence(*steps: tuple[Call, Reply]) -> list[Event]:
    """A history of sequential calls."""
    clock = count()
    return [Event(0, next(clock), next(clock), call, reply) for call, reply in steps]


def a_call(verb: Verb, dialect: str, slot: str = "", tenant: str = OWNER, name: str = "", **facts: str) -> Call:
    return Call(verb, dialect, tenant, slot, facts.get("born"), name, facts.get("member", ""))


def a_list(dialect: str, *names: str, tenant: str = OWNER) -> tuple[Call, Reply]:
    return a_call(Verb.LIST, dialect, tenant=tenant), replace(DONE, names=names)


HONEST = sequence(
    (a_call(Verb.CREATE, GLANCE, "a", name="a.1"), DONE),
    (a_call(Verb.CREATE, GLANCE, "a", name="a.2"), Reply(frozenset({Outcome.TAKEN}))),
    (a_call(Verb.CREATE, DEVOPS, "b", name="b.3"), DONE),
    a_list(SCALEWAY, "a.1", "b.3"),
    (a_call(Verb.RENAME, SCALEWAY, "a", born="a.1", name="a.4"), DONE),
    a_list(QINGCLOUD, "a.4", "b.3"),
    a_list(SCALEWAY, tenant=FRIEND),
    (a_call(Verb.SHARE, GLANCE, "a", born="a.1", member=FRIEND), DONE),
    a_list(SCALEWAY, "a.4", tenant=FRIEND),
    (a_call(Verb.DELETE, DEVOPS, "b"), DONE),
    (a_call(Verb.SHOW, SCALEWAY, "b", born="b.3"), GONE),
    (a_call(Verb.CREATE, DEVOPS, "b", name="b.5"), DONE),
    a_list(DEVOPS, "a.4", "b.5"),
    (a_call(Verb.DELETE, GLANCE, "b", born="b.5"), DONE),
    a_list(GLANCE, "a.4"),
    (a_call(Verb.UNSHARE, GLANCE, "a", tenant=FRIEND, born="a.1", member=FRIEND), DONE),
    a_list(SCALEWAY, tenant=FRIEND),
)


def with_names(place: int, *names: str) -> Doctor:
    """Replace the names in the list at this position."""

    def doctor(history: list[Event]) -> list[Event]:
        event = history[place]
        assert event.call.verb is Verb.LIST
        return [*history[:place], replace(event, reply=replace(event.reply, names=names)), *history[place + 1 :]]

    return doctor


def with_reply(place: int, reply: Reply) -> Doctor:
    return lambda history: [*history[:place], replace(history[place], reply=reply), *history[place + 1 :]]


def swapped(one: int, other: int) -> Doctor:
    """Swap the replies of two calls."""

    def doctor(history: list[Event]) -> list[Event]:
        first, second = history[one], history[other]
        changed = {one: replace(first, reply=second.reply), other: replace(second, reply=first.reply)}
        return [changed.get(place, event) for place, event in enumerate(history)]

    return doctor


FALSIFIED: dict[str, tuple[Doctor, str]] = {
    "a write is missing from a list": (with_names(3, "a.1"), "no acknowledged write missing from a list"),
    "a write is missing from the last list": (with_names(14), "no acknowledged write missing from a list"),
    "an update is undone": (with_names(5, "a.1", "b.3"), "no lost update"),
    "two lists are swapped": (swapped(3, 5), "nothing read that nobody wrote"),
    "a name comes from nowhere": (with_names(3, "a.1", "b.3", "c.9"), "nothing read that nobody wrote"),
    "a name comes of a refused create": (with_names(3, "a.2", "b.3"), "nothing read that nobody wrote"),
    "an image is listed twice": (with_names(3, "a.1", "a.1", "b.3"), "nothing assigned or listed twice"),
    "an id is assigned twice": (with_reply(1, DONE), "nothing assigned or listed twice"),
    "a deleted image is shown": (with_names(14, "a.4", "b.5"), "nothing read after its deletion"),
    "a response is undocumented": (with_reply(4, Reply(frozenset())), "no undocumented response"),
}
ONLY_IMPOSSIBLE: dict[str, Doctor] = {
    "a stranger sees a private image": with_names(6, "a.4"),
    "a member does not see a shared image": with_names(8),
    "a free id is refused": with_reply(0, Reply(frozenset({Outcome.TAKEN}))),
    "a member may not leave": with_reply(15, Reply(frozenset({Outcome.SHARED}))),
    "a deleted image is found": with_reply(10, replace(DONE, names=("b.3",))),
    "an existing image is not found": with_reply(4, GONE),
}


def breaches(history: Sequence[Event]) -> set[str]:
    return {law for law, broken in LAWS.items() if any(broken(history))}


def impossible(history: Sequence[Event]) -> list[Event]:
    found = (first_impossible(of_slot(history, slot), EMPTY, explain) for slot in slots(history))
    return [event for event in found if event is not None]


def test_an_honest_history_obeys_all_laws_and_is_linearizable() -> None:
    assert breaches(HONEST) == set()
    assert impossible(HONEST) == []


@pytest.mark.parametrize(("doctor", "law"), FALSIFIED.values(), ids=FALSIFIED.keys())
def test_a_falsified_history_breaks_a_law_and_is_not_linearizable(doctor: Doctor, law: str) -> None:
    falsified = doctor(HONEST)

    assert law in breaches(falsified)
    assert impossible(falsified) != []


@pytest.mark.parametrize("doctor", ONLY_IMPOSSIBLE.values(), ids=ONLY_IMPOSSIBLE.keys())
def test_the_checker_catches_what_no_law_covers(doctor: Doctor) -> None:
    assert impossible(doctor(HONEST)) != []


def test_a_conflict_has_no_effect() -> None:
    outrun = Reply(frozenset({Outcome.OUTRUN}))

    assert impossible(with_reply(4, outrun)(with_names(5, "a.1", "b.3")(HONEST))) != []
    assert impossible(with_reply(4, outrun)(HONEST[:5])) == []
    assert breaches(with_reply(4, outrun)(HONEST)) == {"nothing read that nobody wrote"}


def test_a_deletion_by_the_worker_takes_effect_at_any_later_time() -> None:
    begun = sequence(
        (a_call(Verb.CREATE, SCALEWAY, "a", name="a.1"), DONE),
        (a_call(Verb.DELETE, QINGCLOUD, "a", born="a.1"), DONE),
        a_list(GLANCE, "a.1"),
        a_list(GLANCE),
    )
    ended = replace(begun[1], returned=99.0, call=replace(begun[1].call, verb=Verb.END))

    assert impossible([*begun, ended]) == []
    assert impossible(begun) == [begun[3]]
    assert impossible([*begun[:3], replace(begun[3], invoked=100.0, returned=101.0), ended]) == []
    assert impossible([*begun[:2], replace(begun[2], invoked=100.0, returned=101.0), ended]) != []
