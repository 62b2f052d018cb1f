"""Images that are refused: cases 12 to 37."""

import json
from typing import Any

import pytest

from tests.api import Caller
from tests.dialects.scaleway.scaleway import (
    ORG_B,
    UNKNOWN,
    VOLUME,
    assert_error,
    create,
    image_of,
    listed,
    minimal,
    minimal_without,
    post,
)

FOUR = ("organization", "name", "arch", "root_volume")


def test_case_012_all_that_is_missing_is_named_at_once(a: Caller) -> None:
    answer = post(a, {})

    assert_error(answer, 400, *FOUR)
    assert listed(a) == []


def test_case_013_an_organization_is_required(a: Caller) -> None:
    answer = post(a, minimal_without("organization"))

    assert_error(answer, 400, "organization")


def test_case_014_a_name_is_required(a: Caller) -> None:
    answer = post(a, minimal_without("name"))

    assert_error(answer, 400, "name")


def test_case_015_an_architecture_is_required(a: Caller) -> None:
    answer = post(a, minimal_without("arch"))

    assert_error(answer, 400, "arch")


def test_case_016_a_root_volume_is_required(a: Caller) -> None:
    answer = post(a, minimal_without("root_volume"))

    assert_error(answer, 400, "root_volume")


def test_case_017_a_name_is_not_empty(a: Caller) -> None:
    answer = post(a, minimal(name=""))

    assert_error(answer, 400, "name")


@pytest.mark.parametrize("name", [" ", "\t", "a\x00b", "line\nbreak", "\x7f"], ids=ascii)
def test_a_name_is_visible_and_in_one_line(a: Caller, name: str) -> None:
    answer = post(a, minimal(name=name))

    assert_error(answer, 400, "name")


@pytest.mark.parametrize("character", ["n", "ü", "😀"], ids=["ASCII", "Latin", "astral"])
def test_case_018_a_name_has_at_most_255_characters(a: Caller, character: str) -> None:
    answer = post(a, minimal(name=character * 256))

    assert_error(answer, 400, "name")


@pytest.mark.parametrize("name", [7, 1.5, True, ["n"], {"n": 1}], ids=["integer", "float", "bool", "array", "object"])
def test_case_019_a_name_is_text(a: Caller, name: Any) -> None:
    answer = post(a, minimal(name=name))

    assert_error(answer, 400, "name")


def test_case_020_a_name_is_not_null(a: Caller) -> None:
    answer = post(a, minimal(name=None))

    assert_error(answer, 400, "name")


@pytest.mark.parametrize("arch", ["sparc", "amd64", "ARM", " arm", "unknown_arch"])
def test_case_021_other_architectures_are_refused(a: Caller, arch: str) -> None:
    answer = post(a, minimal(arch=arch))

    assert_error(answer, 400, "arch")


def test_case_022_an_architecture_is_not_empty(a: Caller) -> None:
    answer = post(a, minimal(arch=""))

    assert_error(answer, 400, "arch")


@pytest.mark.parametrize("arch", [["arm"], {"arm": "arm"}, 64, None], ids=["array", "object", "number", "null"])
def test_case_023_an_architecture_is_text(a: Caller, arch: Any) -> None:
    answer = post(a, minimal(arch=arch))

    assert_error(answer, 400, "arch")


@pytest.mark.parametrize(
    "organization",
    ["acme", "", f"{UNKNOWN}0", 7, None, [UNKNOWN]],
    ids=["word", "empty", "one digit more", "number", "null", "array"],
)
def test_case_024_an_organization_is_a_uuid(a: Caller, organization: Any) -> None:
    answer = post(a, minimal(organization=organization))

    assert_error(answer, 400, "organization")


@pytest.mark.parametrize(
    "volume",
    ["vol-1", "", f"{VOLUME}0", {"id": "vol-1"}, {"id": None}, {}],
    ids=["word", "empty", "one digit more", "object of a word", "object of null", "object without id"],
)
def test_case_025_a_root_volume_is_a_uuid(a: Caller, volume: Any) -> None:
    answer = post(a, minimal(root_volume=volume))

    assert_error(answer, 400, "root_volume")


@pytest.mark.parametrize("volume", [7, True, [VOLUME]], ids=["number", "bool", "array"])
def test_case_026_a_root_volume_is_text_or_an_object(a: Caller, volume: Any) -> None:
    answer = post(a, minimal(root_volume=volume))

    assert_error(answer, 400, "root_volume")


def test_case_027_a_root_volume_is_not_null(a: Caller) -> None:
    answer = post(a, minimal(root_volume=None))

    assert_error(answer, 400, "root_volume")


@pytest.mark.parametrize("public", ["maybe", 3, [True], {}], ids=["word", "number", "array", "object"])
def test_case_028_an_image_is_public_or_not(a: Caller, public: Any) -> None:
    answer = post(a, minimal(public=public))

    assert_error(answer, 400, "public")


@pytest.mark.parametrize(
    "bootscript",
    ["script", "", 7, [], {}, {"title": "stable"}],
    ids=["word", "empty", "number", "array", "empty object", "object without id"],
)
def test_case_029_a_bootscript_is_a_uuid(a: Caller, bootscript: Any) -> None:
    answer = post(a, minimal(default_bootscript=bootscript))

    assert_error(answer, 400, "default_bootscript")


@pytest.mark.parametrize("volumes", [7, "{}", "none", [VOLUME]], ids=["number", "object in text", "word", "array"])
def test_case_030_extra_volumes_are_an_object(a: Caller, volumes: Any) -> None:
    answer = post(a, minimal(extra_volumes=volumes))

    assert_error(answer, 400, "extra_volumes")


@pytest.mark.parametrize("key", ["colour", "Name", ""], ids=["word", "capital", "empty"])
def test_case_031_an_unknown_key_is_refused(a: Caller, key: str) -> None:
    answer = post(a, minimal(**{key: "blue"}))

    assert_error(answer, 400, key)


def test_all_that_is_wrong_is_named_at_once(a: Caller) -> None:
    answer = post(a, {"name": "", "arch": "sparc", "root_volume": 7, "public": "maybe", "colour": "blue"})

    assert_error(answer, 400, "organization", "name", "arch", "root_volume", "public", "colour")


def test_case_032_nobody_makes_images_of_another_organization(a: Caller, b: Caller) -> None:
    create(b, organization=ORG_B)

    answer = post(a, minimal(organization=ORG_B, public=True))

    assert_error(answer, 403)
    assert listed(a) == []


def test_case_033_nobody_makes_images_of_an_organization_that_is_not_there(a: Caller) -> None:
    answer = post(a, minimal(organization=UNKNOWN))

    assert_error(answer, 403)
    assert listed(a) == []


def test_the_body_is_checked_before_the_organization(a: Caller) -> None:
    """Wire §4."""
    answer = post(a, minimal(organization=ORG_B, arch="sparc"))

    assert_error(answer, 400, "arch")


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"name": }', b"name=my_image", b'{"name": "a"} {}', b'{"name": "\xff"}'],
    ids=["cut off", "no value", "a form", "two documents", "no UTF-8"],
)
def test_case_034_malformed_json_is_refused(a: Caller, body: bytes) -> None:
    answer = a.post("/images", {"Content-Type": "application/json"}, body)

    assert_error(answer, 400)
    assert listed(a) == []


def test_case_035_a_missing_body_is_refused(a: Caller) -> None:
    answer = a.post("/images", {"Content-Type": "application/json"})

    assert_error(answer, 400)


@pytest.mark.parametrize(
    "document",
    [[], [minimal()], "name", 7, None, True],
    ids=["empty array", "array of an image", "text", "number", "null", "bool"],
)
def test_case_036_a_body_is_an_object(a: Caller, document: Any) -> None:
    answer = post(a, document)

    assert_error(answer, 400)


@pytest.mark.parametrize("headers", [{"Content-Type": "text/plain"}, {}], ids=["text", "undeclared"])
def test_case_037_json_may_call_itself_something_else(a: Caller, headers: dict[str, str]) -> None:
    answer = a.post("/images", headers, json.dumps(minimal(name="plain")).encode())

    assert answer.status == 201
    assert image_of(answer)["name"] == "plain"
