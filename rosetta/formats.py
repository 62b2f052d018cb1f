"""Disk formats, by what a file holds: its name says little, and raw is what has no mark at all."""

import os
from pathlib import Path
from typing import NamedTuple

import click


class Mark(NamedTuple):
    """Bytes at an offset by which a format is known; a negative offset counts from the end."""

    offset: int
    content: bytes
    disk_format: str


DISC = 32769
"""Where the first descriptor of a CD or DVD has its name."""
MARKS = (
    Mark(0, b"QFI\xfb", "qcow2"),
    Mark(0, b"vhdxfile", "vhdx"),
    Mark(0, b"KDMV", "vmdk"),
    Mark(0, b"COWD", "vmdk"),
    Mark(0, b"# Disk DescriptorFile", "vmdk"),
    Mark(64, b"\x7f\x10\xda\xbe", "vdi"),
    Mark(0, b"conectix", "vhd"),
    Mark(-512, b"conectix", "vhd"),
    Mark(0, b"WithoutFreeSpace", "ploop"),
    Mark(0, b"WithouFreSpacExt", "ploop"),
    Mark(DISC, b"CD001", "iso"),
    Mark(DISC, b"BEA01", "iso"),
)
MARKED = frozenset(mark.disk_format for mark in MARKS)
RAW = "raw"
FITTING = frozenset({(RAW, "iso")})
"""What may be declared although a file is something else: the bytes of a disc are those of a disk as well."""
SUFFIXES = {".img": RAW, **{f".{disk_format}": disk_format for disk_format in (RAW, *MARKED)}}


def found_format(path: Path) -> str | None:
    """The format that a file has a mark of. Raises OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for mark in MARKS:
            if mark.offset >= 0 or size + mark.offset >= 0:
                file.seek(mark.offset, os.SEEK_SET if mark.offset >= 0 else os.SEEK_END)
                if file.read(len(mark.content)) == mark.content:
                    return mark.disk_format
    return None


def format_of(path: Path, declared: str | None) -> str:
    """What to register a file as. Raises UsageError if it is not what is declared, or nobody knows what it is."""
    found, name = found_format(path), click.format_filename(path.name)
    if declared is not None:
        _check(name, declared, found)
        return declared
    if found is not None:
        return found
    said = SUFFIXES.get(path.suffix.lower())
    if said in MARKED:
        raise click.UsageError(f"{name} is not {said}, as its name says. Give --disk-format, such as raw.")
    if said is None:
        raise click.UsageError(f"The format of {name} is not known. Give --disk-format, such as raw.")
    return said


def _check(name: str, declared: str, found: str | None) -> None:
    """Raise UsageError if a file is another thing than what is declared, as far as both are known."""
    if found is None and declared in MARKED:
        raise click.UsageError(f"{name} is not {declared}. Give --disk-format with what it is, such as raw.")
    if found not in {None, declared} and declared in {RAW, *MARKED} and (declared, found) not in FITTING:
        raise click.UsageError(f"{name} is {found}, not {declared}. Give --disk-format {found}, or convert the file.")
