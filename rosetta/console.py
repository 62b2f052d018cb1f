"""What the commands say: results and tables on stdout, remarks and errors on stderr, plain where nobody watches."""

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
    """Somebody pressed Ctrl-C; the message says what that means."""

    exit_code = 130

    def show(self, file: Any = None) -> None:
        """A line that does not report an error."""
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
        except (KeyboardInterrupt, click.Abort) as error:  # the latter where something is asked
            raise Interrupted("Interrupted.") from error
        except ServiceError as error:
            said = f"{str(error).removesuffix('.')}. {error.hint}" if error.hint else str(error)
            raise click.ClickException(plain(said)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read has read enough
                raise
            _let_go_of_results()
            raise click.ClickException(reason_of(error)) from error


def _let_go_of_results() -> None:
    """Forget results that cannot be written, or Python tries again at its end, and complains in its own words."""
    try:
        sys.stdout.flush()
    except OSError:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def reason_of(error: OSError) -> str:
    """What the system has against a file, in one line."""
    reason = error.strerror or str(error)
    return reason if error.filename is None else f"{click.format_filename(error.filename)}: {reason}"


def say(line: str) -> None:
    """A line for whoever watches."""
    click.echo(plain(line), err=True)


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


def show_table(columns: Sequence[Column], rows: Rows, *, empty: str) -> None:
    """A table on stdout; that it is empty, or has columns for which there is no room, is said on stderr."""
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
    """How many columns a terminal has no room for, if there are any."""
    if count:
        say(f"{count} {'column' if count == 1 else 'columns'} hidden; --json shows all.")
