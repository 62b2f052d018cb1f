"""`serve`: the whole of Rosetta on this machine."""

import os
from pathlib import Path

import click

from rosetta.needs import server_libraries


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Where to listen; 0 for any that is free. [default: 8000]")
@click.option("--seed", type=click.Path(path_type=Path), help="What to load at the start: a JSON file.")
@click.option("--engine", type=click.Choice(["moto", "dynoxide"]), help="The DynamoDB to use. [default: moto]")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="What it keeps is here. [default: .local]"
)
@click.pass_context
def serve(ctx: click.Context, port: int | None, seed: Path | None, engine: str | None, folder: Path | None) -> None:
    """Serve Rosetta on this machine, over a local AWS, until Ctrl-C.

    The variables PORT, SEED, ENGINE and LOCAL_DIR say what no option says. Nothing is kept when it stops, unless the
    engine is dynoxide, which keeps the tables.
    """
    with server_libraries("serve"):
        from local.__main__ import main  # noqa: PLC0415  # only who serves has its libraries
    said = {"PORT": port, "SEED": seed, "ENGINE": engine, "LOCAL_DIR": folder}
    os.environ.update({name: str(value) for name, value in said.items() if value is not None})
    ctx.exit(main())
