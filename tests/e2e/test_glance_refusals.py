"""Every refusal reaches the client as the exception meant for it, with the server's own words."""

from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.clients import refusal
from tests.e2e.conftest import MakeFile
from tests.e2e.glance import RAW, Caller
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

MISSING = "3b6e9a70-0f3e-4a54-9d1a-1f6f0c1c9a11"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"disk_format": "floppy"}, "Invalid disk format 'floppy' for image"),
        ({"disk_format": "aki", "container_format": "ami"}, "Invalid mix of disk and container formats"),
        ({"size": -1}, "Cannot be a negative value"),
        ({"name": "x" * 256}, "Image name too long: 256"),
        ({"location": "file:///etc/passwd", **RAW}, "External sources are not supported"),
        ({"copy_from": "file:///etc/passwd", **RAW}, "External sources are not supported"),
        ({"store": "bad"}, "Required store bad is invalid"),
    ],
    ids=lambda value: value if isinstance(value, str) else "says",
)
def test_case_148_a_bad_request(t1: Caller, fields: dict[str, Any], words: str) -> None:
    with refusal("HTTPBadRequest", words):
        t1.call("images.create", **fields)

    assert t1.call("images.list") == []


@pytest.mark.parametrize("asked", [{"page_size": -1}, {"page_size": None}, {"marker": MISSING}], ids=str)
def test_case_148_a_bad_list(t1: Caller, asked: dict[str, Any]) -> None:
    with refusal("HTTPBadRequest"):
        t1.call("images.list", **asked)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("images.list", []),
        ("images.get", [MISSING]),
        ("images.data", [MISSING]),
        ("images.create", []),
        ("images.update", [MISSING]),
        ("images.delete", [MISSING]),
        ("image_members.list", [MISSING]),
        ("image_members.list", [None, "t1"]),
        ("image_members.create", [MISSING, "t2"]),
        ("image_members.replace", [MISSING, []]),
        ("image_members.delete", [MISSING, "t2"]),
    ],
)
def test_case_148_a_wrong_token(nobody: Caller, method: str, arguments: list[Any]) -> None:
    with refusal("HTTPUnauthorized"):
        nobody.call(method, *arguments)


@pytest.mark.parametrize("size", [10, 1 << 20])
def test_case_148_data_with_a_wrong_token(nobody: Caller, make_file: MakeFile, size: int) -> None:
    with refusal("HTTPUnauthorized"):
        nobody.send_file(make_file(size), "images.create", **RAW)


def test_case_148_publishing_is_for_those_who_may(t1: Caller) -> None:
    with refusal("HTTPForbidden"):
        t1.call("images.create", is_public=True)


def test_case_148_a_protected_image_is_not_deleted(t1: Caller, admin: Caller) -> None:
    image = t1.call("images.create", protected=True)

    for caller in (t1, admin):
        with refusal("HTTPForbidden", "Image is protected"):
            caller.call("images.delete", image["id"])


def test_case_148_a_strangers_public_image_is_not_changed(t1: Caller, admin: Caller) -> None:
    image = admin.call("images.create", name="public", is_public=True)

    for method in ("images.update", "images.delete"):
        with refusal("HTTPForbidden"):
            t1.call(method, image["id"])


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("images.get", []),
        ("images.data", []),
        ("images.update", []),
        ("images.delete", []),
        ("image_members.list", []),
        ("image_members.create", ["t2"]),
        ("image_members.replace", [[]]),
        ("image_members.delete", ["t2"]),
    ],
)
def test_case_148_a_missing_image(t1: Caller, method: str, arguments: list[Any]) -> None:
    with refusal("HTTPNotFound"):
        t1.call(method, MISSING, *arguments)


def test_case_148_queued_data_are_not_downloaded(t1: Caller) -> None:
    image = t1.call("images.create", name="queued")

    with refusal("HTTPNotFound", "is not active"):
        t1.call("images.data", image["id"])


def test_case_148_somebody_who_is_no_member_cannot_be_removed(t1: Caller) -> None:
    image = t1.call("images.create")

    with refusal("HTTPNotFound", "Membership could not be found"):
        t1.call("image_members.delete", image["id"], "t2")


def test_case_148_a_single_member_cannot_be_read(t1: Caller) -> None:
    image = t1.call("images.create")

    with refusal("HTTPMethodNotAllowed"):
        t1.call("image_members.get", image["id"], "t2")


def test_case_148_an_id_is_used_once(t1: Caller) -> None:
    image = t1.call("images.create")

    with refusal("HTTPConflict", "already exists"):
        t1.call("images.create", id=image["id"])


def test_case_148_an_active_image_takes_no_data(t1: Caller, make_file: MakeFile) -> None:
    image = t1.send_file(make_file(10), "images.create", **RAW)

    with refusal("HTTPConflict", "Cannot upload to an unqueued image"):
        t1.send_stream(make_file(20), "images.update", image["id"])


def test_case_148_too_many_properties(t1: Caller) -> None:
    with refusal("HTTPOverLimit", "Attempted: 129, Maximum: 128"):
        t1.call("images.create", properties={f"p{number}": "v" for number in range(129)})


def test_case_148_data_that_are_not_what_was_announced_kill_the_image(
    t1: Caller, server: Server, make_file: MakeFile
) -> None:
    image_id = str(uuid4())

    with refusal("HTTPBadRequest", "did not match"):
        t1.send_file(make_file(10), "images.create", id=image_id, checksum="0" * 32, **RAW)

    assert t1.call("images.get", image_id)["status"] == "killed"
    assert t1.call("images.list") == []
    with server.s3() as s3:
        assert s3.list_objects_v2(Bucket="rosetta-images")["KeyCount"] == 0
