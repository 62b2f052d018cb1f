"""Choose the disk format of a file: from its bytes, or from its name if they have no signature."""

from pathlib import Path

import click

from chalicelib.catalog.inspection import ACCEPTED, Finding, Inspection

RAW = "raw"
MARKED = frozenset(ACCEPTED) - {RAW}
"""Formats that can be recognised by a signature."""
REGISTERED_AS = {"luks": RAW}
"""Formats that are registered under another name."""
FITTING = frozenset({(RAW, ("iso",)), (RAW, ())})
"""Pairs of declared and detected formats that may be accepted: discs and compressed data are valid raw disks, too."""
SUFFIXES = {".img": RAW, **{f".{disk_format}": disk_format for disk_format in ACCEPTED}}


def format_of(path: Path, declared: str | None, found: Inspection) -> str:
    """The declared format, or else the detected one. Raises UsageError if there is neither."""
    if declared is not None:
        return declared
    name = click.format_filename(path.name)
    if found.compression:
        raise click.UsageError(f"{name} is compressed with {found.compression}. Decompress it, or pass --disk-format.")
    if len(found.formats) > 1:
        raise click.UsageError(f"{name} can be read as {' and as '.join(found.formats)}. Pass --disk-format.")
    [told] = found.formats
    disk_format = REGISTERED_AS.get(told, told)
    if disk_format not in ACCEPTED:
        raise click.UsageError(f"{name} is {told}, which is not an image format. Convert it, or pass --disk-format.")
    if told == RAW:
        _check_name(path, name, is_disk=bool(found.partition_table or found.filesystem))
    return disk_format


def _check_name(path: Path, name: str, *, is_disk: bool) -> None:
    """Raise UsageError unless the name of a file without a signature says that it is raw."""
    said = SUFFIXES.get(path.suffix.lower())
    if said in MARKED:
        raise click.UsageError(f"{name} is not {said}, as its name says. Pass --disk-format, e.g. raw.")
    if said is None and not is_disk:
        raise click.UsageError(f"Can't detect the disk format of {name}. Pass --disk-format, e.g. raw.")


def misdeclared(found: Inspection, disk_format: str, container_format: str) -> str | None:
    """Why the declared format is certainly wrong, whatever the deployment's policy; None if it may be right."""
    if (disk_format, found.formats) in FITTING or Finding.SEVERAL_FORMATS in found.findings:
        return None
    return found.mismatch(disk_format, container_format)
