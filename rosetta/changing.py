"""`image set`, `image unset`, `image delete` and `image restore`."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import click

from rosetta.answers import Image
from rosetta.console import say
from rosetta.finding import found_id, found_image, found_waiting_id
from rosetta.images import show_image
from rosetta.options import LARGEST_MINIMUM, Property, asking, image_argument, results, spelled
from rosetta.registry import Registry, open_registry
from rosetta.texts import plain


@click.command("set")
@image_argument
@click.option("--name", help="New name.")
@click.option("--disk-format", help="Disk format, e.g. qcow2 or raw; only before the image has data.")
@click.option("--container-format", help="Container format, e.g. bare or ovf; only before the image has data.")
@click.option("--property", "properties", multiple=True, type=Property(), help="Property to set; repeatable.")
@click.option("--public/--private", "is_public", default=None, help="Make the image public or private.")
@click.option("--protected/--unprotected", default=None, help="Protect the image from deletion, or not.")
@click.option("--min-disk", type=click.IntRange(0, LARGEST_MINIMUM), help="Minimum disk, in GB.")
@click.option("--min-ram", type=click.IntRange(0, LARGEST_MINIMUM), help="Minimum memory, in MB.")
@asking
@results
def set_fields(image: str, properties: Sequence[tuple[str, str]], *, as_json: bool, quiet: bool, **fields: Any) -> None:
    """Change fields and properties of an image. Everything else stays as it is."""
    given = {name: value for name, value in fields.items() if value is not None}
    if not given and not properties:
        raise click.UsageError("nothing to set: pass an option, such as --name or --property")
    registry = open_registry()
    _show_changed(registry.update(found_id(registry, image), given, dict(properties)), as_json=as_json, quiet=quiet)


@click.command()
@image_argument
@click.option(
    "--property", "names", metavar="K", multiple=True, required=True, help="Name of a property to remove; repeatable."
)
@asking
@results
def unset(image: str, names: Sequence[str], *, as_json: bool, quiet: bool) -> None:
    """Remove properties of an image. Properties that others set at the same time may be lost."""
    registry = open_registry()
    before, going = found_image(registry, image), {spelled(name) for name in names}
    unknown = sorted(going - before.properties.keys())
    if unknown:
        raise click.ClickException(plain(f"the image has no property {', '.join(unknown)}"))
    kept = {name: value for name, value in before.properties.items() if name not in going}
    _show_changed(registry.update(before.id, {}, kept, purge=True), as_json=as_json, quiet=quiet)


@click.command()
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Skip the confirmation prompt.")
@asking
@results
def delete(images: Sequence[str], *, yes: bool, as_json: bool, quiet: bool) -> None:
    """Delete images, stopping at the first that cannot be deleted."""
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("stdin is not a terminal: pass --yes to delete without confirmation")
    registry = open_registry()
    if yes:
        ids = [found_id(registry, words) for words in images]
    else:
        ids = _confirmed([found_image(registry, words) for words in images])
    deleted: list[dict[str, str]] = []
    try:
        for image_id in _deleted(registry, ids):
            deleted.append({"id": image_id})
            if quiet:
                click.echo(image_id)
            else:
                say(f"Image {image_id} is deleted.")
    finally:
        if as_json:
            click.echo(json.dumps(deleted, indent=2))


@click.command()
@image_argument
@asking
@results
def restore(image: str, *, as_json: bool, quiet: bool) -> None:
    """Restore an image whose deletion is pending: `rosetta image list --status pending_delete`."""
    registry = open_registry()
    restored = registry.restore(found_waiting_id(registry, image))
    if as_json or quiet:
        show_image(restored, as_json=as_json, quiet=quiet)
    else:
        say(f"Image {restored.id} is restored.")


def _deleted(registry: Registry, ids: Sequence[str]) -> Iterator[str]:
    """Delete images; an id that is given twice is deleted once."""
    for image_id in dict.fromkeys(ids):
        registry.delete(image_id)
        yield image_id


def _confirmed(images: Sequence[Image]) -> list[str]:
    """Ask for confirmation and return the ids to delete. Raises ClickException."""
    for image in images:
        say(f"{image.id}  {image.name or '-'}")
    if not click.confirm("Delete this image?" if len(images) == 1 else f"Delete these {len(images)}?", err=True):
        raise click.ClickException("nothing was deleted")
    return [image.id for image in images]


def _show_changed(image: Image, *, as_json: bool, quiet: bool) -> None:
    if as_json or quiet:
        show_image(image, as_json=as_json, quiet=quiet)
    else:
        say(f"Image {image.id} is changed.")
