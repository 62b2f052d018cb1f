"""The one shape of all refusals, and bodies that are made to break a server (wire §8)."""

import json
from typing import Any

import pytest

from tests.api import Caller
from tests.dialects.scaleway.scaleway import (
    ORG_B,
    UNKNOWN,
    assert_error,
    assert_refusal,
    create,
    listed,
    minimal,
    path_of,
    send_json,
    show,
)

JSON = {"Content-Type": "application/json"}


def raw(**members: str) -> bytes:
    """A body that is valid but for these members, whose values are JSON as it is written."""
    written = {key: json.dumps(value) for key, value in minimal().items()} | members
    return ("{" + ", ".join(f'"{key}": {value}' for key, value in written.items()) + "}").encode()


def nested(levels: int) -> str:
    """Objects within objects."""
    return '{"1": ' * levels + "{}" + "}" * levels


HOSTILE = pytest.mark.parametrize(
    "body",
    [
        raw(name='"\\ud800"'),
        raw(name='"a\\udfff"'),
        raw(extra_volumes='{"1": {"name": "\\ud800"}}'),
        raw(extra_volumes='{"\\udc00": {}}'),
        raw(colour='"\\ud800"'),
        raw(extra_volumes='{"1": {"size": NaN}}'),
        raw(extra_volumes='{"1": {"size": -Infinity}}'),
        raw(extra_volumes='{"1": {"size": 1e999}}'),
        raw(name="NaN"),
        raw(name="1e999"),
        raw(public="1e999"),
        raw(extra_volumes=nested(2000)),
        raw(root_volume=nested(2000)),
        raw(name="[" * 2000 + "]" * 2000),
        b"[" * 2000 + b"]" * 2000,
        b"[" * 100_000,
        raw(name=json.dumps("n" * 2_000_000)),
        raw(arch=json.dumps("n" * 2_000_000)),
        raw(extra_volumes=json.dumps({"1": {"name": "n" * 1_000_000}})),
        raw(extra_volumes=json.dumps({str(number): {} for number in range(100_000)})),
        raw(name='"n', arch='"\xff'),
        raw().decode().encode("utf-16"),
        b"\x00",
    ],
    ids=[
        "high surrogate",
        "low surrogate",
        "surrogate in a volume",
        "surrogate as a key",
        "surrogate in an unknown key",
        "no number in a volume",
        "infinity in a volume",
        "large exponent in a volume",
        "no number as a name",
        "large exponent as a name",
        "large exponent as a bool",
        "nested volumes",
        "nested root volume",
        "nested name",
        "nested body",
        "body that never ends",
        "name of 2 MB",
        "architecture of 2 MB",
        "volumes of 1 MB",
        "a hundred thousand volumes",
        "texts that are not closed",
        "UTF-16",
        "null byte",
    ],
)

STRANGE = pytest.mark.parametrize(
    "body",
    [
        raw(extra_volumes='{"1": {"size": ' + "9" * 400 + "}}"),
        raw(extra_volumes='{"1": {"size": ' + "9" * 5000 + "}}"),
        raw(extra_volumes='{"1": {"size": 1e-400}}'),
        raw(extra_volumes='{"1": {"size": 0.1}}'),
        raw(extra_volumes='{"": {"": ""}}'),
        raw(extra_volumes='{"1": null}'),
        raw(extra_volumes='{"1": [[], {}, [null, true]]}'),
        raw(extra_volumes=nested(40)),
        raw(default_bootscript=json.dumps({"id": UNKNOWN, "title": "n" * 500_000})),
        raw(root_volume='{"id": "6f0c8f2e-1b7b-4f39-8f0c-3b8d9a7e4c20", "size": 1e400}'),
        raw(tags=nested(500)),
        raw().replace(b"{", b'{"name": "first", ', 1),
    ],
    ids=[
        "large integer",
        "huge integer",
        "tiny number",
        "fraction",
        "empty keys",
        "null as a volume",
        "arrays as a volume",
        "some nesting",
        "large bootscript",
        "large exponent that is not read",
        "nesting that is not read",
        "key that is there twice",
    ],
)


@HOSTILE
def test_a_hostile_body_makes_no_image(a: Caller, body: bytes) -> None:
    answer = a.post("/images", JSON, body)

    assert_refusal(answer, 400)
    assert listed(a) == []


@HOSTILE
def test_a_hostile_body_changes_no_image(a: Caller, body: bytes) -> None:
    image = create(a)

    answer = a.put(path_of(image), JSON, body)

    assert_refusal(answer, 400)
    assert show(a, image) == image


@STRANGE
def test_a_strange_body_is_taken_or_refused(a: Caller, body: bytes) -> None:
    answer = a.post("/images", JSON, body)

    assert answer.status in {201, 400}
    assert len(listed(a)) == (answer.status == 201)


@STRANGE
def test_a_strange_change_is_made_or_refused(a: Caller, body: bytes) -> None:
    image = create(a)

    answer = a.put(path_of(image), JSON, body)

    assert answer.status in {200, 400}
    assert (show(a, image) == image) == (answer.status == 400)


@pytest.mark.parametrize(
    ("method", "path", "document", "status"),
    [
        ("POST", "/images", {}, 400),
        ("POST", "/images", [], 400),
        ("POST", "/images", minimal(organization=ORG_B), 403),
        ("GET", "/images?page=0", None, 400),
        ("GET", "/images?public=maybe", None, 400),
        ("PUT", "/images", {}, 405),
        ("PATCH", "/images", {}, 405),
        ("DELETE", "/images", None, 405),
        ("OPTIONS", "/images", None, 405),
        ("GET", f"/images/{UNKNOWN}", None, 404),
        ("PUT", f"/images/{UNKNOWN}", {}, 404),
        ("PATCH", f"/images/{UNKNOWN}", {}, 404),
        ("DELETE", f"/images/{UNKNOWN}", None, 404),
        ("POST", f"/images/{UNKNOWN}", {}, 405),
        ("OPTIONS", f"/images/{UNKNOWN}", None, 405),
        ("GET", "/images/12345", None, 404),
        ("GET", f"/images/{UNKNOWN}/volumes", None, 404),
    ],
    ids=lambda value: None if isinstance(value, dict | list) else str(value),
)
def test_every_refusal_has_the_same_shape(a: Caller, method: str, path: str, document: Any, status: int) -> None:
    answer = send_json(a, method, path, document)

    assert_refusal(answer, status)


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html", "image/png", ""])
def test_a_refusal_is_json_whatever_is_accepted(a: Caller, accept: str) -> None:
    answer = a.get(f"/images/{UNKNOWN}", {"Accept": accept})

    assert_error(answer, 404)


@pytest.mark.parametrize(
    "content_type",
    ["application/xml", "multipart/form-data; boundary=x", "nonsense", "application/json; charset=utf-8"],
)
def test_a_body_of_any_type_is_read_or_refused(a: Caller, content_type: str) -> None:
    answer = a.post("/images", {"Content-Type": content_type}, b"<image/>")

    assert answer.status in {400, 415}
    assert answer.json["type"] == "invalid_request_error"
    assert listed(a) == []


def test_a_note_stands_in_an_array(a: Caller) -> None:
    """Wire §8: a client that finds plain text there fails to read the error at all."""
    answer = send_json(a, "POST", "/images", {})

    assert all(isinstance(notes, list) for notes in answer.json["fields"].values())
    assert len(answer.json["fields"]) == 4
