"""`image events`: what has happened to an image."""

import json
from dataclasses import asdict
from uuid import UUID

import click

from rosetta.answers import Event
from rosetta.console import show_table, time_text
from rosetta.options import asking, image_argument, json_option
from rosetta.registry import open_registry
from rosetta.tables import Column

COLUMNS = (
    Column("TIME"),
    Column("EVENT"),
    Column("USER", 1, least=8),
    Column("TENANT", 3, least=8),
    Column("DIALECT", 5),
    Column("WHAT", 2, least=12),
    Column("REQUEST", 4),
)


@click.command()
@image_argument
@asking
@json_option
def events(image_id: UUID, *, as_json: bool) -> None:
    """Show what has happened to an image, the oldest first, also if it is deleted."""
    found = open_registry().events(str(image_id))
    if as_json:
        click.echo(json.dumps([asdict(event) for event in found], indent=2))
    else:
        show_table(COLUMNS, [_row(event) for event in found], empty="Nothing has happened to this image.")


def _row(event: Event) -> tuple[str, ...]:
    by = (event.user, event.tenant, event.dialect)
    what = [*event.fields, *(f"+{member}" for member in event.members), *(f"-{each}" for each in event.removed_members)]
    told = event.reason or " ".join(what)
    return time_text(event.at), event.event, *(each or "-" for each in by), told or "-", event.request_id or "-"
