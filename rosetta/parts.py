"""The file of an upload: how it is cut into parts, what their MD5s are, and the bytes of each as they leave."""

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
"""S3 takes no more."""
FEW_PARTS = 9_000
"""How many parts of a larger size are preferred to more of the usual one."""
BLOCK = 128 * 1024
"""Bytes read at once: all that a thread keeps in memory."""


class FileChanged(click.ClickException):
    """The file is no longer what it was when the command began."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{click.format_filename(path)} changed during the upload: run the command again")


class Stopped(Exception):
    """Nobody wants the bytes any more."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was when the command began."""

    path: Path
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> "Source":
        """The file as it is. Raises ClickException for what is not a regular file."""
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise click.ClickException(f"{click.format_filename(path)} is not a regular file")
        return cls(path.resolve(), found.st_size, found.st_mtime_ns)

    def check(self) -> None:
        """Raise FileChanged unless the file is the same."""
        try:
            now = Source.of(self.path)
        except OSError as error:
            raise FileChanged(self.path) from error
        if now != self:
            raise FileChanged(self.path)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file. Numbers begin at 1."""

    number: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Digests:
    """The MD5 of a file and those of its parts, in hexadecimal, in their order."""

    md5: str
    parts: tuple[str, ...]


def usual_part_size(size: int) -> int:
    """How large the parts of a file are if nobody says so: 16 MiB, or whole MiB that make few enough of them."""
    enough = -(-size // FEW_PARTS)
    return max(USUAL_PART, -(-enough // MIB) * MIB)


def parts_of(size: int, part_size: int) -> list[Part]:
    """The parts of a file; only the last may be smaller than the others."""
    offsets = range(0, size, part_size)
    return [Part(number, offset, min(part_size, size - offset)) for number, offset in enumerate(offsets, start=1)]


def digest(source: Source, part_size: int, advance: Callable[[int], None]) -> Digests:
    """Read the file once. Raises FileChanged if it does not stay the same."""
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
    """The next `size` bytes, or fewer at the end."""
    while size > 0 and (block := file.read(min(BLOCK, size))):
        size -= len(block)
        yield block


def bytes_of(source: Source, part: Part, left: Callable[[int], None], stop: Event) -> Generator[bytes]:
    """The bytes of a part, block by block, each counted once the next one is asked for.

    Raises FileChanged if the file has become too short, and Stopped if it is told to.
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
    except OSError as error:  # or else it would pass for one of the connection's
        raise click.ClickException(reason_of(error)) from error
    if missing:
        raise FileChanged(source.path)
