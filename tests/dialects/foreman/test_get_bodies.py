"""Parameters in the body of a GET, which go beneath those of the query."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.api import Answer
from tests.dialects.foreman.foreman import (
    JSON,
    SINGULAR,
    TEXT,
    World,
    assert_refused,
    attributes,
    listing,
    missing,
    names,
    post,
    unsearchable,
)

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
EACH_KIND = pytest.mark.parametrize("kind", SINGULAR)
ASKED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "search": ({"search": "username = root"}, ["alpha", "gamma one"]),
    "order": ({"order": "name DESC"}, ["gamma one", "delta-1", "beta", "alphabet", "alpha"]),
    "per_page": ({"per_page": 2}, ["alpha", "beta"]),
    "per_page as a text": ({"per_page": "2"}, ["alpha", "beta"]),
    "all": ({"per_page": "all"}, ["alpha", "beta", "gamma one", "delta-1", "alphabet"]),
    "page": ({"page": 2, "per_page": 3}, ["delta-1", "alphabet"]),
    "all at once": ({"search": "name ~ a", "order": "name", "page": 2, "per_page": 2}, ["beta", "delta-1"]),
    "null": ({"search": None, "per_page": None, "page": 1}, ["alpha", "beta", "gamma one", "delta-1", "alphabet"]),
    "unknown keys": ({"full_result": True, "thin": {"a": [None]}, "per_page": 1}, ["alpha"]),
    "nothing": ({}, ["alpha", "beta", "gamma one", "delta-1", "alphabet"]),
}
NO_PARAMETERS = {
    "open": b'{"search": ',
    "word": b"search",
    "array": b'["name = x"]',
    "string": b'"name = x"',
    "null": b"null",
    "no UTF-8": b'{"search": "\xff"}',
    "array as search": b'{"search": ["name = x"]}',
    "object as search": b'{"search": {"name": "x"}}',
    "array as page": b'{"page": [1]}',
    "object as parent": b'{"architecture_id": {}}',
}


def ask(world: World, target: str, asked: dict[str, Any], headers: dict[str, str] = JSON) -> Answer:
    """A GET with a JSON body."""
    return world.admin.request("GET", target, headers, json.dumps(asked).encode())


def ask_by_form(world: World, target: str, **asked: object) -> Answer:
    return world.admin.request("GET", target, FORM, urlencode(asked).encode())


@pytest.mark.parametrize(("asked", "expected"), ASKED.values(), ids=ASKED.keys())
def test_a_list_of_images_takes_its_parameters_from_a_json_body(
    stocked: World, asked: dict[str, Any], expected: list[str]
) -> None:
    answer = ask(stocked, stocked.ca.images, asked)

    assert answer.status == 200
    assert names(answer.json) == expected
    assert answer.json == listing(stocked.admin, stocked.ca.images, **{k: v for k, v in asked.items() if v is not None})


@EACH_KIND
def test_each_list_of_images_takes_them(stocked: World, kind: str) -> None:
    answer = ask(stocked, stocked.parent(kind).images, {"search": "name = alpha", "per_page": 5})

    assert answer.json["search"] == "name = alpha"
    assert (answer.json["subtotal"], answer.json["per_page"]) == (1, 5)
    assert names(answer.json) == ["alpha"]


@EACH_KIND
def test_each_list_of_parents_takes_them(world: World, kind: str) -> None:
    other = world.other(kind)

    answer = ask(world, f"/api/{kind}", {"search": f"id = {other.id}", "per_page": 1})

    assert answer.json == listing(world.admin, f"/api/{kind}", search=f"id = {other.id}", per_page=1)
    assert [entry["id"] for entry in answer.json["results"]] == [other.id]


@EACH_KIND
def test_a_form_is_read_as_well(stocked: World, kind: str) -> None:
    parent = stocked.parent(kind)

    images = ask_by_form(stocked, parent.images, search="name = alpha", order="id DESC", per_page=7)
    parents = ask_by_form(stocked, f"/api/{kind}", search="no such name at all")

    assert names(images.json) == ["alpha"]
    assert (images.json["per_page"], images.json["sort"]) == (7, {"by": "id", "order": "DESC"})
    assert (parents.json["search"], parents.json["results"]) == ("no such name at all", [])


@pytest.mark.parametrize("headers", [FORM, TEXT, {}], ids=["form", "text", "none"])
def test_an_object_is_read_as_json_whatever_it_says_that_it_is(stocked: World, headers: dict[str, str]) -> None:
    answer = ask(stocked, stocked.ca.images, {"search": "name = alpha"}, headers)

    assert names(answer.json) == ["alpha"]


def test_a_truth_value_is_read_as_its_word(stocked: World) -> None:
    found = stocked.admin.get(stocked.ca.images, JSON, b'{"search": true}').json

    assert (found["search"], found["subtotal"]) == ("true", 0)


def test_a_parameter_in_the_query_goes_before_the_one_in_the_body(stocked: World) -> None:
    answer = ask(stocked, f"{stocked.ca.images}?search=name=beta&page=1", {"search": "name = alpha", "per_page": 3})

    assert names(answer.json) == ["beta"]
    assert answer.json["per_page"] == 3


def test_an_empty_search_in_the_query_goes_before_the_one_in_the_body(stocked: World) -> None:
    answer = ask(stocked, f"{stocked.ca.images}?search=", {"search": "name = alpha"})

    assert (answer.json["search"], answer.json["subtotal"]) == ("", 5)


@EACH_KIND
def test_parents_in_the_body_narrow_a_list(stocked: World, kind: str) -> None:
    other = stocked.other(kind)

    answer = ask(stocked, stocked.ca.images, {f"{SINGULAR[kind]}_id": other.id})

    assert answer.json == listing(stocked.admin, stocked.ca.images, **{f"{SINGULAR[kind]}_id": other.id})
    assert answer.json["total"] in {0, 2}


def test_parents_in_the_body_are_those_of_an_image_that_is_shown(stocked: World) -> None:
    alpha = stocked.images["alpha"]

    right = ask(stocked, stocked.ca.image(alpha), {"architecture_id": str(stocked.aa.id)})
    wrong = ask(stocked, stocked.ca.image(alpha), {"architecture_id": stocked.ab.id})

    assert (right.status, right.json) == (200, alpha)
    assert (wrong.status, wrong.json) == (404, missing(alpha["id"]))


@pytest.mark.parametrize("headers", [JSON, FORM], ids=["JSON", "form"])
def test_a_bad_search_in_a_body_is_refused(stocked: World, headers: dict[str, str]) -> None:
    answer = ask(stocked, stocked.ca.images, {"search": "nope = 1"}, headers)

    assert (answer.status, answer.json) == (400, unsearchable("Field 'nope' not recognized for searching!"))


@pytest.mark.parametrize("body", NO_PARAMETERS.values(), ids=NO_PARAMETERS.keys())
def test_a_body_that_cannot_be_read_is_refused_rather_than_ignored(stocked: World, body: bytes) -> None:
    targets = (stocked.ca.images, "/api/architectures", stocked.ca.image(stocked.images["alpha"]))

    answers = [stocked.admin.request("GET", target, JSON, body) for target in targets]

    assert [answer.status for answer in answers] == [400] * 3
    for answer in answers:
        assert_refused(answer)


@pytest.mark.parametrize("body", [b"search=%ff\xff", b"a=1&" * 200], ids=["no UTF-8", "too many fields"])
def test_a_form_that_cannot_be_read_is_refused(stocked: World, body: bytes) -> None:
    answer = stocked.admin.request("GET", stocked.ca.images, FORM, body)

    assert answer.status == 400
    assert_refused(answer)


@pytest.mark.parametrize("body", [b"", b" \r\n"], ids=["none", "blank"])
@pytest.mark.parametrize("headers", [JSON, FORM, TEXT], ids=["JSON", "form", "text"])
def test_a_blank_body_asks_for_nothing(stocked: World, headers: dict[str, str], body: bytes) -> None:
    answer = stocked.admin.request("GET", stocked.ca.images, headers, body)

    assert answer.json == listing(stocked.admin, stocked.ca.images)


def test_a_parent_in_the_query_is_one_of_a_new_image(world: World) -> None:
    image = {"name": "alpha", "username": "root", "uuid": "cv-u1", "architecture_id": world.aa.id}
    target = f"{world.ca.images}?architecture_id={world.ab.id}&operatingsystem_id={world.ob.id}"

    answer = post(world.admin, target, {"image": image})

    assert answer.status == 201
    assert [answer.json[f"{kind}_id"] for kind in SINGULAR.values()] == [world.ca.id, world.ob.id, world.ab.id]


def test_an_image_is_not_created_below_two_parents_of_a_kind(world: World) -> None:
    image = {"name": "alpha", "username": "root", "uuid": "cv-u1", "operatingsystem_id": world.oa.id}
    target = f"{world.ca.images}?compute_resource_id={world.cb.id}&architecture_id={world.aa.id}"

    answer = post(world.admin, target, {"image": image})

    assert (answer.status, answer.json) == (404, missing())
    assert listing(world.admin, world.ca.images)["total"] == 0


def test_the_same_parent_may_be_named_twice(stocked: World) -> None:
    alpha = stocked.images["alpha"]

    shown = ask(stocked, stocked.ca.image(alpha), {"compute_resource_id": stocked.ca.id})
    made = post(
        stocked.admin,
        f"{stocked.ca.images}?compute_resource_id={stocked.ca.id}",
        {"image": attributes(stocked, name="twice", uuid="cv-twice")},
    )

    assert shown.json == alpha
    assert made.status == 201
