"""What no client of Foreman sends: hostile bodies, odd queries and numbers without end."""

import json
from typing import Any

import pytest

from tests.api import ORDINARY
from tests.dialects.foreman.foreman import (
    JSON,
    SINGULAR,
    TOO_LONG,
    World,
    assert_has_headers,
    assert_invalid,
    assert_refused,
    attributes,
    create,
    listing,
    post,
    put,
    query,
    show,
    try_create,
)

DEEP = 2000
HUGE = 2_000_000
EACH_KIND = pytest.mark.parametrize("kind", SINGULAR)


def with_name(raw: str) -> bytes:
    """An image of which only the name is given, written like this."""
    return f'{{"image": {{"name": {raw}}}}}'.encode()


HOSTILE = {
    "lone surrogate": with_name(r'"\ud800"'),
    "surrogates in reverse": with_name(r'"\udc00\ud800"'),
    "surrogate as UTF-8": b'{"image": {"name": "\xed\xa0\x80"}}',
    "surrogate in a key": with_name(r'"x", "\ud800": "y"'),
    "NaN": with_name("NaN"),
    "infinity": with_name("-Infinity"),
    "NaN in an unknown key": with_name('"x", "y": NaN'),
    "nested arrays": with_name("[" * DEEP + "]" * DEEP),
    "nested objects": with_name('{"x":' * DEEP + "7" + "}" * DEEP),
    "nested in an unknown key": with_name('"x", "y": ' + "[" * DEEP + "]" * DEEP),
    "never closed": b"[" * DEEP,
    "array of arrays": b"[" * DEEP + b"]" * DEEP,
    "nested very deep": b'{"x":' * 100_000,
    "huge name": with_name(json.dumps("x" * HUGE)),
    "huge name of wide characters": with_name(json.dumps("💿" * (HUGE // 4), ensure_ascii=False)),
    "huge number": with_name("9" * 10_000),
    "line break in a text": with_name('"a\nb"'),
    "null byte": b"\x00",
    "nothing": b"",
}
EACH_BODY = pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
NO_IDS: dict[str, Any] = {
    "array": [1],
    "empty array": [],
    "object": {"id": 1},
    "very large": 10**400,
    "very large text": "9" * 400,
    "negative": -(10**30),
    "fraction": 1.5,
    "exponent": 1e300,
    "word": "one",
    "true": True,
    "superscript": "²",
    "null character": "1\x00",
}
NO_TEXTS: dict[str, Any] = {
    "object": {"a": 1},
    "array": ["a"],
    "empty object": {},
    "empty array": [],
    "lone surrogate": "\ud800",
    "huge": "x" * HUGE,
}


@EACH_BODY
def test_a_hostile_create_is_refused(world: World, body: bytes) -> None:
    answer = world.admin.post(world.ca.images, JSON, body)

    assert_refused(answer)
    assert listing(world.admin, world.ca.images)["total"] == 0


@pytest.mark.parametrize("body", [HOSTILE[name] for name in HOSTILE if name != "nothing"], ids=list(HOSTILE)[:-1])
def test_a_hostile_change_is_refused(world: World, body: bytes) -> None:
    image = create(world)

    answer = world.admin.put(world.ca.image(image), JSON, body)

    assert_refused(answer)
    assert show(world.admin, world.ca.image(image)) == image


@EACH_BODY
def test_a_hostile_body_does_not_keep_an_image_from_being_deleted(world: World, body: bytes) -> None:
    image = create(world)

    answer = world.admin.delete(world.ca.image(image), JSON, body)

    assert answer.status == 200
    assert listing(world.admin, world.ca.images)["total"] == 0


@EACH_KIND
@EACH_BODY
def test_a_hostile_parent_is_refused(world: World, kind: str, body: bytes) -> None:
    answer = world.admin.post(f"/api/{kind}", JSON, body.replace(b'"image"', f'"{SINGULAR[kind]}"'.encode()))

    assert_refused(answer)
    assert listing(world.admin, f"/api/{kind}")["total"] == 2


@pytest.mark.parametrize("document", [[], [{"name": "x"}], "text", 7, None, True], ids=json.dumps)
def test_a_document_that_is_no_object_creates_nothing(world: World, document: Any) -> None:
    answer = post(world.admin, world.ca.images, document)

    assert_refused(answer)
    assert listing(world.admin, world.ca.images)["total"] == 0


@pytest.mark.parametrize("image", [[], ["name"], "text", 7, None, True], ids=json.dumps)
def test_an_image_that_is_no_object_is_not_created(world: World, image: Any) -> None:
    answer = post(world.admin, world.ca.images, {"image": image})

    assert_refused(answer)
    assert listing(world.admin, world.ca.images)["total"] == 0


def test_a_name_of_two_million_letters_is_too_long(world: World) -> None:
    answer = try_create(world, name="x" * HUGE)

    assert_invalid(answer, name=TOO_LONG)


@pytest.mark.parametrize("field", ["operatingsystem_id", "architecture_id"])
@pytest.mark.parametrize("value", NO_IDS.values(), ids=NO_IDS.keys())
def test_a_hostile_id_is_refused(world: World, field: str, value: Any) -> None:
    answer = try_create(world, **{field: value})

    assert_refused(answer)
    assert listing(world.admin, world.ca.images)["total"] == 0


@pytest.mark.parametrize("value", NO_IDS.values(), ids=NO_IDS.keys())
def test_an_image_does_not_move_to_a_hostile_id(world: World, value: Any) -> None:
    image = create(world)

    answer = put(world.admin, world.ca.image(image), compute_resource_id=value)

    assert_refused(answer)
    assert show(world.admin, world.ca.image(image)) == image


@pytest.mark.parametrize("field", ["name", "username", "uuid", "architecture_name", "operatingsystem_name"])
@pytest.mark.parametrize("value", NO_TEXTS.values(), ids=NO_TEXTS.keys())
def test_a_hostile_text_is_refused(world: World, field: str, value: Any) -> None:
    image = attributes(world, **{field: value})
    for name in ("architecture", "operatingsystem"):
        if field == f"{name}_name":
            del image[f"{name}_id"]

    answer = post(world.admin, world.ca.images, {"image": image})

    assert_refused(answer)
    assert listing(world.admin, world.ca.images)["total"] == 0


@pytest.mark.parametrize("field", ["password", "iam_role"])
@pytest.mark.parametrize("value", ["\ud800", "x" * HUGE], ids=["lone surrogate", "huge"])
def test_a_hostile_text_is_refused_in_any_field(world: World, field: str, value: str) -> None:
    answer = try_create(world, **{field: value})

    assert_refused(answer)
    assert listing(world.admin, world.ca.images)["total"] == 0


@pytest.mark.parametrize("value", [{}, {"a": 1}, [], [True]], ids=json.dumps)
def test_user_data_is_neither_object_nor_array(world: World, value: Any) -> None:
    answer = try_create(world, user_data=value)

    assert_refused(answer)
    assert listing(world.admin, world.ca.images)["total"] == 0


@pytest.mark.parametrize("value", [10**400, -1, 1.5, "\x00", "\u0661"], ids=ascii)
def test_odd_user_data_are_a_flag_or_refused(world: World, value: Any) -> None:
    answer = try_create(world, user_data=value)

    if answer.status == 201:
        assert isinstance(answer.json["user_data"], bool)
    else:
        assert_refused(answer)


@pytest.mark.parametrize("name", ["page", "per_page"])
@pytest.mark.parametrize(
    "value", ["9" * 5000, "-" + "9" * 5000, "²", "\x00", "1e400", "NaN", "[]", "0x10", "1_000"], ids=ascii
)
def test_a_hostile_page_is_answered_or_refused(world: World, name: str, value: str) -> None:
    answer = world.admin.get(world.ca.images + query(**{name: value}))

    if answer.status == 200:
        assert answer.json["results"] == []
    else:
        assert answer.status == 400
        assert_refused(answer)


@pytest.mark.parametrize(
    "parameter", ["page[]=1", "per_page[x]=1", "search[]=name", "order[a]=name", "page", "=", "&&", "%ff=%ff"]
)
def test_odd_queries_are_answered_or_refused(world: World, parameter: str) -> None:
    answer = world.admin.get(f"{world.ca.images}?{parameter}")

    assert answer.status in {200, 400}
    assert_has_headers(answer)


@EACH_KIND
@pytest.mark.parametrize(
    "segment",
    ["9" * 5000, "%00", "%ff", "%C2%B2", "-1", "..%2F..", "a%2Fb", "%F0%9F%98%80", "x" * 5000],
    ids=["very large", "null", "no UTF-8", "superscript", "negative", "dots", "slash", "wide", "long"],
)
def test_a_hostile_parent_is_not_found(world: World, kind: str, segment: str) -> None:
    found = [
        world.admin.get(f"/api/{kind}/{segment}"),
        world.admin.get(f"/api/{kind}/{segment}/images"),
        world.admin.get(f"/api/{kind}/{segment}/images/1"),
        world.admin.get(f"{world.ca.images}?{SINGULAR[kind]}_id={segment}"),
    ]

    assert [answer.status for answer in found] == [404] * 4
    for answer in found:
        assert_refused(answer)


def test_a_caller_without_a_tenant_meets_no_failure_of_ours(world: World) -> None:
    nomad = world.api.basic_caller(None, *ORDINARY, user="nomad")

    answers = [
        nomad.get("/api/architectures"),
        nomad.get(world.ca.images),
        post(nomad, world.ca.images, {"image": attributes(world)}),
        nomad.delete(world.ca.image(1)),
        post(nomad, "/api/architectures", {"architecture": {"name": "x"}}),
    ]

    assert [answer.status for answer in answers if answer.status >= 500] == []
    for answer in answers:
        assert_has_headers(answer)
    assert listing(world.admin, "/api/architectures")["total"] == 2
