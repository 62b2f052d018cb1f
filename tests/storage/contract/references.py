"""References: their numbers, titles and owners."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from pynamodb.exceptions import TransactWriteError

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import EditConflict, TitleTaken
from chalicelib.catalog.reference import Kind, Reference
from tests.factories import START
from tests.storage.contract.faults import Request, answering, cancelled


def a_reference(name: str, kind: Kind = Kind.ARCHITECTURE, owner: str = "t1", number: int = 0) -> Reference:
    facts = {"name": name, "major": "7"}
    return Reference(kind=kind, owner=owner, number=number, facts=facts, created_at=START, updated_at=START)


class References:
    """Numbers and titles of references are unique for a tenant and kind."""

    def test_an_added_reference_is_read_back_by_number(self, world: World) -> None:
        added = [world.references.add(a_reference(name)) for name in ("b", "a", "c")]

        assert [reference.number for reference in added] == [1, 2, 3]
        assert world.references.of("t1", Kind.ARCHITECTURE) == added

    def test_each_tenant_and_kind_has_its_own_references(self, world: World) -> None:
        ours = world.references.add(a_reference("a"))
        theirs = world.references.add(a_reference("a", owner="t2"))
        other = world.references.add(a_reference("a", Kind.COMPUTE_RESOURCE))

        assert (ours.number, theirs.number, other.number) == (1, 1, 1)
        assert world.references.of("t1", Kind.ARCHITECTURE) == [ours]
        assert world.references.of("t2", Kind.OPERATINGSYSTEM) == []

    def test_a_title_is_taken_once(self, world: World) -> None:
        world.references.add(a_reference("a"))

        with pytest.raises(TitleTaken):
            world.references.add(a_reference("a"))

        assert len(world.references.of("t1", Kind.ARCHITECTURE)) == 1

    def test_a_chosen_number_is_kept_and_the_next_one_follows(self, world: World) -> None:
        world.references.add(a_reference("a", number=7))

        assert world.references.add(a_reference("b")).number == 8

    def test_racing_for_a_title_has_one_winner_and_racing_for_a_number_none_that_loses(self, world: World) -> None:
        names = ["a", "a", "b", "c"]

        def add(name: str) -> str:
            try:
                return f"{name} {world.references.add(a_reference(name)).number}"
            except TitleTaken:
                return "taken"

        with ThreadPoolExecutor(len(names)) as pool:
            found = list(pool.map(add, names))

        stored = world.references.of("t1", Kind.ARCHITECTURE)
        assert found.count("taken") == 1
        assert sorted(reference.title for reference in stored) == ["a", "b", "c"]
        assert sorted(reference.number for reference in stored) == [1, 2, 3]

    def test_a_number_that_is_taken_meanwhile_is_not_used_again(self, world: World) -> None:
        others = iter(["faster"])

        def meanwhile(_request: Request) -> None:
            for name in others:
                world.references.add(a_reference(name))

        with answering("TransactWriteItems", meanwhile):
            world.references.add(a_reference("slower"))

        stored = world.references.of("t1", Kind.ARCHITECTURE)
        assert [(reference.number, reference.title) for reference in stored] == [(1, "faster"), (2, "slower")]

    def test_losing_every_race_is_an_error(self, world: World) -> None:
        outrun = cancelled("TransactionConflict")

        with answering("TransactWriteItems", lambda _: outrun), pytest.raises(EditConflict):
            world.references.add(a_reference("a"))

    def test_other_errors_are_not_taken_for_races(self, world: World) -> None:
        refused = cancelled("ValidationError")

        with answering("TransactWriteItems", lambda _: refused) as calls, pytest.raises(TransactWriteError):
            world.references.add(a_reference("a"))

        assert len(calls) == 1
