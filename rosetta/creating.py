"""`image create`: from a file, from a URL, or without data."""

from pathlib import Path
from typing import Any
from uuid import UUID

import click

from rosetta.images import show_facts, show_image
from rosetta.options import asking, describing, force_option, results
from rosetta.registry import open_registry
from rosetta.upload import Allowed, upload_file


@click.command()
@click.argument("name")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File to upload, as by `rosetta image upload`.",
)
@click.option("--copy-from", metavar="URL", help="URL that the deployment copies the data from.")
@click.option("--id", "image_id", type=click.UUID, help="Id of the image (default: chosen by the deployment).")
@describing
@force_option
@asking
@results
def create(
    name: str,
    file: Path | None,
    copy_from: str | None,
    image_id: UUID | None,
    *,
    force: bool,
    as_json: bool,
    quiet: bool,
    **described: Any,
) -> None:
    """Create an image called NAME from a file, from a URL, or without data."""
    if file is not None:
        if copy_from is not None or image_id is not None:
            raise click.UsageError("--file cannot be combined with --copy-from or --id")
        upload_file(file, {"name": name, **described}, allowed=Allowed(refused=force), as_json=as_json, quiet=quiet)
        return
    if force:
        raise click.UsageError("--force requires --file")
    properties = dict(described.pop("properties"))
    fields = {"name": name, "id": None if image_id is None else str(image_id), **described}
    image = open_registry().create(fields, properties, copy_from=copy_from)
    if as_json or quiet:
        show_image(image, as_json=as_json, quiet=quiet)
    else:
        show_facts({"id": image.id, "name": image.name, "status": image.status})
