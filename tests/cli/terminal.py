"""A command on a terminal, and somebody who answers it."""

import os
import pty
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from select import select

ROOT = Path(__file__).parents[2]
PATIENCE = 60


def typed(
    words: Sequence[str], answers: Sequence[tuple[str, str]], environ: Mapping[str, str], columns: int = 160
) -> tuple[int, str]:
    """The exit status of a command, and all that was drawn; each answer is given once its question is there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(  # noqa: S603  # our own words
        [sys.executable, "-m", "rosetta", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "TERM": "xterm", "COLUMNS": str(columns), **environ},
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
    """What is drawn until a text is there, or else until nobody has the terminal open any more."""
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
