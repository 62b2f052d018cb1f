"""Volumes and boot scripts have types: what has others is refused, or shown as what it is (wire §3)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.api import Answer, Api, Caller
from tests.dialects.scaleway.scaleway import (
    ANOTHER_VOLUME,
    BOOTSCRIPT,
    VOLUME,
    assert_error,
    assert_well_typed,
    create,
    image_of,
    listed,
    minimal,
    path_of,
    post,
    put,
    register,
    send_json,
    show,
)

JSON = {"Content-Type": "application/json"}
Write = Callable[[Caller, Any], Answer]


def patch_new(caller: Caller, document: Any) -> Answer:
    return send_json(caller, "PATCH", path_of(create(caller)), document)


WAYS: dict[str, Write] = {
    "POST": lambda caller, document: post(caller, minimal(**document)),
    "PUT": lambda caller, document: put(caller, create(caller), document),
    "PATCH": patch_new,
}
"""How an image gets its values."""
each_way = pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)

WRONG_VOLUMES: dict[str, Any] = {
    "null": None,
    "number": 7,
    "array": [],
    "empty": {},
    "word": "data",
    "id that is a number": {"id": 5},
    "id that is none": {"id": "no"},
    "null as id": {"id": None},
    "no id": {"name": "data", "size": 5},
    "fraction": {"id": VOLUME, "size": 0.5},
    "negative size": {"id": VOLUME, "size": -1},
    "size in text": {"id": VOLUME, "size": "5"},
    "size in bool": {"id": VOLUME, "size": True},
    "size beyond 64 bits": {"id": VOLUME, "size": 2**64},
    "name that is none": {"id": VOLUME, "name": 7},
    "type that is none": {"id": VOLUME, "volume_type": {}},
    "server that is none": {"id": VOLUME, "server": "web"},
    "server without id": {"id": VOLUME, "server": {"name": "web"}},
    "date that is none": {"id": VOLUME, "creation_date": "yesterday"},
    "date of no calendar": {"id": VOLUME, "creation_date": "2014-13-42T25:61:61+00:00"},
    "tags that are none": {"id": VOLUME, "tags": "a"},
    "tags that are numbers": {"id": VOLUME, "tags": [7]},
}
RIGHT_VOLUMES: dict[str, tuple[Any, Any]] = {
    "id alone": (VOLUME, {"id": VOLUME}),
    "capital id": (VOLUME.upper(), {"id": VOLUME}),
    "object": ({"id": VOLUME.upper()}, {"id": VOLUME}),
    "nulls": ({"id": VOLUME, "name": None, "size": None}, {"id": VOLUME, "name": None, "size": None}),
    "server by its id": ({"id": VOLUME, "server": ANOTHER_VOLUME}, {"id": VOLUME, "server": {"id": ANOTHER_VOLUME}}),
    "largest size": ({"id": VOLUME, "size": 2**64 - 1}, {"id": VOLUME, "size": 2**64 - 1}),
    "tags": ({"id": VOLUME, "tags": ["a"]}, {"id": VOLUME, "tags": ["a"]}),
    "dates": (
        {
            "id": VOLUME,
            "creation_date": "2014-05-22T12:56:56.984011+00:00",
            "modification_date": "2014-05-22T12:56:56Z",
        },
        {
            "id": VOLUME,
            "creation_date": "2014-05-22T12:56:56.984011+00:00",
            "modification_date": "2014-05-22T12:56:56Z",
        },
    ),
    "what nobody knows": ({"id": VOLUME, "colour": [1, {"a": 0.5}]}, {"id": VOLUME, "colour": [1, {"a": 0.5}]}),
}
WRONG_SCRIPTS: dict[str, Any] = {
    "array": [],
    "no id": {"title": "stable"},
    "null as id": {"id": None},
    "title that is none": {"id": BOOTSCRIPT, "title": 7},
    "public that is none": {"id": BOOTSCRIPT, "public": "yes"},
    "default that is a number": {"id": BOOTSCRIPT, "default": 1},
}


@each_way
@pytest.mark.parametrize("volume", WRONG_VOLUMES.values(), ids=WRONG_VOLUMES)
def test_a_volume_of_another_shape_is_refused(a: Caller, write: Write, volume: Any) -> None:
    answer = write(a, {"extra_volumes": {"1": {"id": VOLUME}, "2": volume}})

    assert_error(answer, 400, "extra_volumes")
    assert [image for image in listed(a) if image["extra_volumes"]] == []


@each_way
@pytest.mark.parametrize(("volume", "shown"), RIGHT_VOLUMES.values(), ids=RIGHT_VOLUMES)
def test_a_volume_is_shown_with_types(a: Caller, write: Write, volume: Any, shown: Any) -> None:
    image = image_of(write(a, {"extra_volumes": {"1": volume}}))

    assert image["extra_volumes"] == {"1": shown}
    assert_well_typed(image)
    assert show(a, image) == listed(a)[0] == image


@each_way
@pytest.mark.parametrize("script", WRONG_SCRIPTS.values(), ids=WRONG_SCRIPTS)
def test_a_bootscript_of_another_shape_is_refused(a: Caller, write: Write, script: Any) -> None:
    answer = write(a, {"default_bootscript": script})

    assert_error(answer, 400, "default_bootscript")


def test_what_is_wrong_is_said_with_its_place(a: Caller) -> None:
    answer = post(a, minimal(extra_volumes={"3": {"id": VOLUME, "size": "5"}}))

    assert answer.json["fields"] == {"extra_volumes": ["3: size: expected int"]}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize(("size", "shown"), [("5e10", "50000000000"), ("20.0", "20"), ("-0.0", "0"), ("7", "7")])
def test_whole_numbers_stay_integers(a: Caller, method: str, size: str, shown: str) -> None:
    volume = f'{{"id": "{VOLUME}", "size": {size}, "more": {{"deep": [{size}]}}}}'
    document = json.dumps(minimal(extra_volumes={"1": 0}, default_bootscript=1)).replace(
        '{"1": 0}', f'{{"1": {volume}}}'
    )
    target = "/images" if method == "POST" else path_of(create(a))

    answer = a.request(
        method, target, JSON, document.replace('"default_bootscript": 1', f'"default_bootscript": {volume}').encode()
    )

    for text in (answer.text, a.get("/images").text):
        assert f'"size": {shown}, "more": {{"deep": [{shown}]}}' in text
        assert "000.0" not in text
        assert "20.0" not in text


def test_what_is_shown_can_be_sent_back(a: Caller) -> None:
    script = {"id": BOOTSCRIPT, "title": "stable", "public": True, "default": False, "kernel": "http://k/", "dtb": ""}
    image = create(a, extra_volumes={"1": VOLUME, "2": {"id": ANOTHER_VOLUME, "size": 5e10}}, default_bootscript=script)

    answer = put(a, image, image)

    assert image_of(answer) == {**image, "modification_date": image_of(answer)["modification_date"]}
    assert image["default_bootscript"] == script


STORED: dict[str, tuple[Any, Any]] = {
    "id alone": ({"1": VOLUME}, {"1": {"id": VOLUME}}),
    "float": ({"1": {"id": VOLUME, "size": 5e10}}, {"1": {"id": VOLUME, "size": 50_000_000_000}}),
    "no volumes at all": ({"1": None, "2": 7, "3": [], "4": {}, "5": "x", "6": {"id": 5}}, {}),
    "some members": (
        {"1": {"id": VOLUME, "size": "large", "name": "a", "tags": 7}},
        {"1": {"id": VOLUME, "name": "a"}},
    ),
    "text": ("[]", {}),
    "array": ([VOLUME], {}),
}


@pytest.mark.parametrize(("stored", "shown"), STORED.values(), ids=STORED)
def test_volumes_that_were_stored_without_types_are_shown_with_types(
    api: Api, a: Caller, stored: Any, shown: Any
) -> None:
    odd = register(api, name="odd", dialect_facts={"scaleway": {"extra_volumes": stored}})
    create(a, name="usual")

    images = {image["name"]: image for image in listed(a)}

    assert images["odd"]["extra_volumes"] == shown
    assert show(a, odd) == images["odd"]
    for image in images.values():
        assert_well_typed(image)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (BOOTSCRIPT, {"id": BOOTSCRIPT}),
        ({"id": BOOTSCRIPT, "size": 5e10, "title": 7}, {"id": BOOTSCRIPT, "size": 50_000_000_000}),
        ({"title": "stable"}, None),
        (["x"], None),
    ],
    ids=["id alone", "members", "no id", "array"],
)
def test_a_bootscript_that_was_stored_without_types_is_shown_with_types(
    api: Api, a: Caller, stored: Any, shown: Any
) -> None:
    register(api, dialect_facts={"scaleway": {"default_bootscript": stored}})

    [image] = listed(a)

    assert image["default_bootscript"] == shown
    assert_well_typed(image)


@pytest.mark.parametrize("stored", [{"id": 7}, {}, {"id": VOLUME}, VOLUME, 7], ids=str)
def test_a_root_volume_that_was_stored_without_types_is_shown_with_types(api: Api, a: Caller, stored: Any) -> None:
    register(api, name="odd", dialect_facts={"scaleway": {"root_volume": stored}})

    [image] = listed(a)

    assert_well_typed(image)
    assert image["root_volume"]["name"] == "odd"


def test_what_was_stored_without_types_has_them_when_it_is_sent_back(api: Api, a: Caller) -> None:
    volumes = {"scaleway": {"extra_volumes": {"1": VOLUME, "2": 7}}}
    odd = register(api, name="odd", architecture="arm", dialect_facts=volumes)

    answer = put(a, odd, show(a, odd))

    assert answer.status == 200
    assert show(a, odd)["extra_volumes"] == {"1": {"id": VOLUME}}
