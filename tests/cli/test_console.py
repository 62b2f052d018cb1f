"""What commands say is one line each, and safe to show."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from rosetta.command import cli
from rosetta.console import Commands, Interrupted, bytes_text
from rosetta.errors import ServiceError
from rosetta.lazy import Entry
from rosetta.texts import plain


def run(do: Callable[[], None]) -> Result:
    """A command that does this."""
    group = Commands(entries={})
    group.command(name="do")(do)
    return CliRunner().invoke(group, ["do"])


def raising(error: BaseException) -> Callable[[], None]:
    def do() -> None:
        raise error

    return do


def advised(reason: str, hint: str) -> ServiceError:
    error = ServiceError(reason)
    error.hint = hint
    return error


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (advised("401: Who?", "Check the token."), 1, "Error: 401: Who?. Check the token."),
        (advised("Not now.", "Wait."), 1, "Error: Not now. Wait."),
        (ServiceError("two\nlines\x1b[31m"), 1, "Error: two lines\N{REPLACEMENT CHARACTER}[31m"),
        (OSError(errno.EIO, os.strerror(errno.EIO), "a.raw"), 1, "Error: a.raw: Input/output error"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 1, "Error: No space left on device"),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (click.Abort(), 130, "Interrupted."),
        (Interrupted("The same command goes on."), 130, "The same command goes on."),
        (click.ClickException("refused"), 1, "Error: refused"),
    ],
    ids=["hint", "sentence", "orders", "file", "disk", "ctrl-c", "ctrl-c at a question", "interrupted", "refused"],
)
def test_what_goes_wrong_is_one_line(error: BaseException, status: int, line: str) -> None:
    result = run(raising(error))

    assert (result.exit_code, result.stdout, result.stderr) == (status, "", f"{line}\n")


def test_a_reader_that_is_gone_is_silence() -> None:
    result = run(raising(BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))))

    assert (result.exit_code, result.output) == (1, "")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (100_000_000, "95.4 MiB"),
        (3 * 1024**3, "3.0 GiB"),
        (5000 * 1024**4, "5000.0 TiB"),
    ],
)
def test_bytes_are_told_in_units(count: int, text: str) -> None:
    assert bytes_text(count) == text


def test_text_of_any_language_is_left_alone() -> None:
    assert plain("Größe 猫 ё") == "Größe 猫 ё"


def test_results_that_cannot_be_written_are_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(  # ours
            [sys.executable, "-m", "rosetta", "completion", "bash"],
            cwd=Path(__file__).parents[2],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (result.returncode, result.stderr) == (1, "Error: No space left on device\n")


def test_results_that_cannot_be_written_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(click.ClickException, match=r"^No space left on device$"):
            Commands(entries={"do": Entry("rosetta.completion:completion", "Do.")}).main(
                ["do", "bash"], standalone_mode=False
            )

        full.write("to nowhere")
        full.flush()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["imag"], "No such command 'imag'. Did you mean 'image'?"),
        (["image", "delte"], "No such command 'delte'. Did you mean 'delete'?"),
        (["xyz"], "No such command 'xyz'."),
    ],
    ids=["command", "command of a group", "nothing close"],
)
def test_a_command_that_is_mistyped_is_guessed(words: list[str], said: str) -> None:
    result = CliRunner().invoke(cli, words)

    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, f"Error: {said}")
