"""What operations cost in calls and capacity, held to the page that says so."""

import subprocess
import sys
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import pytest

from bench.parts.beside import environ
from chalicelib.dialects import DIALECTS
from chalicelib.http.dialect import Dialect
from tests.test_docs import operations, page_of, rows

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/round-trips.md"
IF_MEANT = "if this is meant: PYTHONPATH=. python bench/round_trips.py docs/round-trips.md"
COUNTS = ("DynamoDB", "S3", "SQS", "EC2", "deep", "read", "write", "least")
BYTES = ("out", "in")
TOLERANCE = 0.1
"""Of bytes, which change with every name of an attribute and with the emulator."""

Table = Mapping[str, Mapping[str, str]]


def table(page: Path) -> Table:
    """The cells of each operation by the names of their columns."""
    heads, _, *found = ([*cells, ""] for cells in rows(page))
    return {cells[0]: dict(zip(heads, cells, strict=False)) for cells in found}


def calls(row: Mapping[str, str]) -> int:
    return sum(int(row[service]) for service in islice(COUNTS, 4))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """The table that is printed now, by a process of its own as `make bench` runs it."""
    command = [sys.executable, str(ROOT / "bench/round_trips.py")]
    done = subprocess.run(  # noqa: S603  # our own script
        command, cwd=ROOT, env=environ(PYTHONPATH=str(ROOT)), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    page = tmp_path_factory.mktemp("bench") / "table.md"
    page.write_text(done.stdout, "utf-8")
    return table(page)


def test_no_operation_costs_other_calls_or_units_than_the_page_says(measured: Table) -> None:
    said = table(PAGE)

    changes = [
        f"{operation}: {name} {said[operation][name]} → {row[name]}"
        for operation, row in measured.items()
        for name in COUNTS
        if operation in said and row[name] != said[operation][name]
    ]

    assert not changes, "\n".join([*changes, IF_MEANT])
    assert list(measured) == list(said), IF_MEANT


def test_no_operation_sends_or_gets_many_more_bytes_than_the_page_says(measured: Table) -> None:
    said = table(PAGE)

    changes = [
        f"{operation}: bytes {name} {said[operation][name]} → {row[name]}"
        for operation, row in measured.items()
        for name in BYTES
        if abs(int(row[name]) - int(said[operation][name])) > TOLERANCE * int(said[operation][name])
    ]

    assert not changes, "\n".join([*changes, IF_MEANT])


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_documented_operation_is_on_the_page(dialect: Dialect) -> None:
    said = {operation.split("`")[1] for operation in table(PAGE) if operation.startswith("`")}

    assert set(operations(page_of(dialect))) - said == set()


def test_what_takes_more_than_the_least_says_why_and_nothing_else_does() -> None:
    for operation, row in table(PAGE).items():
        least, _, depth = row["least"].partition(", ")
        fewest = int(least)
        shallowest = int(depth.removesuffix(" deep") or fewest)

        assert calls(row) >= fewest, operation
        assert int(row["deep"]) >= shallowest, operation
        assert bool(row["why more"]) == (calls(row) > fewest or int(row["deep"]) > shallowest), operation
