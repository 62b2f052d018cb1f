"""The file of an upload: its parts, their MD5s, and their data."""

import hashlib
import stat
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import BinaryIO

import click

from rosetta.console import reason_of
from rosetta.options import MIB

USUAL_PART = 16 * MIB
MAX_PARTS = 10_000
"""S3's limit."""
FEW_PARTS = 9_000
"""Above this number, parts become larger than usual instead of more."""
BLOCK = 128 * 1024
"""Bytes read at a time, and so kept in memory by a thread."""


class FileChanged(click.ClickException):
    """The file was changed after the upload began."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{click.format_filename(path)} changed during the upload: run the command again")


class Stopped(Exception):
    """Reading was cancelled."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file, with its size and modification time at the beginning."""

    path: Path
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> "Source":
        """The file in its current state. Raises ClickException if it is not a regular file."""
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise click.ClickException(f"{click.format_filename(path)} is not a regular file")
        return cls(path.resolve(), found.st_size, found.st_mtime_ns)

    def check(self) -> None:
        """Raise FileChanged if the file was changed."""
        try:
            now = Source.of(self.path)
        except OSError as error:
            raise FileChanged(self.path) from error
        if now != self:
            raise FileChanged(self.path)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file. Numbers start at 1."""

    number: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Digests:
    """The MD5s of a file and of its parts in order, in hexadecimal."""

    md5: str
    parts: tuple[str, ...]


def usual_part_size(size: int) -> int:
    """The default part size: 16 MiB, or for huge files as many MiB as it takes for at most `FEW_PARTS`."""
    enough = -(-size // FEW_PARTS)
    return max(USUAL_PART, -(-enough // MIB) * MIB)


def parts_of(size: int, part_size: int) -> list[Part]:
    """Split a file into parts; only the last may be smaller."""
    offsets = range(0, size, part_size)
    return [Part(number, offset, min(part_size, size - offset)) for number, offset in enumerate(offsets, start=1)]


def digest(source: Source, part_size: int, advance: Callable[[int], None]) -> Digests:
    """Compute all MD5s in one pass. Raises FileChanged."""
    whole, of_parts = _md5(), []
    with source.path.open("rb", buffering=0) as file:
        for part in parts_of(source.size, part_size):
            of_part = _md5()
            for block in _blocks(file, part.size):
                whole.update(block)
                of_part.update(block)
                advance(len(block))
            of_parts.append(of_part.hexdigest())
    source.check()
    return Digests(whole.hexdigest(), tuple(of_parts))


def _md5() -> "hashlib._Hash":
    return hashlib.md5(usedforsecurity=False)


def _blocks(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the next `size` bytes in blocks, or fewer at the end of the file."""
    while size > 0 and (block := file.read(min(BLOCK, size))):
        size -= len(block)
        yield block


def bytes_of(source: Source, part: Part, left: Callable[[int], None], stop: Event) -> Generator[bytes]:
    """Yield the data of a part in blocks; each is counted when the next is requested.

    Raises FileChanged if the file has become too short, and Stopped if it is cancelled.
    """
    missing = part.size
    try:
        with source.path.open("rb", buffering=0) as file:
            file.seek(part.offset)
            for block in _blocks(file, part.size):
                if stop.is_set():
                    raise Stopped
                yield block
                missing -= len(block)
                left(len(block))
    except OSError as error:  # an OSError would be taken for one of the connection
        raise click.ClickException(reason_of(error)) from error
    if missing:
        raise FileChanged(source.path)
