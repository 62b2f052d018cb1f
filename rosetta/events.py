"""`image events`: the history of an image."""

import json
from dataclasses import asdict

import click

from rosetta.answers import Event
from rosetta.console import show_table, time_text
from rosetta.finding import found_id
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
def events(image: str, *, as_json: bool) -> None:
    """Show the history of an image, oldest first, even after its deletion."""
    registry = open_registry()
    found = registry.events(found_id(registry, image))
    if as_json:
        click.echo(json.dumps([asdict(event) for event in found], indent=2))
    else:
        show_table(COLUMNS, [_row(event) for event in found], empty="This image has no history.")


def _row(event: Event) -> tuple[str, ...]:
    by = (event.user, event.tenant, event.dialect)
    what = [*event.fields, *(f"+{member}" for member in event.members), *(f"-{each}" for each in event.removed_members)]
    told = event.reason or " ".join(what)
    return time_text(event.at), event.event, *(each or "-" for each in by), told or "-", event.request_id or "-"
