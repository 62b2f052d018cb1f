"""`image upload`: create an image from a file."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from rosetta.answers import Image
from rosetta.console import Interrupted, say
from rosetta.formats import format_of
from rosetta.images import show_image
from rosetta.looking import Declared, check, description, look
from rosetta.options import GIB, MIB, ByteCount, asking, describing, force_option, results
from rosetta.parts import MAX_PARTS, Source, parts_of
from rosetta.records import Records, UploadRunning
from rosetta.registry import Fields, Registry, open_registry
from rosetta.texts import plain
from rosetta.uploading import Uploading, UploadRequest

SMALLEST_PART, LARGEST_PART = 5 * MIB, 5 * GIB
"""S3's limits; the last part may be smaller."""
USUAL_PARALLEL = 4


class Allowed(NamedTuple):
    """Exceptions that the user allows: empty files, or files that would be refused."""

    empty: bool = False
    refused: bool = False


NOTHING = Allowed()


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="Name of the image (default: the file name without its suffix).")
@describing
@force_option
@click.option("--allow-empty", is_flag=True, help="Upload the file even if it is empty.")
@click.option(
    "--parallel",
    type=click.IntRange(1, 32),
    default=USUAL_PARALLEL,
    show_default=True,
    help="Number of parts to send at once.",
)
@click.option("--part-size", type=ByteCount(), help="Size of a part, e.g. 64M (default: 16M, or more for huge files).")
@asking
@results
def upload(
    file: Path,
    parallel: int,
    part_size: int | None,
    *,
    allow_empty: bool,
    force: bool,
    as_json: bool,
    quiet: bool,
    **described: Any,
) -> None:
    """Upload FILE as an image. If interrupted, run the same command to resume.

    The file is inspected first: a file that the deployment would refuse is not sent.
    """
    allowed = Allowed(empty=allow_empty, refused=force)
    how = {"as_json": as_json, "quiet": quiet}
    upload_file(file, described, parallel=parallel, part_size=part_size, allowed=allowed, **how)


def upload_file(  # an option each
    file: Path,
    described: Mapping[str, Any],
    *,
    parallel: int = USUAL_PARALLEL,
    part_size: int | None = None,
    allowed: Allowed = NOTHING,
    as_json: bool,
    quiet: bool,
) -> None:
    """Upload a file as the options describe it, and show the image. Raises ClickException, ServiceError."""
    registry = open_registry(connections=parallel + 1)
    source = Source.of(file)
    _check_parts(source, part_size)
    fields: Fields = {
        **{name: value for name, value in described.items() if name != "properties"},
        "name": described["name"] if described["name"] is not None else _utf8(file.stem),
        "disk_format": _looked_at(registry, source, file, described, force=allowed.refused),
    }
    if source.size == 0 and not allowed.empty:
        _ask_for_empty(file)
    order = UploadRequest(source, fields, dict(described["properties"]), parallel, part_size)
    records = Records.of(os.environ)
    try:
        with records.alone(registry.url, source.path):
            image = Uploading(registry, records, order).run()
    except UploadRunning as error:
        raise click.ClickException(
            f"{plain(file.name)} is already being uploaded by {error}. Wait until it has ended;"
            " if it fails, run the same command to resume."
        ) from error
    except KeyboardInterrupt as error:
        raise Interrupted("Interrupted. Run the same command to resume.") from error
    if as_json or quiet:
        show_image(image, as_json=as_json, quiet=quiet)
    else:
        _show(image)


def _looked_at(registry: Registry, source: Source, file: Path, described: Mapping[str, Any], *, force: bool) -> str:
    """Inspect a file and return its disk format. Raises ClickException, also if it must not be sent; ServiceError."""
    name, found = click.format_filename(file.name), look(source)
    say(f"{name} is {description(found, source.size)}.")
    disk_format = format_of(file, described["disk_format"], found)
    declared = Declared(disk_format, described["container_format"], described["min_disk"])
    check(registry, name, found, declared, force=force)
    return disk_format


def _check_parts(source: Source, part_size: int | None) -> None:
    if part_size is None or source.size <= part_size:
        return
    if not SMALLEST_PART <= part_size <= LARGEST_PART:
        raise click.UsageError("--part-size must be between 5M and 5G")
    if len(parts_of(source.size, part_size)) > MAX_PARTS:
        raise click.UsageError(f"--part-size is too small: the maximum is {MAX_PARTS} parts")


def _ask_for_empty(file: Path) -> None:
    """Ask whether to upload an empty file. Raises ClickException unless confirmed."""
    name = click.format_filename(file)
    if not sys.stdin.isatty():
        raise click.UsageError(f"{name} is empty: `rosetta image upload --allow-empty` uploads it anyway")
    if not click.confirm(f"{name} is empty. Upload it anyway?", err=True):
        raise click.ClickException("nothing was uploaded")


def _utf8(name: str) -> str:
    """A file name as valid text: on disk it may be any bytes."""
    return os.fsencode(name).decode("utf-8", "replace")


def _show(image: Image) -> None:
    lines = {"id": image.id, "size": str(image.size), "md5": image.checksum}
    if image.properties.get("os_hash_algo") == "sha256":
        lines["sha256"] = image.properties.get("os_hash_value")
    for heading, value in lines.items():
        click.echo(f"{heading:8}{plain(value or '-')}")
