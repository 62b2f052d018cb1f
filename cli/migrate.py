"""`migrate`: bring the tables to the layout of this release."""

import click

from cli.tokens import local_option
from cli.world import opened

STEP = 1000
"""Images after which it is said how far it is."""


@click.command()
@click.option("--check", is_flag=True, help="Only compare lists and totals with the images.")
@local_option
def migrate(*, check: bool, local: bool) -> None:
    """Move the images of older releases to this one's layout, while requests go on.

    Broken off, it goes on where it was when it is run again. It ends by comparing lists and totals with the images,
    and exits with 1 if they differ: run it again, as what is written meanwhile may differ for a moment.
    """
    with opened(local=local) as world:
        seen = moved = 0
        for was_moved in [] if check else world.migration.move():
            seen, moved = seen + 1, moved + was_moved
            if seen % STEP == 0:
                click.echo(f"{seen:,} images seen, {moved:,} moved", err=True)
        if not check:
            click.echo(f"{seen:,} images seen, {moved:,} moved", err=True)
        differences = world.migration.differences()
    for kind, off in sorted(differences.items()):
        click.echo(f"{kind}: {off:,} differ")
    if differences:
        raise SystemExit(1)
    click.echo("All lists and totals are as the images are.")
