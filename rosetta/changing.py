"""`image set`, `image unset` and `image delete`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import click

from rosetta.console import say
from rosetta.images import known_image, show_image
from rosetta.options import LARGEST_MINIMUM, Property, asking, image_argument, json_option, spelled
from rosetta.registry import open_registry
from rosetta.texts import plain


@click.command("set")
@image_argument
@click.option("--name", help="What it is called.")
@click.option("--disk-format", help="Such as qcow2 or raw; as long as it has no bytes.")
@click.option("--container-format", help="Such as bare or ovf; as long as it has no bytes.")
@click.option("--property", "properties", multiple=True, type=Property(), help="A property; may be repeated.")
@click.option("--public/--private", "is_public", default=None, help="Whether everybody sees it.")
@click.option("--protected/--unprotected", default=None, help="Whether it cannot be deleted.")
@click.option("--min-disk", type=click.IntRange(0, LARGEST_MINIMUM), help="GB of disk that it needs.")
@click.option("--min-ram", type=click.IntRange(0, LARGEST_MINIMUM), help="MB of memory that it needs.")
@asking
@json_option
def set_fields(image_id: UUID, properties: Sequence[tuple[str, str]], *, as_json: bool, **fields: Any) -> None:
    """Change fields and properties of an image; what is not named stays as it is."""
    given = {name: value for name, value in fields.items() if value is not None}
    if not given and not properties:
        raise click.UsageError("there is nothing to set: name it by an option, such as --name or --property")
    image = open_registry().update(str(image_id), given, dict(properties))
    if as_json:
        show_image(image, as_json=True)
    else:
        say(f"Image {image.id} is changed.")


@click.command()
@image_argument
@click.option(
    "--property", "names", metavar="K", multiple=True, required=True, help="The name of one; may be repeated."
)
@asking
@json_option
def unset(image_id: UUID, names: Sequence[str], *, as_json: bool) -> None:
    """Remove properties of an image. Whoever sets others in the same moment may find them gone as well."""
    registry = open_registry()
    image, going = known_image(registry, image_id), {spelled(name) for name in names}
    unknown = sorted(going - image.properties.keys())
    if unknown:
        raise click.ClickException(plain(f"the image has no property {', '.join(unknown)}"))
    kept = {name: value for name, value in image.properties.items() if name not in going}
    image = registry.update(image.id, {}, kept, purge=True)
    if as_json:
        show_image(image, as_json=True)
    else:
        say(f"Image {image.id} is changed.")


@click.command()
@click.argument("image_ids", metavar="ID...", type=click.UUID, nargs=-1, required=True)
@asking
def delete(image_ids: Sequence[UUID]) -> None:
    """Delete images, up to the first that cannot be deleted."""
    registry = open_registry()
    for image_id in image_ids:
        registry.delete(str(image_id))
        say(f"Image {image_id} is deleted.")
