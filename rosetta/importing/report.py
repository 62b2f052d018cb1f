"""Progress and results of an import."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from rosetta.console import bytes_text, is_watched, say, show_table
from rosetta.importing.records import Kind, Outcome, Record
from rosetta.tables import Column
from rosetta.texts import plain

REFUSED = (Column("REFUSED"), Column("NAME", 1, least=12), Column("WHY"))
LULL = 5.0
"""Seconds between two progress lines if stderr is not a terminal."""
WORTH_A_BAR = 16 << 20
"""Minimum size of an image with its own progress bar."""


class Tally:
    """Counts outcomes."""

    def __init__(self) -> None:
        self.counts = Counter(dict.fromkeys(Kind, 0))
        self.refused: list[tuple[str, str, str]] = []

    def add(self, record: Record[Any], outcome: Outcome) -> None:
        """Count the outcome of an image."""
        self.counts[outcome.kind] += 1
        if outcome.kind is Kind.REFUSED:
            self.refused.append((record.id, record.name, outcome.reason))

    def line(self) -> str:
        """The counts in one line."""
        return ", ".join(f"{kind.value} {count}" for kind, count in self.counts.items())

    def document(self) -> dict[str, Any]:
        """The counts, and each refused image with the reason, for JSON."""
        refused = [{"id": image, "name": name, "reason": reason} for image, name, reason in self.refused]
        return {**{kind.value: count for kind, count in self.counts.items()}, "images_refused": refused}

    def show(self) -> None:
        """Print refused images with reasons, then totals, to stdout."""
        if self.refused:
            show_table(REFUSED, self.refused, empty="")
            click.echo()
        show_table(
            [*(Column(kind.upper()) for kind in Kind), Column("TOTAL")],
            [[*map(str, self.counts.values()), str(self.counts.total())]],
            empty="",
        )


class Watch(Protocol):
    """Shows the progress of an import."""

    def moved(self, image_id: str, done: int, size: int, /) -> None:
        """Show that `done` bytes of an image were read. Thread-safe."""

    def finished(self, record: Record[Any], tally: Tally) -> None:
        """Show that an image is finished; it was counted before."""


@contextmanager
def watching() -> Iterator[Watch]:
    """Show progress on stderr: bars on a terminal, otherwise lines."""
    if not is_watched(sys.stderr):
        yield Lines(say)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn(binary_units=True))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), redirect_stdout=False) as progress:
        yield Bars(progress)


class Lines:
    """Progress as lines, at most one every few seconds."""

    def __init__(self, show: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._show = show
        self._clock = clock
        self._shown_at = clock()
        self._bytes: Counter[str] = Counter()
        self._lock = threading.Lock()

    def moved(self, image_id: str, done: int, _size: int) -> None:
        """Add to the number of bytes of the next line."""
        with self._lock:
            self._bytes[image_id] = done

    def finished(self, record: Record[Any], tally: Tally) -> None:  # noqa: ARG002  # only counts are shown
        """Show a line if one is due."""
        now = self._clock()
        if now - self._shown_at >= LULL:
            self._shown_at = now
            with self._lock:
                moved = self._bytes.total()
            self._show(f"{tally.line()}; {bytes_text(moved)} read")


class Bars:
    """Progress as bars: one for the import, whose total is unknown, and one for each large image in progress."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._whole = progress.add_task("reading", total=None)
        self._tasks: dict[str, TaskID] = {}
        self._bytes: Counter[str] = Counter()
        self._lock = threading.Lock()

    def moved(self, image_id: str, done: int, size: int) -> None:
        """Update the bars."""
        with self._lock:
            self._bytes[image_id] = done
            self._progress.update(self._whole, completed=self._bytes.total())
            if image_id not in self._tasks and size >= WORTH_A_BAR:
                self._tasks[image_id] = self._progress.add_task(escape(plain(image_id)), total=size)
            if image_id in self._tasks:
                self._progress.update(self._tasks[image_id], completed=done)

    def finished(self, record: Record[Any], tally: Tally) -> None:
        """Update the counts, and remove the image's own bar."""
        with self._lock:
            task = self._tasks.pop(record.id, None)
            if task is not None:
                self._progress.remove_task(task)
            self._progress.update(self._whole, description=tally.line())
