"""What scripts print beside the numbers of another revision."""

from pathlib import Path

import pytest

from bench import growth, round_trips
from bench.growth import Cost
from bench.parts.beside import other, output, printed
from tests.test_docs import rows

ROOT = Path(__file__).parents[2]
OLDER = """
from bench.parts.trial import emulated, measure

SECTIONS = {}


def main():
    print("| operation | write |")
    print("| --- | ---: |")
    with emulated():
        for row in measure(SECTIONS):
            print(f"| `{row.request}`, {row.case} | {row.usage.writes:g} |")
"""
"""A script of round trips that has no requests of its own."""


@pytest.mark.parametrize(("value", "revision"), [("463fc14", "463fc14"), ("", None), (None, None)])
def test_the_environment_names_the_revision_to_compare_with(
    monkeypatch: pytest.MonkeyPatch, value: str | None, revision: str | None
) -> None:
    monkeypatch.delenv("BESIDE", raising=False)
    if value is not None:
        monkeypatch.setenv("BESIDE", value)

    assert other() == revision


def test_what_is_measured_compares_with_nothing_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESIDE", "463fc14")

    assert output(ROOT, "-c", "from bench.parts.beside import other; print(other())") == "None\n"


def test_cells_are_found_by_row_and_column() -> None:
    text = "Measured.\n| list | units | KB |\n| --- | ---: | ---: |\n| first | 8 | 48 |\n| last |  | 1 |\n"

    assert printed(text) == {
        "first": {"list": "first", "units": "8", "KB": "48"},
        "last": {"list": "last", "units": "", "KB": "1"},
    }


def test_a_script_that_has_not_measured_prints_no_cells() -> None:
    assert printed("growth: not measured, as npm is missing\n") == {}


def test_round_trips_are_compared_operation_by_operation() -> None:
    ours = {
        "create": {"DynamoDB": "2", "S3": "1", "deep": "2", "read": "0", "write": "18"},
        "new": {"DynamoDB": "1", "S3": "0", "deep": "1", "read": "2", "write": "0"},
    }
    theirs = {
        "gone": {"DynamoDB": "9", "S3": "9", "deep": "9", "read": "9", "write": "9"},
        "create": {"DynamoDB": "3", "S3": "1", "deep": "4", "read": "0.5", "write": "21"},
    }

    heads, _, *lines = map(list, round_trips.compared(ours, theirs, "abc"))

    assert heads == ["operation", "DynamoDB", "abc", "deep", "abc", "read", "abc", "write", "abc"]
    assert lines == [
        ["create", "2", "3", "2", "4", "0", "0.5", "18", "21"],
        ["new", "1", "", "1", "", "2", "", "0", ""],
    ]


def test_a_revision_without_the_requests_of_facts_is_measured_with_ours(tmp_path: Path) -> None:
    for name in ("chalicelib", "local", "tests", "bench/parts"):
        tmp_path.joinpath(name).parent.mkdir(exist_ok=True)
        tmp_path.joinpath(name).symlink_to(ROOT / name)
    tmp_path.joinpath("bench/round_trips.py").write_text(OLDER, "utf-8")
    heads, *said = rows(ROOT / "docs/round-trips.md")

    found = {operation: row["write"] for operation, row in round_trips.rows_of(tmp_path).items()}

    assert len(found) == 2
    assert found == {cells[0]: cells[heads.index("write")] for cells in said if cells[0] in found}


def test_lists_that_only_one_revision_has_leave_the_cell_of_the_other_empty() -> None:
    measured = [{"both": Cost(3, 75, 8)}, {"both": Cost(3, 75, 8, 48_000), "new": Cost(1, 2, 4, 1_000)}]

    lines = list(growth.table((10, 20), measured, {"gone": "5 / 6 / 7", "both": "5 / 350 / 213.5"}))

    assert lines == [
        "| requests / rows read / read units | 10 images | 20 images | in the other revision | units | KB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| both | 3 / 75 / 8 | 3 / 75 / 8 | 5 / 350 / 213.5 | × 1.00 | 48 |",  # noqa: RUF001  # times
        "| new |  | 1 / 2 / 4 |  | × 1.00 | 1 |",  # noqa: RUF001  # as above
        "| gone |  |  | 5 / 6 / 7 |  |  |",
    ]


def test_growth_prints_no_column_of_a_revision_that_is_not_asked_for() -> None:
    heads, *_ = growth.table((10,), [{"both": Cost(3, 75, 8)}], {})

    assert heads == "| requests / rows read / read units | 10 images | units | KB |"
