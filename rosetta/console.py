"""What the commands say: results and tables on stdout, remarks and errors on stderr, plain where nobody watches."""

import errno
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import click

from rosetta.errors import ServiceError
from rosetta.lazy import LazyGroup

if TYPE_CHECKING:
    from rich.table import Table

UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


class Interrupted(click.ClickException):
    """Somebody pressed Ctrl-C; the message says what that means."""

    exit_code = 130

    def show(self, file: Any = None) -> None:
        """One line, that is no error."""
        click.echo(self.message, file=file or sys.stderr)


class Commands(LazyGroup):
    """Commands that end in one line, whatever goes wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what it cannot help becomes an error line."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # not every terminal can show every name
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise Interrupted("Interrupted.") from error
        except ServiceError as error:
            said = f"{str(error).removesuffix('.')}. {error.hint}" if error.hint else str(error)
            raise click.ClickException(plain(said)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read has read enough
                raise
            raise click.ClickException(reason_of(error)) from error


def reason_of(error: OSError) -> str:
    """What the system has against a file, in one line."""
    reason = error.strerror or str(error)
    return reason if error.filename is None else f"{click.format_filename(error.filename)}: {reason}"


def say(line: str) -> None:
    """A line for whoever watches."""
    click.echo(plain(line), err=True)


def plain(text: str) -> str:
    """A text from elsewhere as it may be shown: nothing in it commands the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def time_text(instant: str | None) -> str:
    """An instant to the second."""
    return "-" if instant is None else instant.partition(".")[0].removesuffix("Z").replace("T", " ")


def bytes_text(count: int) -> str:
    """A number of bytes, such as 1.5 MiB."""
    value, unit = float(count), UNITS[0]
    for larger in UNITS[1:]:
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{count} bytes" if unit == UNITS[0] else f"{value:.1f} {unit}"


def is_watched(stream: TextIO) -> bool:
    """Whether a stream is a terminal on which something may be drawn anew."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> None:
    """A table on stdout; that it is empty is said on stderr."""
    if not rows:
        say(empty)
    elif is_watched(sys.stdout):
        from rich.console import Console  # noqa: PLC0415  # what nobody watches is faster without

        Console().print(rich_table(headings, rows))
    else:
        for line in table_lines([headings, *rows]):
            click.echo(line)


def rich_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> "Table":
    """A table for a terminal."""
    from rich.table import Table  # noqa: PLC0415  # as above
    from rich.text import Text  # noqa: PLC0415  # as above

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    return table


def table_lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table for programs and files: columns of equal width, two blanks between them."""
    shown = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
