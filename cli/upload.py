"""`upload`: a file becomes an image."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import click

from cli.answers import Image
from cli.console import Interrupted, plain
from cli.formats import format_of
from cli.parts import MIB, MOST_PARTS, Source, parts_of
from cli.records import Records, UploadRunning
from cli.registry import Fields, open_registry
from cli.uploading import Order, Uploading

MULTIPLES = {"": 1, "K": 1024, "M": MIB, "G": 1024 * MIB}
SMALLEST_PART, LARGEST_PART = 5 * MIB, 5 * 1024 * MIB
"""What S3 takes; the last part may be smaller."""
LARGEST_MINIMUM = 2**31 - 1


class ByteCount(click.ParamType[int]):
    """A number of bytes, or one with a unit, such as 16M."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read `16777216`, `16M` or `16MiB`."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"([1-9][0-9]{0,12})([KMG]?)(?:iB)?", value)
        if found is None:
            self.fail(f"{value!r} is no size such as 16M", param, ctx)
        return int(found[1]) * MULTIPLES[found[2]]


class Property(click.ParamType[tuple[str, str]]):
    """A property and its value, as K=V."""

    name = "K=V"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Read `os_distro=debian`; the name as the service will spell it."""
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not name or not equals:
            self.fail(f"{value!r} is not of the form K=V", param, ctx)
        return name.lower().replace("-", "_"), text


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="The image's name; the file's, without its suffix, if none is given.")
@click.option("--disk-format", help="Such as qcow2 or raw; what the file is if none is given.")
@click.option("--container-format", default="bare", show_default=True, help="Such as bare or ovf.")
@click.option("--property", "properties", multiple=True, type=Property(), help="A property; may be repeated.")
@click.option("--public", is_flag=True, help="Everybody sees the image.")
@click.option("--protected", is_flag=True, help="The image cannot be deleted.")
@click.option("--min-disk", type=click.IntRange(0, LARGEST_MINIMUM), default=0, help="GB of disk that it needs.")
@click.option("--min-ram", type=click.IntRange(0, LARGEST_MINIMUM), default=0, help="MB of memory that it needs.")
@click.option("--parallel", type=click.IntRange(1, 32), default=4, show_default=True, help="Parts sent at once.")
@click.option("--part-size", type=ByteCount(), help="Bytes in a part, such as 64M; 16M, or more if the file is huge.")
def upload(  # noqa: PLR0913, PLR0917  # an option each
    file: Path,
    name: str | None,
    disk_format: str | None,
    container_format: str,
    properties: Sequence[tuple[str, str]],
    public: bool,  # noqa: FBT001  # passed by name
    protected: bool,  # noqa: FBT001  # passed by name
    min_disk: int,
    min_ram: int,
    parallel: int,
    part_size: int | None,
) -> None:
    """Upload FILE as an image. If it is broken off, the same command goes on where it was."""
    registry = open_registry(connections=parallel + 1)
    source = Source.of(file)
    _check_parts(source, part_size)
    fields: Fields = {
        "name": name if name is not None else _utf8(file.stem),
        "disk_format": format_of(file, disk_format),
        "container_format": container_format,
        "is_public": public,
        "protected": protected,
        "min_disk": min_disk,
        "min_ram": min_ram,
    }
    order = Order(source, fields, dict(properties), parallel, part_size)
    records = Records.of(os.environ)
    try:
        with records.alone(registry.url, source.path):
            image = Uploading(registry, records, order).run()
    except UploadRunning as error:
        raise click.ClickException(
            f"{plain(file.name)} is being uploaded already, by {error}. Wait until it has ended;"
            " if it does not succeed, the same command goes on where it was."
        ) from error
    except KeyboardInterrupt as error:
        raise Interrupted("Interrupted. The same command goes on where this one was.") from error
    _show(image)


def _check_parts(source: Source, part_size: int | None) -> None:
    if part_size is None or source.size <= part_size:
        return
    if not SMALLEST_PART <= part_size <= LARGEST_PART:
        raise click.UsageError("--part-size must be between 5M and 5G")
    if len(parts_of(source.size, part_size)) > MOST_PARTS:
        raise click.UsageError(f"--part-size is too small: there may be no more than {MOST_PARTS} parts")


def _utf8(name: str) -> str:
    """A file's name as text: it may be any bytes."""
    return os.fsencode(name).decode("utf-8", "replace")


def _show(image: Image) -> None:
    lines = {"id": image.id, "size": str(image.size), "md5": image.checksum}
    if image.properties.get("os_hash_algo") == "sha256":
        lines["sha256"] = image.properties.get("os_hash_value")
    for heading, value in lines.items():
        click.echo(f"{heading:8}{plain(value or '-')}")
