"""The command on a pseudo-terminal, with scripted answers."""

import os
import pty
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from select import select

from tests.processes import PATIENCE, ROOT

Answers = Sequence[tuple[str, str]]
"""Questions, or parts of them, and what is typed once each is on the screen."""


def run_on_terminal(
    words: Sequence[str], answers: Answers, environ: Mapping[str, str], columns: int = 160, folder: Path = ROOT
) -> tuple[int, str]:
    """Run a command of `rosetta` in a folder; returns its exit status and everything that it has drawn."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(  # noqa: S603  # our own words
        [sys.executable, "-m", "rosetta", *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": str(columns), **environ},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        drawn = ""
        for question, answer in answers:
            drawn += _until(ours, question)
            os.write(ours, f"{answer}\n".encode())
        drawn += _until(ours, None)
        return process.wait(PATIENCE), drawn
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _until(terminal: int, text: str | None) -> str:
    """What is drawn until it contains a text or, if that is None, until the command has closed the terminal."""
    drawn, deadline = b"", time.monotonic() + PATIENCE
    while text is None or text.encode() not in drawn:
        left = deadline - time.monotonic()
        assert select([terminal], [], [], max(left, 0))[0], drawn
        try:
            block = os.read(terminal, 65536)
        except OSError:  # as Linux puts it
            block = b""
        if not block:
            break
        drawn += block
    return drawn.decode()
