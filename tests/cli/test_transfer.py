"""Parts on their way to a store: what is tried again, for how long, and what is counted."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from rosetta import transfer
from rosetta.answers import Upload
from rosetta.errors import ServiceError
from rosetta.http import Service
from rosetta.parts import Source, digest, parts_of
from rosetta.registry import Registry
from rosetta.transfer import Links, Sending
from tests.cli.importing.scripted import Asked, Reply, scripted

CONTENT = b"0123456789"
PART = 4


class Store:
    """A service that gives links to itself, and takes parts, but for these answers first."""

    def __init__(self, *failures: Reply) -> None:
        self.failures = list(failures)
        self.url = ""
        self.tried: list[str] = []
        self.parts: dict[str, bytes] = {}

    def __call__(self, asked: Asked) -> Reply:
        if asked.method == "POST":
            return Reply(document={"links": [self._link(part["number"]) for part in asked.json["parts"]]})
        self.tried.append(asked.path)
        if self.failures:
            return self.failures.pop(0)
        self.parts[asked.path] = asked.body
        return Reply(headers={"ETag": f'"{hashlib.md5(asked.body, usedforsecurity=False).hexdigest()}"'})

    def _link(self, number: int) -> dict[str, Any]:
        length = min(PART, len(CONTENT) - (number - 1) * PART)
        return {"number": number, "url": f"{self.url}/{number}", "headers": {"Content-Length": str(length)}}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait before trying again."""
    monkeypatch.setattr(transfer, "PAUSES", (0.0, 0.0))


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "disk.raw").write_bytes(CONTENT)
    return Source.of(tmp_path / "disk.raw")


def send(source: Source, store: Store) -> int:
    """Send all parts, one after the other; returns how many bytes are counted."""
    counted: list[int] = []
    upload, parts = Upload("u1", "an-image", source.size, PART, 3, (), ()), parts_of(source.size, PART)
    with scripted(store) as server:
        store.url = server.url
        registry = Registry(Service(server.url, {}))
        links = Links(registry, upload, digest(source, PART, lambda _: None), parts, len(parts))
        Sending(registry, source, links, counted.append, 1).run()
    return sum(counted)


def test_a_part_that_is_not_taken_is_sent_again_and_counted_once(source: Source) -> None:
    store = Store(Reply(503), Reply(403))

    counted = send(source, store)

    assert store.tried == ["/1", "/1", "/1", "/2", "/3"]
    assert (b"".join(store.parts[path] for path in ("/1", "/2", "/3")), counted) == (CONTENT, len(CONTENT))


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (503, 3)], ids=["no such upload", "busy"])
def test_a_part_is_given_up_at_once_only_if_its_upload_is_over(source: Source, status: int, tries: int) -> None:
    store = Store(*[Reply(status)] * 9)

    with pytest.raises(ServiceError, match=f"part 1 could not be sent: {status}"):
        send(source, store)

    assert store.tried == ["/1"] * tries
