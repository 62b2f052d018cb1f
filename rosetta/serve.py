"""`serve`: run Rosetta on this machine."""

import os
from pathlib import Path

import click

from rosetta.needs import server_libraries


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 for any free port. [default: 8000]")
@click.option("--seed", type=click.Path(path_type=Path), help="JSON file with data to load at start.")
@click.option("--engine", type=click.Choice(["moto", "dynoxide"]), help="DynamoDB emulator. [default: moto]")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Folder for its files. [default: .local]"
)
@click.pass_context
def serve(ctx: click.Context, port: int | None, seed: Path | None, engine: str | None, folder: Path | None) -> None:
    """Run Rosetta on this machine with an emulated AWS, until Ctrl-C.

    The variables PORT, SEED, ENGINE and LOCAL_DIR set the defaults. All data is lost when it stops, except for the
    tables with the engine dynoxide.
    """
    with server_libraries("serve"):
        from local.__main__ import main  # noqa: PLC0415  # its libraries are optional
    said = {"PORT": port, "SEED": seed, "ENGINE": engine, "LOCAL_DIR": folder}
    os.environ.update({name: str(value) for name, value in said.items() if value is not None})
    ctx.exit(main())
