"""`job`: list, show and watch background jobs."""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict

import click

from rosetta.answers import Job
from rosetta.console import bytes_text, is_watched, say_hidden, show_table, time_text
from rosetta.errors import ServiceError
from rosetta.images import show_facts, show_ids
from rosetta.options import asking, json_option, results
from rosetta.registry import Registry, open_registry
from rosetta.tables import Column, fitted
from rosetta.texts import plain
from rosetta.waiting import retrying

COLUMNS = (
    Column("ID"),
    Column("ACTION", 2),
    Column("STATUS", 1),
    Column("DONE", 3),
    Column("IMAGES", 7),
    Column("BEGAN", 5),
    Column("FINISHED", 6),
    Column("REASON", 4, least=12),
)
INTERVAL = 1.0
"""Seconds between two polls."""

limit_option = click.option(
    "--limit", type=click.IntRange(1, 1000), default=25, show_default=True, help="Maximum number to list."
)


@click.command("list")
@limit_option
@asking
@results
def list_jobs(limit: int, *, as_json: bool, quiet: bool) -> None:
    """List your latest jobs, newest first."""
    found = open_registry().jobs(limit)
    if as_json:
        click.echo(json.dumps([asdict(job) for job in found], indent=2))
    elif quiet:
        show_ids(job.id for job in found)
    else:
        show_table(COLUMNS, [_row(job) for job in found], empty="You have no jobs.")


@click.command()
@click.argument("job_id", metavar="ID")
@asking
@json_option
def show(job_id: str, *, as_json: bool) -> None:
    """Show a job."""
    try:
        job = open_registry().job(job_id)
    except ServiceError as error:
        if error.status != 404:
            raise
        raise click.ClickException(plain(f"you have no job {job_id}")) from error
    if as_json:
        click.echo(json.dumps(asdict(job), indent=2))
    else:
        show_facts({**asdict(job), "images": " ".join(job.images) or None, "reason": job.reason or None})


@click.command()
@limit_option
@asking
@json_option
def watch(limit: int, *, as_json: bool) -> None:
    """Watch your latest jobs until all have finished."""
    registry = open_registry()
    if is_watched(sys.stdout) and not as_json:
        _draw(registry, limit)
    else:
        _tell(registry, limit, as_json=as_json)


def _looks(registry: Registry, limit: int) -> Iterator[list[Job]]:
    """Poll the jobs until all have finished, yielding each state."""
    found = registry.jobs(limit)
    yield found
    while not all(job.is_finished for job in found):
        time.sleep(INTERVAL)
        found = retrying(lambda: registry.jobs(limit))
        yield found


def _draw(registry: Registry, limit: int) -> None:
    """Draw the jobs as a table, and redraw it until all have finished."""
    from rich.console import Console  # noqa: PLC0415  # only needed on a terminal
    from rich.live import Live  # noqa: PLC0415  # as above
    from rich.text import Text  # noqa: PLC0415  # as above

    hidden = 0
    with Live(console=Console(), auto_refresh=False) as live:
        for found in _looks(registry, limit):
            table = fitted(COLUMNS, [_row(job) for job in found], live.console.width)
            hidden = table.hidden
            text = Text("\n".join(table.lines), no_wrap=True)
            text.stylize("bold", 0, len(table.lines[0]))
            live.update(text, refresh=True)
    say_hidden(hidden)


def _tell(registry: Registry, limit: int, *, as_json: bool) -> None:
    """Print a line for each job, and again whenever it changes."""
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
    """The progress of a job."""
    if not job.size:
        return "-"
    return f"{100 * (job.done or 0) // job.size} % of {bytes_text(job.size)}"
