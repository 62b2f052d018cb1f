"""Processes that end with the process that started them, however that ends.

`leashed` runs this file with one end of a pipe, and holds the other. When the starting process ends, even if it is
killed, the kernel closes its end; then this file kills its process group: itself, the command and its descendants.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any


@contextlib.contextmanager
def leashed(words: Sequence[str], **options: Any) -> Iterator["subprocess.Popen[Any]"]:
    """Run a command, with options of Popen, until the block ends; then it and its descendants are killed."""
    held, holding = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603  # our own words
            [sys.executable, "-I", __file__, str(held), *words], pass_fds=(held,), start_new_session=True, **options
        )
    finally:
        os.close(held)
    try:
        yield process
    finally:
        os.close(holding)
        process.wait()


def run(words: Sequence[str], text: str | None = None, **options: Any) -> str:
    """The output of a command, given some input. Raises CalledProcessError."""
    stdin = None if text is None else subprocess.PIPE
    with leashed(words, stdin=stdin, stdout=subprocess.PIPE, text=True, **options) as process:
        printed, _ = process.communicate(text)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(words))
    return str(printed)


def _serve(held: int, words: Sequence[str]) -> int:
    """Run the command, and return its exit status; kill it if the other end of the pipe is closed before."""
    threading.Thread(target=_watch, args=(held,), daemon=True).start()
    return subprocess.run(words, check=False).returncode  # noqa: S603  # the words of whoever holds the leash


def _watch(held: int) -> None:
    os.read(held, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(_serve(int(sys.argv[1]), sys.argv[2:]))
