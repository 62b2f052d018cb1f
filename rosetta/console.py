"""Output of the commands: results and tables on stdout, notes and errors on stderr."""

import errno
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import click

from rosetta.errors import ServiceError
from rosetta.lazy import LazyGroup
from rosetta.tables import Column, Rows, fitted, whole_lines
from rosetta.texts import plain

UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


class Interrupted(click.ClickException):
    """The user pressed Ctrl-C; the message says what to do next."""

    exit_code = 130

    def show(self, file: Any = None) -> None:
        """Print the message, without click's `Error:` before it."""
        click.echo(self.message, file=file or sys.stderr)


class Commands(LazyGroup):
    """A group whose commands report any failure in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, and turn expected exceptions into an error line and an exit status."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # a terminal's encoding may lack characters of a name
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort) as error:  # Abort is raised by prompts
            raise Interrupted("Interrupted.") from error
        except ServiceError as error:
            said = f"{str(error).removesuffix('.')}. {error.hint}" if error.hint else str(error)
            raise click.ClickException(plain(said)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader has closed the pipe, e.g. `head`
                raise
            _let_go_of_results()
            raise click.ClickException(reason_of(error)) from error


def _let_go_of_results() -> None:
    """Redirect stdout to /dev/null; otherwise Python flushes it again at exit and prints a traceback."""
    try:
        sys.stdout.flush()
    except OSError:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def reason_of(error: OSError) -> str:
    """Format an OSError as `file: reason`."""
    reason = error.strerror or str(error)
    return reason if error.filename is None else f"{click.format_filename(error.filename)}: {reason}"


def say(line: str) -> None:
    """Print a line to stderr."""
    click.echo(plain(line), err=True)


def time_text(instant: str | None) -> str:
    """Format an instant, to the second."""
    return "-" if instant is None else instant.partition(".")[0].removesuffix("Z").replace("T", " ")


def bytes_text(count: int) -> str:
    """Format a number of bytes, e.g. `1.5 MiB`."""
    value, unit = float(count), UNITS[0]
    for larger in UNITS[1:]:
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{count} bytes" if unit == UNITS[0] else f"{value:.1f} {unit}"


def is_watched(stream: TextIO) -> bool:
    """Whether a stream is a terminal that can redraw lines."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def show_table(columns: Sequence[Column], rows: Rows, *, empty: str) -> None:
    """Print a table to stdout; notes on an empty table or hidden columns go to stderr."""
    if not rows:
        say(empty)
    elif is_watched(sys.stdout):
        table = fitted(columns, rows, shutil.get_terminal_size().columns)
        click.echo("\n".join([click.style(table.lines[0], bold=True), *table.lines[1:]]))
        say_hidden(table.hidden)
    else:
        for line in whole_lines(columns, rows):
            click.echo(line)


def say_hidden(count: int) -> None:
    """Say on stderr how many columns were hidden to fit the terminal, if any."""
    if count:
        say(f"{count} {'column' if count == 1 else 'columns'} hidden; --json shows all.")
