"""What no devops command sends: other paths, other methods, and hostile bodies."""

import json
import sys

import pytest

from chalicelib.dialects.devops_service.schema import BLANKS
from tests.api import ORDINARY, Api, Caller
from tests.dialects.devops_service.devops import (
    AMI,
    IMAGE,
    IMAGES,
    JSON,
    create,
    media_type,
    message,
    path,
    post,
    put,
    record,
    records,
    show,
)
from tests.factories import an_image

DEEP = 2000
CONTROLS = {*map(chr, range(0x1C, 0x20)), "\x85"}
HUGE = 2_000_000
ANYWHERE = pytest.mark.parametrize("target", [IMAGES, IMAGE, path(AMI), f"{IMAGES}/unknown"])


def test_blanks_are_what_python_strips_but_for_controls() -> None:
    stripped = {each for each in map(chr, range(sys.maxunicode)) if each.isspace()}

    assert set(BLANKS) == stripped - CONTROLS


def with_name(raw: str) -> bytes:
    """A create whose name is written like this."""
    return json.dumps(record(name="NAME")).replace('"NAME"', raw).encode()


HOSTILE = {
    "lone surrogate": with_name(r'"\ud800"'),
    "surrogates in reverse": with_name(r'"\udc00\ud800"'),
    "surrogate as UTF-8": with_name('"NAME"').replace(b"NAME", b"\xed\xa0\x80"),
    "surrogate in a key": with_name('"x", "\\ud800": "y"'),
    "NaN": with_name("NaN"),
    "infinity": with_name("-Infinity"),
    "NaN in an unknown key": with_name('"x", "y": NaN'),
    "Latin-1": with_name('"NAME"').replace(b"NAME", b"\xe9"),
    "nested arrays": with_name("[" * DEEP + "]" * DEEP),
    "nested objects": with_name('{"x":' * DEEP + "7" + "}" * DEEP),
    "never closed": b"[" * DEEP,
    "array of arrays": b"[" * DEEP + b"]" * DEEP,
    "nested very deep": b'{"x":' * 100_000,
    "huge name": with_name(json.dumps("x" * HUGE)),
    "huge name of wide characters": with_name(json.dumps("💿" * (HUGE // 4), ensure_ascii=False)),
    "huge number": with_name("9" * 10_000),
    "line break in a text": with_name('"a\nb"'),
    "null byte": b"\x00",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_create_is_refused(admin: Caller, body: bytes) -> None:
    answer = admin.post(IMAGE, JSON, body)

    assert answer.status == 400
    assert message(answer)
    assert records(admin) == []


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_update_is_refused(admin: Caller, body: bytes) -> None:
    image = create(admin)

    answer = admin.put(path(AMI), JSON, body)

    assert answer.status == 400
    assert message(answer)
    assert records(admin) == [image]


@pytest.mark.parametrize("field", ["id", "provider", "remote_user", "bootstrap_template"])
@pytest.mark.parametrize("value", ["\ud800", "x" * HUGE], ids=["lone surrogate", "huge"])
def test_a_hostile_value_is_refused_in_any_field(admin: Caller, field: str, value: str) -> None:
    answer = admin.post(IMAGE, JSON, json.dumps(record(**{field: value})).encode())

    assert answer.status == 400
    assert message(answer)
    assert records(admin) == []


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_does_not_keep_an_image_from_being_deleted(admin: Caller, body: bytes) -> None:
    create(admin)

    answer = admin.delete(path(AMI), JSON, body)

    assert answer.status == 200
    assert records(admin) == []


@pytest.mark.parametrize("target", [IMAGES, path(AMI)], ids=["list", "show"])
def test_a_body_of_a_read_is_ignored(admin: Caller, target: str) -> None:
    create(admin)

    answer = admin.get(target, {"Content-Type": "text/plain"}, b"{")

    assert answer.status == 200
    assert media_type(answer) == "application/json"


@pytest.mark.parametrize(
    "target",
    [
        "/v3/images/provider",
        "/v3/templates/x",
        "/v3/providers/ec2",
        f"{IMAGE}/{AMI}/more",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_nothing_is_at_other_paths(admin: Caller, method: str, target: str) -> None:
    image = create(admin)

    answer = admin.request(method, target, JSON, b"{}")

    assert answer.status == 404
    assert message(answer)
    assert records(admin) == [image]


@pytest.mark.parametrize(
    ("target", "methods"),
    [
        (IMAGES, "POST PUT PATCH DELETE OPTIONS"),
        (IMAGE, "GET PUT PATCH DELETE OPTIONS"),
        (path(AMI), "POST PATCH OPTIONS"),
        ("/v3/providers", "POST PUT PATCH DELETE OPTIONS"),
        ("/v3/templates", "POST PUT PATCH DELETE OPTIONS"),
        (f"{IMAGES}/provider/ec2", "POST PUT PATCH DELETE OPTIONS"),
    ],
    ids=lambda value: value.split()[0],
)
def test_other_methods_are_unknown_too(admin: Caller, target: str, methods: str) -> None:
    image = create(admin)

    answers = [admin.request(method, target, JSON, b"{}") for method in methods.split()]

    assert [answer.status for answer in answers] == [404] * len(answers)
    assert all(message(answer) for answer in answers)
    assert records(admin) == [image]


@ANYWHERE
def test_a_head_request_is_answered_like_a_get_without_its_body(admin: Caller, target: str) -> None:
    create(admin)

    answer, got = admin.head(target), admin.get(target)

    assert answer.status == got.status
    assert answer.body == b""


@ANYWHERE
def test_the_answer_to_a_head_request_calls_itself_json(admin: Caller, target: str) -> None:
    create(admin)

    answer = admin.head(target)

    assert media_type(answer) == "application/json"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("segment", ["a%2Fb", "a%2fb", "%2F", "%00", "%0a", "%ff", "..%2F..", "%2e%2e"])
def test_a_path_that_names_no_image_is_not_found(admin: Caller, method: str, segment: str) -> None:
    image = create(admin)

    answer = admin.request(method, f"{IMAGE}/{segment}", JSON, b"{}")

    assert answer.status == 404
    assert message(answer)
    assert records(admin) == [image]


def test_a_caller_without_a_tenant_has_no_records(api: Api) -> None:
    caller = api.basic_caller(None, *ORDINARY, user="nomad")

    answers = [caller.get(IMAGES), post(caller, record()), caller.delete(path(AMI))]

    assert [answer.status for answer in answers] == [403] * 3
    assert all(message(answer) for answer in answers)


def test_a_text_that_is_too_long_is_refused_by_its_name_here(admin: Caller) -> None:
    answer = post(admin, record(remote_user="x" * 10_000))

    assert answer.status == 400
    assert "'remote_user'" in message(answer)
    assert records(admin) == []


@pytest.mark.parametrize("image_id", ["\x1cami", "ami\x1f", "\x00ami", "ami\x85"], ids=ascii)
def test_control_characters_are_no_blanks(admin: Caller, image_id: str) -> None:
    answer = post(admin, record(id=image_id))

    assert answer.status == 400
    assert records(admin) == []


def test_a_name_that_another_dialect_wants_once_is_taken(api: Api, admin: Caller) -> None:
    api.world.images.add(an_image(name="taken", compute_resource=1))
    image = api.world.images.add(an_image(name="free", compute_resource=1))

    answer = put(admin, image.id, {"name": "taken"})

    assert answer.status == 400
    assert message(answer)
    assert show(admin, image.id)["name"] == "free"
