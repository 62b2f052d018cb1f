"""The disk format that a file is registered as: what its bytes are, and where they say nothing, what it is called."""

from pathlib import Path

import click

from chalicelib.catalog.inspection import ACCEPTED, Finding, Inspection

RAW = "raw"
MARKED = frozenset(ACCEPTED) - {RAW}
"""Formats that a file says it has."""
REGISTERED_AS = {"luks": RAW}
"""Formats that images are declared by another name."""
FITTING = frozenset({(RAW, ("iso",)), (RAW, ())})
"""What a deployment may take, if it likes: the bytes of a disc, or of something compressed, are those of a disk too."""
SUFFIXES = {".img": RAW, **{f".{disk_format}": disk_format for disk_format in ACCEPTED}}


def format_of(path: Path, declared: str | None, found: Inspection) -> str:
    """What to register a file as. Raises UsageError if nothing is declared and the file does not say it."""
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
    """Raise UsageError if what has no mark of a format is not called raw either, or is called something else."""
    said = SUFFIXES.get(path.suffix.lower())
    if said in MARKED:
        raise click.UsageError(f"{name} is not {said}, as its name says. Pass --disk-format, e.g. raw.")
    if said is None and not is_disk:
        raise click.UsageError(f"Can't detect the disk format of {name}. Pass --disk-format, e.g. raw.")


def misdeclared(found: Inspection, disk_format: str, container_format: str) -> str | None:
    """Why a declared format is a mistake, whatever a deployment makes of it; None if it is none, or nobody can say."""
    if (disk_format, found.formats) in FITTING or Finding.SEVERAL_FORMATS in found.findings:
        return None
    return found.mismatch(disk_format, container_format)
