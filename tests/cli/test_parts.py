"""A file is cut into parts, and read no further than it is what it was."""

import hashlib
import os
import threading
from pathlib import Path

import click
import pytest

from rosetta.options import MIB
from rosetta.parts import (
    MAX_PARTS,
    Digests,
    FileChanged,
    Part,
    Source,
    Stopped,
    bytes_of,
    digest,
    parts_of,
    usual_part_size,
)

GIB = 1024 * MIB


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file.raw"
    path.write_bytes(bytes(range(250)) * 2000)
    return path


@pytest.mark.parametrize(
    ("size", "parts"),
    [
        (0, []),
        (1, [Part(1, 0, 1)]),
        (9, [Part(1, 0, 9)]),
        (10, [Part(1, 0, 10)]),
        (11, [Part(1, 0, 10), Part(2, 10, 1)]),
        (30, [Part(1, 0, 10), Part(2, 10, 10), Part(3, 20, 10)]),
    ],
)
def test_only_the_last_part_is_smaller(size: int, parts: list[Part]) -> None:
    assert parts_of(size, 10) == parts


@pytest.mark.parametrize(
    ("size", "part_size"),
    [(0, 16 * MIB), (1, 16 * MIB), (140 * GIB, 16 * MIB), (150 * GIB, 18 * MIB), (1024 * GIB, 117 * MIB)],
    ids=["empty", "tiny", "large", "larger", "largest"],
)
def test_parts_of_huge_files_are_larger_so_that_they_are_few(size: int, part_size: int) -> None:
    assert usual_part_size(size) == part_size
    assert len(parts_of(size, part_size)) <= MAX_PARTS


def test_a_file_is_read_once_for_all_its_md5s(path: Path) -> None:
    counted: list[int] = []

    digests = digest(Source.of(path), 200_000, counted.append)

    content = path.read_bytes()
    parts = [content[:200_000], content[200_000:400_000], content[400_000:]]
    assert digests == Digests(md5(content), tuple(map(md5, parts)))
    assert sum(counted) == len(content)


def ignore(_count: int) -> None:
    """Nobody counts."""


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def test_a_file_that_changes_while_it_is_read_is_refused(path: Path) -> None:
    def append(_count: int) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    with pytest.raises(FileChanged, match="changed during the upload"):
        digest(Source.of(path), 200_000, append)


def test_a_file_that_is_gone_has_changed(path: Path) -> None:
    source = Source.of(path)
    path.unlink()

    with pytest.raises(FileChanged):
        source.check()


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(click.ClickException, match="is not a regular file"):
        Source.of(tmp_path / "pipe")


def test_the_bytes_of_a_part_are_counted_as_they_leave(path: Path) -> None:
    counted: list[int] = []
    part = Part(2, 200_000, 200_000)

    sent = b"".join(bytes_of(Source.of(path), part, counted.append, threading.Event()))

    assert sent == path.read_bytes()[200_000:400_000]
    assert sum(counted) == 200_000


def test_bytes_that_are_no_longer_there_are_missed(path: Path) -> None:
    source = Source.of(path)
    os.truncate(path, 300_000)

    with pytest.raises(FileChanged):
        list(bytes_of(source, Part(2, 200_000, 200_000), ignore, threading.Event()))


def test_no_byte_leaves_once_it_is_told_to_stop(path: Path) -> None:
    stop = threading.Event()
    left = bytes_of(Source.of(path), Part(1, 0, 400_000), ignore, stop)
    next(left)
    stop.set()

    with pytest.raises(Stopped):
        next(left)


def test_a_file_that_cannot_be_read_is_its_own_fault(path: Path) -> None:
    source = Source.of(path)
    path.unlink()

    with pytest.raises(click.ClickException, match=r"file\.raw: No such file"):
        list(bytes_of(source, Part(1, 0, 10), ignore, threading.Event()))
