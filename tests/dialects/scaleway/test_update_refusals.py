"""Changes that are refused: cases 87 to 93."""

from typing import Any

import pytest

from tests.api import Caller
from tests.dialects.scaleway.scaleway import (
    ANOTHER_VOLUME,
    BOOTSCRIPT,
    ORG_B,
    UNKNOWN,
    VOLUME,
    assert_error,
    create,
    path_of,
    put,
    send_json,
    show,
)


@pytest.mark.parametrize(
    "volume",
    [ANOTHER_VOLUME, {"id": ANOTHER_VOLUME}, {"id": "vol-1"}, {}, None, 7],
    ids=["another id", "another object", "no UUID", "object without id", "null", "number"],
)
def test_case_087_the_root_volume_cannot_be_changed(a: Caller, volume: Any) -> None:
    image = create(a, root_volume=VOLUME)

    answer = put(a, image, {**image, "name": "new", "root_volume": volume})

    assert_error(answer, 400, "root_volume")
    assert show(a, image) == image


@pytest.mark.parametrize("organization", [ORG_B, UNKNOWN], ids=["another", "nobody's"])
def test_case_088_an_image_cannot_be_given_away(a: Caller, organization: str) -> None:
    image = create(a)

    answer = put(a, image, {**image, "name": "new", "organization": organization})

    assert_error(answer, 403)
    assert show(a, image) == image


@pytest.mark.parametrize("organization", ["acme", None, 7], ids=["word", "null", "number"])
def test_an_organization_is_a_uuid(a: Caller, organization: Any) -> None:
    image = create(a)

    answer = put(a, image, {**image, "organization": organization})

    assert_error(answer, 400, "organization")
    assert show(a, image) == image


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("arch", "sparc"),
        ("arch", None),
        ("arch", ["arm"]),
        ("name", ""),
        ("name", None),
        ("name", "n" * 256),
        ("name", 7),
        ("public", 3),
        ("public", "maybe"),
        ("default_bootscript", "script"),
        ("default_bootscript", 7),
        ("default_bootscript", {}),
        ("extra_volumes", 7),
        ("extra_volumes", [VOLUME]),
        ("colour", "blue"),
    ],
    ids=lambda value: f"{len(value)} letters" if isinstance(value, str) and len(value) > 100 else repr(value),
)
def test_case_089_values_are_checked_as_in_a_new_image(a: Caller, key: str, value: Any) -> None:
    image = create(a, public=True, default_bootscript=BOOTSCRIPT)

    answer = put(a, image, {"name": "new", key: value})

    assert_error(answer, 400, key)
    assert show(a, image) == image


def test_all_that_is_wrong_is_named_at_once(a: Caller) -> None:
    image = create(a)

    answer = put(a, image, {"name": "", "arch": "sparc", "root_volume": ANOTHER_VOLUME, "colour": "blue"})

    assert_error(answer, 400, "name", "arch", "root_volume", "colour")
    assert show(a, image) == image


def test_the_body_is_checked_before_the_organization(a: Caller) -> None:
    """Wire §7."""
    image = create(a)

    answer = put(a, image, {"organization": ORG_B, "arch": "sparc"})

    assert_error(answer, 400, "arch")
    assert show(a, image) == image


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'["name"]', b'"name"', b"7", b"null", b""],
    ids=["malformed", "empty array", "array", "text", "number", "null", "none"],
)
def test_case_090_a_body_is_an_object(a: Caller, body: bytes) -> None:
    image = create(a)

    answer = a.put(path_of(image), {"Content-Type": "application/json"}, body)

    assert_error(answer, 400)
    assert show(a, image) == image


@pytest.mark.parametrize("image_id", [UNKNOWN, "12345"], ids=["UUID", "number"])
@pytest.mark.parametrize(
    "body",
    [b'{"name": "new"}', b'{"arch": "sparc"}', b"{", b""],
    ids=["valid", "invalid", "malformed", "none"],
)
def test_case_091_the_image_is_looked_for_before_the_body_is_read(a: Caller, image_id: str, body: bytes) -> None:
    answer = a.put(f"/images/{image_id}", {"Content-Type": "application/json"}, body)

    assert_error(answer, 404)
    assert f'"{image_id}"' in answer.json["message"]


def test_a_deleted_image_cannot_be_changed(a: Caller) -> None:
    image = create(a)
    a.delete(path_of(image))

    answer = put(a, image, {"name": "new"})

    assert_error(answer, 404)


@pytest.mark.parametrize("document", [{"name": "theirs"}, {"arch": "sparc"}, []], ids=["valid", "invalid", "array"])
def test_case_092_a_private_image_of_another_organization_cannot_be_changed(
    a: Caller, b: Caller, document: Any
) -> None:
    image = create(a)

    answer = put(b, image, document)

    assert_error(answer, 403)
    assert show(a, image) == image


@pytest.mark.parametrize("document", [{"name": "theirs"}, {"arch": "sparc"}, []], ids=["valid", "invalid", "array"])
def test_case_093_a_public_image_of_another_organization_cannot_be_changed(a: Caller, b: Caller, document: Any) -> None:
    image = create(a, public=True)

    answer = put(b, image, document)

    assert_error(answer, 403)
    assert show(a, image) == image


def test_case_093_nor_can_it_be_taken_over(a: Caller, b: Caller) -> None:
    image = create(a, public=True)

    answer = put(b, image, {**image, "organization": ORG_B})

    assert_error(answer, 403)
    assert show(a, image) == image


def test_a_slash_at_the_end_protects_from_nothing(a: Caller, b: Caller) -> None:
    image = create(a, public=True)

    answer = send_json(b, "PUT", f"{path_of(image)}/", {"name": "theirs"})

    assert_error(answer, 403)
    assert show(a, image) == image
