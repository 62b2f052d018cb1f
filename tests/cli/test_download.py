"""Bytes that come in pieces: those go on a file that belong there, and no others."""

import hashlib
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

import pytest

from rosetta import download
from rosetta.answers import read_image
from rosetta.download import Receiving, WrongBytes
from rosetta.http import Service
from rosetta.registry import Registry
from tests.cli.importing.scripted import Asked, Reply, scripted

CONTENT = bytes(range(200))
THERE = 10
"""Bytes that an earlier run has received."""


class Silent:
    """A meter that nobody reads."""

    def advance(self, count: int) -> None: ...
    def set_progress(self, done: int) -> None: ...


@pytest.fixture
def out(tmp_path: Path) -> Iterator[FileIO]:
    (tmp_path / "disk.part").write_bytes(CONTENT[:THERE])
    with FileIO(tmp_path / "disk.part", "r+b") as file:
        yield file


def receive(out: FileIO, *replies: Reply, to_file: bool = True) -> list[str]:
    """Go on with the file by these answers; returns the ranges that were asked for."""
    left, asked_for = list(replies), []

    def answer(asked: Asked) -> Reply:
        asked_for.append(asked.headers.get("range", ""))
        return left.pop(0)

    md5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
    image = read_image({"id": "an-image", "status": "active", "size": len(CONTENT), "checksum": md5})
    with scripted(answer) as server:
        goes_on = Receiving(Registry(Service(server.url, {})), image, out, Silent(), to_file=to_file)
        goes_on.resume()
        goes_on.run()
    return asked_for


def a_part(begin: int, first: str) -> Reply:
    return Reply(206, body=CONTENT[begin:], headers={"Content-Range": f"bytes {first}-199/200"})


def written(out: FileIO) -> bytes:
    out.seek(0)
    return out.read()


def test_what_is_missing_is_asked_for_and_appended(out: FileIO) -> None:
    asked_for = receive(out, a_part(THERE, "10"))

    assert asked_for == [f"bytes={THERE}-"]
    assert written(out) == CONTENT


@pytest.mark.parametrize(
    "answer",
    [Reply(206, body=CONTENT), a_part(0, "0"), a_part(0, "100"), a_part(0, "1"), Reply(200, body=CONTENT)],
    ids=["no range", "from the beginning", "longer number", "shorter number", "all"],
)
def test_bytes_from_another_place_than_was_asked_for_begin_the_file_anew(out: FileIO, answer: Reply) -> None:
    receive(out, answer)

    assert written(out) == CONTENT


def test_a_pipe_cannot_be_begun_anew(out: FileIO) -> None:
    with pytest.raises(WrongBytes, match="does not support resuming"):
        receive(out, Reply(200, body=CONTENT), to_file=False)


def test_each_piece_that_arrives_gives_it_all_tries_again(out: FileIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PAUSES", (0.0,))
    pieces = [
        Reply(206, body=CONTENT[begin : begin + 10], headers={"Content-Range": f"bytes {begin}-199/200"})
        for begin in range(THERE, len(CONTENT), 10)
    ]

    asked_for = receive(out, *pieces)

    assert len(asked_for) == len(pieces) > 2
    assert written(out) == CONTENT
