"""`image list`, `image show` and `image share`."""

import itertools
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict

import click

from rosetta.answers import Image
from rosetta.console import bytes_text, show_table
from rosetta.finding import BEGINNING_OF_TIME, EVERYWHERE, found_id, found_image
from rosetta.options import asking, image_argument, json_option, results
from rosetta.registry import open_registry
from rosetta.tables import Column
from rosetta.texts import plain

COLUMNS = (
    Column("ID"),
    Column("NAME", 1, least=12),
    Column("STATUS", 2),
    Column("SIZE", 3),
    Column("FORMAT", 5),
    Column("VISIBILITY", 4),
    Column("OWNER", 6),
)
MEMBERS = (Column("TENANT"), Column("CAN SHARE", 1))
STATUSES = ("queued", "saving", "active", "deactivated", "killed", "pending_delete", "deleted")
LISTED_WITH_CHANGES = frozenset({"killed", "deleted", "pending_delete"})
"""Statuses that lists show only with `changes-since`."""


@click.command("list")
@click.option("--name", help="Filter by name.")
@click.option("--status", type=click.Choice(STATUSES), help="Filter by status.")
@click.option("--real-format", metavar="FORMAT", help="Filter by the format found by inspection, e.g. qcow2.")
@click.option("--limit", type=click.IntRange(1), help="Maximum number to list (default: all).")
@click.option("--all-tenants", is_flag=True, help="List images of all tenants (administrators only).")
@asking
@results
def list_images(
    name: str | None,
    status: str | None,
    real_format: str | None,
    limit: int | None,
    *,
    all_tenants: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """List the images that you can see, newest first."""
    asked = {
        "name": name,
        "status": status,
        "property-inspection_formats": real_format,
        "changes-since": BEGINNING_OF_TIME if status in LISTED_WITH_CHANGES else None,
    }
    filters = {key: value for key, value in asked.items() if value is not None} | (EVERYWHERE if all_tenants else {})
    found = list(itertools.islice(open_registry().images(**filters), limit))
    if as_json:
        click.echo(json.dumps([asdict(image) for image in found], indent=2))
    elif quiet:
        show_ids(image.id for image in found)
    else:
        empty = "No images match." if name or status or real_format else "There are no images that you can see."
        show_table(COLUMNS, [_row(image) for image in found], empty=empty)


@click.command()
@image_argument
@asking
@results
def show(image: str, *, as_json: bool, quiet: bool) -> None:
    """Show an image, its properties and the results of its inspection."""
    registry = open_registry()
    found = found_image(registry, image)
    if quiet or as_json:
        show_image(found, as_json=as_json, quiet=quiet)
        return
    from rosetta.findings import TOLD, told  # noqa: PLC0415  # not needed for lists

    reason = {"reason": found.reason} if found.status == "killed" else {}
    show_facts({**_facts(found), **reason, **told(found, registry.inspection_policy), **_properties(found, TOLD)})


@click.command()
@image_argument
@click.argument("tenants", metavar="[TENANT]...", nargs=-1)
@click.option("--can-share/--no-can-share", default=None, help="Let these tenants share it with others, or not.")
@click.option("--remove", is_flag=True, help="Stop sharing with these tenants.")
@asking
@json_option
def share(image: str, tenants: Sequence[str], *, can_share: bool | None, remove: bool, as_json: bool) -> None:
    """Share an image with each TENANT, then list all its members."""
    if remove and can_share is not None:
        raise click.UsageError("--remove cannot be combined with --can-share")
    registry = open_registry()
    image_id = found_id(registry, image)
    for tenant in tenants:
        if remove:
            registry.remove_member(image_id, tenant)
        else:
            registry.add_member(image_id, tenant, can_share=can_share)
    if remove and registry.image(image_id) is None:
        click.echo("You no longer see this image.", err=as_json)
        return
    members = registry.members(image_id)
    if as_json:
        click.echo(json.dumps([asdict(member) for member in members], indent=2))
    else:
        rows = [(member.tenant, shown(member.can_share)) for member in members]
        show_table(MEMBERS, rows, empty="The image is shared with nobody.")


def show_ids(ids: Iterable[str]) -> None:
    """Print ids to stdout, one per line."""
    for each in ids:
        click.echo(plain(each))


def show_image(image: Image, *, as_json: bool, quiet: bool = False) -> None:
    """Print an image to stdout as a table, as JSON, or only its id."""
    if quiet:
        show_ids([image.id])
        return
    if as_json:
        click.echo(json.dumps(asdict(image), indent=2))
    else:
        show_facts({**_facts(image), **_properties(image)})


def _facts(image: Image) -> dict[str, object]:
    """The fields by label, sizes also in human-readable units."""
    facts = {name: value for name, value in asdict(image).items() if name != "properties"}
    if image.virtual_size is not None:
        facts["virtual_size"] = f"{image.virtual_size} ({bytes_text(image.virtual_size)})"
    return facts


def _properties(image: Image, without: Collection[str] = ()) -> dict[str, object]:
    return {f"property {name}": value for name, value in sorted(image.properties.items()) if name not in without}


def show_facts(facts: dict[str, object]) -> None:
    """Print one line per fact, except those that are None."""
    width = max(map(len, facts)) + 2
    for name, value in facts.items():
        if value is not None:
            click.echo(f"{plain(name):{width}}{plain(shown(value))}")


def shown(value: object) -> str:
    """Format a value for people."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _row(image: Image) -> tuple[str, ...]:
    size = bytes_text(image.size) if image.size or image.status == "active" else "-"
    visibility = "public" if image.is_public else "private"
    return image.id, image.name or "-", image.status, size, image.disk_format or "-", visibility, image.owner or "-"
