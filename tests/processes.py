"""Processes that tests start and wait for."""

import subprocess
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
