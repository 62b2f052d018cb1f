"""`migrate`: move the tables to the layout of this release."""

import json

import click

from rosetta.needs import opened
from rosetta.options import json_option, local_option

STEP = 1000
"""Images between two lines of progress."""


@click.command()
@click.option("--check", is_flag=True, help="Only compare lists and totals with the images; move nothing.")
@local_option
@json_option
def migrate(*, check: bool, local: bool, as_json: bool) -> None:
    """Move images of older releases to the current layout, while requests continue.

    If interrupted, run it again to resume. At the end it compares lists and totals with the images, and exits with 1
    if they differ: run it again then, as concurrent changes may differ for a moment.
    """
    with opened("migrate", local=local) as world:
        seen = moved = 0
        for was_moved in [] if check else world.migration.move():
            seen, moved = seen + 1, moved + was_moved
            if seen % STEP == 0:
                click.echo(f"{seen:,} images seen, {moved:,} moved", err=True)
        if not check:
            click.echo(f"{seen:,} images seen, {moved:,} moved", err=True)
        differences = dict(sorted(world.migration.differences().items()))
    if as_json:
        click.echo(json.dumps(differences))
    for kind, off in {} if as_json else differences.items():
        click.echo(f"{kind}: {off:,} differ")
    if differences:
        raise SystemExit(1)
    if not as_json:
        click.echo("All lists and totals match the images.")
