"""Tables as text: complete for files and pipes, fitted to the width of a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rosetta.texts import plain

GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """A column. In a narrow terminal columns are first cut to `least` cells, then dropped, highest rank first.

    Columns of rank 0 are never dropped; those without `least` are never cut.
    """

    heading: str
    rank: int = 0
    least: int | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """The lines of a table, headings first, and the number of columns dropped."""

    lines: tuple[str, ...]
    hidden: int


Rows = Sequence[Sequence[str]]


def whole_lines(columns: Sequence[Column], rows: Rows) -> Iterator[str]:
    """The complete table: aligned columns, separated by two blanks."""
    shown = [[column.heading for column in columns], *([plain(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        yield GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def fitted(columns: Sequence[Column], rows: Rows, width: int) -> Fitted:
    """Fit a table into `width` cells of a terminal; columns of rank 0 may exceed it."""
    from rich.cells import cell_len  # noqa: PLC0415  # only needed on a terminal

    shown = [[column.heading for column in columns], *([plain(cell) for cell in row] for row in rows)]
    wanted = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
    least = [
        want if column.least is None else min(want, column.least) for want, column in zip(wanted, columns, strict=True)
    ]
    kept = _kept(columns, least, width)
    spare = width - _total([least[index] for index in kept])
    widths = dict(_widened(sorted(kept, key=lambda index: columns[index].rank), wanted, least, spare))
    lines = [GAP.join(_cell(row[index], widths[index]) for index in kept).rstrip() for row in shown]
    return Fitted(tuple(lines), len(columns) - len(kept))


def _kept(columns: Sequence[Column], least: Sequence[int], width: int) -> list[int]:
    """The columns that fit at their minimum widths."""
    kept = list(range(len(columns)))
    while _total([least[index] for index in kept]) > width:
        last = max(kept, key=lambda index: columns[index].rank)
        if columns[last].rank == 0:
            break
        kept.remove(last)
    return kept


def _widened(
    indexes: Sequence[int], wanted: Sequence[int], least: Sequence[int], spare: int
) -> Iterator[tuple[int, int]]:
    """The width of each column; remaining cells go to the most important columns first."""
    for index in indexes:
        more = max(0, min(spare, wanted[index] - least[index]))
        spare -= more
        yield index, least[index] + more


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _cell(text: str, width: int) -> str:
    """Pad or cut a text to exactly `width` cells; cut texts end in an ellipsis."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415  # as above

    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "\N{HORIZONTAL ELLIPSIS}", width)
