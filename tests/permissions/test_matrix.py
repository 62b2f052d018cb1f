"""Each operation, by each caller, on an image in each state does exactly what the tables say."""

from collections.abc import Iterator
from typing import TypeVar

import pytest

from chalicelib.bootstrap import Aws
from tests.api import Api
from tests.lane import Lane
from tests.permissions.expected import EXPECTED
from tests.permissions.expected.notation import UNKNOWN, Listing, Rule, Who
from tests.permissions.operations import OPERATIONS
from tests.permissions.operations.operation import Operation
from tests.permissions.stored import listening
from tests.permissions.things import SUBJECTS
from tests.permissions.trial import Trial
from tests.tally import count

Table = TypeVar("Table", Rule, Listing)


def following(kind: type[Table]) -> list[tuple[Operation, Table]]:
    """The operations whose table is of this kind, each with its table."""
    tables = [(operation, EXPECTED[operation.dialect][operation.table]) for operation in OPERATIONS]
    return [(operation, table) for operation, table in tables if isinstance(table, kind)]


def named(pairs: list[tuple[Operation, Table]]) -> list[object]:
    return [pytest.param(operation, table, id=operation.name) for operation, table in pairs]


@pytest.fixture
def trial(api: Api, aws: Aws, lane: Lane, operation: Operation) -> Iterator[Trial]:
    with listening(aws, lane) as calls:
        yield Trial(api, operation, calls)


@pytest.mark.parametrize(("operation", "rule"), named(following(Rule)))
def test_an_operation_answers_and_changes_what_the_table_says(trial: Trial, operation: Operation, rule: Rule) -> None:
    cells = [(state, who) for state in trial.subject.states for who in Who]

    problems = [f"{who}, {state}: {problem}" for state, who in cells for problem in trial.problems(rule, who, state)]

    count("matrix cells", len(cells))
    count_hidden(operation, sum(rule.outcome(who, state).blind for state, who in cells))
    assert not problems, "\n".join([f"{operation.name} ({rule.note})", *problems])


def count_hidden(operation: Operation, number: int) -> None:
    """Count comparisons with objects that never existed; an operation about nothing has none."""
    if operation.about != "nothing":
        what = "images" if len(SUBJECTS[operation.about].states) > 1 else "jobs, parents and machines"
        count(f"hidden {what} compared with absent ones", number)


@pytest.mark.parametrize(("operation", "listing"), named(following(Listing)))
def test_a_list_shows_what_the_table_says(trial: Trial, operation: Operation, listing: Listing) -> None:
    problems = [
        f"{who}: {problem}"
        for who in Who
        for problem in (trial.unknown(who) if who in UNKNOWN else trial.listed(listing, who))
    ]

    count("matrix cells", len(Who) * len(trial.subject.states))
    assert not problems, "\n".join([f"{operation.name} ({listing.note})", *problems])
