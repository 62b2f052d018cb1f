"""CPU time and memory of another process, on Linux."""

import re
import time
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


class Used(NamedTuple):
    """CPU time of all threads, and peak resident memory."""

    cpu_seconds: float
    peak_bytes: int


def used_by_child(parent: int) -> Used:
    """The usage of a process' only child. Raises ValueError if it has more or none."""
    [child] = (PROC / f"{parent}/task/{parent}/children").read_text().split()
    return used_by(int(child))


def used_by(process: int) -> Used:
    """The usage of a process. Raises OSError if it does not exist."""
    [peak] = PEAK.findall((PROC / f"{process}/status").read_text())
    return Used(time.clock_gettime(_clock(process)), int(peak) * 1024)


def _clock(process: int) -> int:
    """The id of a process' CPU-time clock, as by clock_getcpuclockid(3)."""
    return (~process << 3) | 2
