"""Processes that tests start and wait for."""

import json
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 60
"""Seconds that a process may take to be ready, and to end."""


def wait_until(
    ready: Callable[[], bool],
    process: "subprocess.Popen[Any]",
    log: Callable[[], object],
    seconds: float = PATIENCE,
) -> float:
    """Wait until a process is ready, and return how many seconds that took.

    Fails if the process ends or takes longer than `seconds`; what `log` returns is in the message.
    """
    started = time.monotonic()
    while not ready():
        assert process.poll() is None, log()
        assert time.monotonic() < started + seconds, log()
        time.sleep(0.05)
    return time.monotonic() - started


def output_of(process: "subprocess.Popen[Any]") -> Callable[[], object]:
    """A log for `wait_until` of a process with pipes: its output, which is read when it has ended."""
    return lambda: "it is still running" if process.poll() is None else process.communicate()


class JsonProcess:
    """A process that reads JSON documents, one a line, and answers each with another one."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, document: object) -> Any:
        """Send a document, and return the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(document) + "\n")
        self._process.stdin.flush()
        return self.read()

    def read(self) -> Any:
        """The next document that the process writes. Fails if it ends or hangs instead; then it is killed."""
        assert self._process.stdout is not None
        watchdog = threading.Timer(PATIENCE, self._process.kill)
        watchdog.start()
        line = self._process.stdout.readline()
        watchdog.cancel()
        assert line, "the process has ended, or hung and was killed: see its stderr"
        return json.loads(line)
