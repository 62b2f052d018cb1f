"""Progress of a command on stderr: a bar on a terminal, otherwise lines."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from rosetta.console import bytes_text, is_watched, say

STEP = 10
"""Per cent between two lines of progress."""
SHORTEST, LONGEST = 1.0, 30.0
"""Minimum and maximum seconds between two lines, if there is any progress."""


class Meter(Protocol):
    """A progress meter. Thread-safe."""

    def advance(self, count: int) -> None:
        """Add to the progress; negative if something has to be repeated."""

    def set_progress(self, done: int) -> None:
        """Set the progress."""


@contextmanager
def meter(title: str, total: int, *, in_bytes: bool = True) -> Iterator[Meter]:
    """Show progress on stderr: a bar on a terminal, otherwise lines."""
    if not is_watched(sys.stderr):
        yield LineMeter(Percentages(title, total, in_bytes=in_bytes), say)
        return
    counts: list[ProgressColumn] = [MofNCompleteColumn()]
    if in_bytes:
        counts = [DownloadColumn(binary_units=True), TransferSpeedColumn()]
    columns = [TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), *counts, TimeRemainingColumn()]
    # stdout may be the target of the download.
    with Progress(*columns, console=Console(stderr=True), redirect_stdout=False) as progress:
        task = progress.add_task(title.ljust(9), total=total)
        yield BarMeter(progress, task)


class BarMeter:
    """A meter with a bar of Rich's."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def advance(self, count: int) -> None:
        """Advance the bar."""
        self._progress.advance(self._task, count)

    def set_progress(self, done: int) -> None:
        """Set the bar."""
        self._progress.update(self._task, completed=done)


class LineMeter:
    """A meter that prints lines."""

    def __init__(self, percentages: "Percentages", show: Callable[[str], None]) -> None:
        self._percentages = percentages
        self._show = show
        self._done = 0
        self._lock = threading.Lock()

    def advance(self, count: int) -> None:
        """Print a line if one is due."""
        with self._lock:
            self._set(self._done + count)

    def set_progress(self, done: int) -> None:
        """Print a line if one is due."""
        with self._lock:
            self._set(done)

    def _set(self, done: int) -> None:
        self._done = done
        line = self._percentages.line(done)
        if line is not None:
            self._show(line)


class Percentages:
    """Decides when to print a line: every ten per cent or half minute, at most one per second, and at the end."""

    def __init__(
        self, title: str, total: int, *, in_bytes: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._title = title
        self._total = total
        self._in_bytes = in_bytes
        self._clock = clock
        self._shown = 0
        self._since = clock()

    def line(self, done: int) -> str | None:
        """The line to print at this progress, or None."""
        share = 100 * done // self._total if self._total else 100
        waited = self._clock() - self._since
        is_due = waited >= (SHORTEST if share // STEP > self._shown // STEP else LONGEST)
        if share <= self._shown or not (is_due or share == 100):
            return None
        self._shown, self._since = share, self._clock()
        return f"{self._title}: {share} % of {bytes_text(self._total) if self._in_bytes else self._total}"
