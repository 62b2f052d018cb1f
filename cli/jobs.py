"""`jobs`: what the worker has done, does and will do."""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict

import click
from rich.console import Console
from rich.live import Live

from cli.answers import Job
from cli.console import bytes_text, is_watched, plain, rich_table, show_table, time_text
from cli.images import json_option
from cli.registry import Registry, open_registry
from cli.waiting import patiently

HEADINGS = ("ID", "ACTION", "STATUS", "DONE", "IMAGES", "BEGAN", "FINISHED", "REASON")
INTERVAL = 1.0
"""Seconds between two looks."""


@click.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=25, show_default=True, help="At most so many.")
@click.option("--watch", is_flag=True, help="Go on until none is unfinished.")
@json_option
def jobs(limit: int, *, watch: bool, as_json: bool) -> None:
    """List your latest jobs, the newest first."""
    registry = open_registry()
    if not watch:
        found = registry.jobs(limit)
        if as_json:
            click.echo(json.dumps([asdict(job) for job in found], indent=2))
        else:
            show_table(HEADINGS, [_row(job) for job in found])
    elif is_watched(sys.stdout) and not as_json:
        _draw(registry, limit)
    else:
        _tell(registry, limit, as_json=as_json)


def _looks(registry: Registry, limit: int) -> Iterator[list[Job]]:
    """The jobs now, and again and again until all are finished."""
    found = registry.jobs(limit)
    yield found
    while not all(job.is_finished for job in found):
        time.sleep(INTERVAL)
        found = patiently(lambda: registry.jobs(limit))
        yield found


def _draw(registry: Registry, limit: int) -> None:
    """A table that is kept up to date."""
    with Live(console=Console(), auto_refresh=False) as live:
        for found in _looks(registry, limit):
            live.update(rich_table(HEADINGS, map(_row, found)), refresh=True)


def _tell(registry: Registry, limit: int, *, as_json: bool) -> None:
    """A line for each job that is there, and one for each change of it."""
    known: dict[str, Job] = {}
    for found in _looks(registry, limit):
        for job in reversed(found):
            if known.get(job.id) != job:
                known[job.id] = job
                click.echo(json.dumps(asdict(job)) if as_json else "  ".join(map(plain, _row(job))).rstrip(" -"))


def _row(job: Job) -> tuple[str, ...]:
    times = [time_text(instant) for instant in (job.began_at, job.finished_at)]
    return job.id, job.action, job.status, _done(job), " ".join(job.images) or "-", *times, job.reason or "-"


def _done(job: Job) -> str:
    """How far a job is."""
    if not job.size:
        return "-"
    return f"{100 * (job.done or 0) // job.size} % of {bytes_text(job.size)}"
