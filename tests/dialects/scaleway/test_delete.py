"""Deletions, and methods that are not there: cases 95 to 103."""

import pytest

from tests.api import Answer, Caller
from tests.dialects.scaleway.scaleway import (
    ORG_B,
    UNKNOWN,
    assert_error,
    create,
    listed_ids,
    minimal,
    path_of,
    send_json,
    show,
    total,
)


def allowed(answer: Answer) -> set[str]:
    """The methods that a refusal offers instead."""
    return {method.strip() for method in answer.headers["allow"].split(",")}


def test_case_095_a_deleted_image_is_gone(a: Caller) -> None:
    image = create(a)

    answer = a.delete(path_of(image))

    assert answer.status == 204
    assert answer.body == b""
    assert_error(a.get(path_of(image)), 404)
    assert listed_ids(a) == []


def test_case_095_a_deleted_public_image_is_gone_for_others_too(a: Caller, b: Caller) -> None:
    image = create(a, public=True)

    a.delete(path_of(image))

    assert_error(b.get(path_of(image)), 404)
    assert listed_ids(b) == []


@pytest.mark.parametrize("body", [b"{}", b"{"], ids=["empty object", "malformed"])
def test_the_body_of_a_deletion_is_ignored(a: Caller, body: bytes) -> None:
    image = create(a)

    answer = a.delete(path_of(image), {"Content-Type": "application/json"}, body)

    assert answer.status == 204
    assert listed_ids(a) == []


def test_case_096_a_slash_at_the_end_makes_no_difference(a: Caller) -> None:
    image = create(a)

    answer = a.delete(f"{path_of(image)}/", {"Content-Length": "0"})

    assert answer.status == 204
    assert answer.body == b""
    assert a.get(path_of(image)).status == 404


def test_case_097_an_image_is_deleted_once(a: Caller) -> None:
    image = create(a)
    a.delete(path_of(image))

    answer = a.delete(path_of(image))

    assert_error(answer, 404)
    assert f'"{image["id"]}"' in answer.json["message"]


@pytest.mark.parametrize("image_id", [UNKNOWN, "12345"], ids=["UUID", "number"])
def test_case_098_an_unknown_image_is_not_found(a: Caller, image_id: str) -> None:
    image = create(a)

    answer = a.delete(f"/images/{image_id}")

    assert_error(answer, 404)
    assert f'"{image_id}"' in answer.json["message"]
    assert listed_ids(a) == [image["id"]]


def test_case_099_a_private_image_of_another_organization_cannot_be_deleted(a: Caller, b: Caller) -> None:
    image = create(a)

    answer = b.delete(path_of(image))

    assert_error(answer, 403)
    assert show(a, image) == image


def test_case_100_a_public_image_of_another_organization_cannot_be_deleted(a: Caller, b: Caller) -> None:
    image = create(a, public=True)

    answer = b.delete(path_of(image))

    assert_error(answer, 403)
    assert show(a, image) == image
    assert listed_ids(b) == [image["id"]]


def test_case_101_a_deletion_is_counted(a: Caller) -> None:
    created = [create(a)["id"] for _ in range(5)]

    a.delete(f"/images/{created[2]}")

    answer = a.get("/images")
    assert total(answer) == 4
    assert {image["id"] for image in answer.json["images"]} == {*created} - {created[2]}


def test_the_name_of_a_deleted_image_is_free_again(a: Caller) -> None:
    image = create(a, name="again")
    a.delete(path_of(image))

    again = create(a, name="again")

    assert again["id"] != image["id"]
    assert listed_ids(a, "?name=again") == [again["id"]]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/images", "/images/"], ids=["no slash", "slash"])
def test_case_102_a_list_cannot_be_changed(a: Caller, method: str, path: str) -> None:
    image = create(a)

    answer = send_json(a, method, path, minimal())

    assert_error(answer, 405)
    assert method not in allowed(answer)
    assert show(a, image) == image
    assert listed_ids(a) == [image["id"]]


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_case_102_one_image_has_not_every_method(a: Caller, method: str) -> None:
    image = create(a)

    answer = send_json(a, method, path_of(image), {"name": "new"})

    assert_error(answer, 405)
    assert {"GET", "HEAD", "PUT", "DELETE"} <= allowed(answer)
    assert method not in allowed(answer)
    assert show(a, image) == image


def test_case_103_a_refused_method_names_those_that_are_there(a: Caller, b: Caller) -> None:
    create(b, organization=ORG_B, public=True)

    answer = a.delete("/images")

    assert_error(answer, 405)
    assert {"GET", "HEAD", "POST"} <= allowed(answer)
