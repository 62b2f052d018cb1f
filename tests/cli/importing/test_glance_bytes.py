"""Bytes on their way in parts: what the target has is not sent again, and nothing is completed that is broken."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import pytest

from rosetta.answers import read_image
from rosetta.errors import ServiceError
from rosetta.http import Service
from rosetta.importing.glance_bytes import Bytes, Content
from rosetta.importing.records import Refused
from rosetta.registry import Registry
from tests.cli.importing.conftest import Serve
from tests.cli.importing.scripted import Asked, Reply, Scripted
from tests.cli.importing.sources import TOKEN, Glance, an_image, image_id

CONTENT = b"0123456789"
PART = 4
ID = image_id(1)


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


class Uploads:
    """A target with one image that is uploaded in parts of four bytes, and the store in which they end."""

    def __init__(self, status: str = "queued") -> None:
        self.status = status
        self.size = len(CONTENT)
        self.parts: dict[int, bytes] = {}
        self.sent: list[int] = []
        self.looks = iter(["saving", "active"])
        """The statuses that the image has after completion, one at each look."""
        self.failures: list[Reply] = []
        """What the store answers first."""
        self.is_open = status == "saving"
        self.links_are_given = True
        self.missed: list[str] = []
        """What was asked for, and is not there."""
        self.inline_answer = 413
        self.url = ""

    def __call__(self, asked: Asked) -> Reply:
        match asked.method, asked.path.split("/")[1:]:
            case "HEAD", _:
                return self._head()
            case "PUT", ["store", number]:
                return self._store(int(number), asked)
            case "PUT", _:
                return Reply(self.inline_answer, {"error": {"message": "not this way"}})
            case "GET", [*_, "uploads"]:
                return Reply(document={"uploads": [self._upload()] if self.is_open else []})
            case "POST", [*_, last]:
                return self._post(last, asked)
        raise AssertionError(asked.path)

    def _post(self, last: str, asked: Asked) -> Reply:
        if last == "uploads":
            self.status, self.is_open = "saving", True
            return Reply(201, {"upload": self._upload()})
        if last == "links" and self.links_are_given:
            return Reply(document={"links": [self._link(part) for part in asked.json["parts"]]})
        if last == "u1":
            return self._complete(asked.json["parts"])
        self.missed.append(last)
        return Reply(404, {"error": {"code": 404, "title": "Not Found", "message": "No such upload"}})

    def _head(self) -> Reply:
        if not self.is_open and self.status == "saving":
            self.status = next(self.looks)
        if self.status == "gone":
            return Reply(404)
        whole = b"".join(self.parts[number] for number in sorted(self.parts))
        told = {"id": ID, "status": self.status, "size": len(whole), "checksum": md5(whole)}
        reason = {"x-image-meta-property-status_reason": "its bytes are others"} if self.status == "killed" else {}
        return Reply(headers={**{f"x-image-meta-{name}": str(value) for name, value in told.items()}, **reason})

    def _store(self, number: int, asked: Asked) -> Reply:
        self.sent.append(number)
        if self.failures:
            return self.failures.pop(0)
        assert asked.headers["content-md5"] == base64.b64encode(bytes.fromhex(md5(asked.body))).decode()
        assert "x-auth-token" not in asked.headers
        self.parts[number] = asked.body
        return Reply(headers={"ETag": f'"{md5(asked.body)}"'})

    def _upload(self) -> dict[str, Any]:
        received = [{"number": n, "size": len(part), "etag": md5(part)} for n, part in sorted(self.parts.items())]
        count = -(-self.size // PART)
        sizes = {"size": self.size, "part_size": PART, "part_count": count}
        return {"id": "u1", "image_id": ID, **sizes, "received": received, "links": []}

    def _link(self, part: Mapping[str, Any]) -> dict[str, Any]:
        number = part["number"]
        length = min(PART, len(CONTENT) - (number - 1) * PART)
        content_md5 = base64.b64encode(bytes.fromhex(part["md5"])).decode()
        headers = {"Content-MD5": content_md5, "Content-Length": str(length)}
        return {"number": number, "url": f"{self.url}/store/{number}?signature=secret", "headers": headers}

    def _complete(self, parts: list[dict[str, Any]]) -> Reply:
        assert parts == [{"number": n, "etag": md5(part)} for n, part in sorted(self.parts.items())]
        self.is_open = False
        return Reply(202, {"image": {**an_image(1), "status": "saving"}})


@pytest.fixture(autouse=True)
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small an image is; and no pauses."""
    monkeypatch.setattr("rosetta.importing.glance_bytes.INLINE", 0)
    monkeypatch.setattr("rosetta.importing.glance_bytes.PAUSES", (0.0, 0.0))
    monkeypatch.setattr("rosetta.importing.glance_bytes.FIRST_LOOK", 0.01)


def bring(serve: Serve, target: Uploads, content: bytes = CONTENT, **fields: Any) -> tuple[Scripted, list[int]]:
    """Bring the bytes of an image that is at the target as it is; returns the target's server and the progress."""
    image = read_image(an_image(1, CONTENT, **fields))
    content_of_image = Content(image.id, image.size, image.checksum)
    source = Service(serve(Glance([], {ID: content})).url, {"X-Auth-Token": TOKEN})
    server = serve(target)
    target.url = server.url
    done: list[int] = []
    here = Registry(Service(server.url, {"X-Auth-Token": "secret"}))
    Bytes(Registry(source), here, lambda _, count, __: done.append(count)).bring(content_of_image, target.status)
    return server, done


@pytest.mark.parametrize("checksum", [md5(CONTENT), None], ids=["with a checksum", "without a checksum"])
def test_all_parts_are_sent_in_order_and_verified(serve: Serve, checksum: str | None) -> None:
    target = Uploads()

    _, done = bring(serve, target, checksum=checksum)

    assert (target.sent, b"".join(target.parts.values()), target.status) == ([1, 2, 3], CONTENT, "active")
    assert (done[0], done[-1]) == (PART, len(CONTENT))


def test_what_is_too_large_for_a_request_is_sent_in_parts(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rosetta.importing.glance_bytes.INLINE", len(CONTENT))
    target = Uploads()

    bring(serve, target)

    assert (target.sent, target.status) == ([1, 2, 3], "active")


def test_what_is_refused_for_another_reason_is_not(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rosetta.importing.glance_bytes.INLINE", len(CONTENT))
    target = Uploads()
    target.inline_answer = 409

    with pytest.raises(ServiceError, match="409: not this way"):
        bring(serve, target)

    assert target.sent == []


def test_parts_that_are_there_are_not_sent_again(serve: Serve) -> None:
    target = Uploads("saving")
    target.parts = {1: b"0123", 3: b"89"}

    bring(serve, target)

    assert (target.sent, target.status) == ([2], "active")


def test_a_part_with_other_bytes_is_sent_again(serve: Serve) -> None:
    target = Uploads("saving")
    target.parts = {1: b"0123", 2: b"xxxx"}

    bring(serve, target)

    assert (target.sent, target.parts[2]) == ([2, 3], b"4567")


def test_a_part_that_the_store_does_not_take_is_sent_again(serve: Serve) -> None:
    target = Uploads()
    target.failures = [Reply(503, body=b"<Error><Code>SlowDown</Code></Error>"), Reply(403, body=b"expired")]

    bring(serve, target)

    assert (target.sent, target.status) == ([1, 1, 1, 2, 3], "active")


def test_a_store_that_takes_nothing_is_given_up(serve: Serve) -> None:
    target = Uploads()
    target.failures = [Reply(503)] * 9

    with pytest.raises(ServiceError, match="503"):
        bring(serve, target)

    assert (target.sent, target.is_open) == ([1, 1, 1], True)


def test_an_upload_that_is_over_is_given_up_at_once(serve: Serve) -> None:
    target = Uploads("saving")
    target.links_are_given = False

    with pytest.raises(ServiceError, match="No such upload"):
        bring(serve, target)

    assert (target.missed, target.sent) == (["links"], [])


@pytest.mark.parametrize("content", [b"01234567", b"0123456789ab", b"9876543210"], ids=["less", "more", "others"])
def test_nothing_is_completed_whose_bytes_are_not_what_they_should_be(serve: Serve, content: bytes) -> None:
    target = Uploads()

    with pytest.raises((Refused, ServiceError)):
        bring(serve, target, content)

    assert (target.status, target.is_open) == ("saving", True)


def test_an_upload_of_another_size_is_left_alone(serve: Serve) -> None:
    target = Uploads("saving")
    target.size = 99

    with pytest.raises(Refused, match="an upload of 99 bytes is open"):
        bring(serve, target)

    assert target.sent == []


@pytest.mark.parametrize(
    ("looks", "why"),
    [
        (["saving", "killed"], "it is killed at the target: its bytes are others"),
        (["saving", "gone"], "it was deleted at the target during the import"),
        (["saving", "saving", "queued"], "it is queued at the target"),
    ],
    ids=["killed", "deleted", "queued again"],
)
def test_an_image_that_the_target_does_not_accept_is_refused(serve: Serve, looks: list[str], why: str) -> None:
    target = Uploads()
    target.looks = iter(looks)

    with pytest.raises(Refused, match=why):
        bring(serve, target)


def test_an_image_that_is_being_verified_is_waited_for(serve: Serve) -> None:
    target = Uploads("saving")
    target.is_open, target.parts = False, {1: CONTENT}

    server, _ = bring(serve, target)

    assert (target.status, target.sent, server.paths("POST")) == ("active", [], [])


def test_an_image_that_others_are_saving_is_not_waited_for_long(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rosetta.importing.glance_bytes.PATIENCE_WITH_OTHERS", 0.0)
    target = Uploads("saving")
    target.is_open, target.looks = False, iter(["saving"] * 9)

    with pytest.raises(Refused, match="still saving at the target"):
        bring(serve, target)


def test_bytes_that_turn_out_others_at_the_target_are_refused(serve: Serve) -> None:
    target = Uploads("saving")
    target.is_open, target.parts = False, {1: b"others"}

    with pytest.raises(Refused, match=f"checksum mismatch: MD5 {md5(b'others')} at the target"):
        bring(serve, target)
