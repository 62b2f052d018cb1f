"""A table is whole for programs; on a terminal ids stay whole, and what matters least goes first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rosetta import events, images, jobs, operators, tokens
from rosetta.tables import Column, fitted, whole_lines
from rosetta.texts import plain

ID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
COLUMNS = (Column("ID"), Column("NAME", 1, least=4), Column("SIZE", 3), Column("OWNER", 2))
ROW = ("12345678", "a long name", "1.5 GiB", "t1")
CELL = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=12)


def test_a_table_has_columns_of_equal_width() -> None:
    rows = [("1", "a longer name"), ("1000", "x\ty")]

    lines = list(whole_lines([Column("ID"), Column("NAME")], rows))

    assert lines == ["ID    NAME", "1     a longer name", "1000  x\N{REPLACEMENT CHARACTER}y"]


@pytest.mark.parametrize(
    ("width", "line", "hidden"),
    [
        (40, "12345678  a long name  1.5 GiB  t1", 0),
        (37, "12345678  a long name  1.5 GiB  t1", 0),
        (30, "12345678  a l\N{HORIZONTAL ELLIPSIS}  1.5 GiB  t1", 0),
        (29, "12345678  a long name  t1", 1),
        (21, "12345678  a l\N{HORIZONTAL ELLIPSIS}  t1", 1),
        (18, "12345678  a long\N{HORIZONTAL ELLIPSIS}", 2),
        (13, "12345678", 3),
        (4, "12345678", 3),
    ],
)
def test_a_terminal_shows_what_it_has_room_for(width: int, line: str, hidden: int) -> None:
    table = fitted(COLUMNS, [ROW], width)

    assert (" ".join(table.lines[1].split()), table.hidden) == (" ".join(line.split()), hidden)


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=4), st.integers(1, 80))
def test_no_line_is_too_long_and_no_id_is_cut(rows: list[tuple[str, ...]], width: int) -> None:
    table = fitted(COLUMNS, rows, width)

    ids = [plain(row[0]) for row in rows]
    assert all(line.startswith(each.rstrip()) for line, each in zip(table.lines[1:], ids, strict=True))
    assert table.hidden == 3 or max(map(cell_len, table.lines)) <= width


def test_letters_of_two_cells_are_counted_as_two() -> None:
    columns = (Column("ID"), Column("NAME", 1, least=4), Column("SIZE", 2))

    table = fitted(columns, [("1", "猫猫猫猫", "2 B"), ("2", "x", "3 B")], 14)

    assert table.lines == ("ID  NAME  SIZE", "1   猫\N{HORIZONTAL ELLIPSIS}   2 B", "2   x     3 B")


@pytest.mark.parametrize(
    "columns",
    [images.COLUMNS, jobs.COLUMNS, events.COLUMNS, tokens.COLUMNS, operators.COLUMNS],
    ids=["images", "jobs", "events", "tokens", "operators"],
)
def test_it_is_settled_in_which_order_columns_go(columns: tuple[Column, ...]) -> None:
    ranks = sorted(column.rank for column in columns if column.rank)

    assert ranks == list(range(1, len(ranks) + 1))
    assert columns[0].rank == 0


@pytest.mark.parametrize(
    ("width", "headings"),
    [
        (200, "ID NAME STATUS SIZE FORMAT VISIBILITY OWNER"),
        (80, "ID NAME STATUS SIZE VISIBILITY"),
        (60, "ID NAME STATUS"),
    ],
)
def test_images_are_known_by_id_name_and_status_at_any_width(width: int, headings: str) -> None:
    row = (ID, "a name that is rather long", "active", "95.4 MiB", "qcow2", "private", "0123456789abcdef" * 2)

    lines = fitted(images.COLUMNS, [row], width).lines

    assert lines[0].split() == headings.split()
    assert lines[1].startswith(ID)
    assert max(map(len, lines)) <= width
