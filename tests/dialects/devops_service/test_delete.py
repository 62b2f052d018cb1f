"""Deletes: cases 48 to 51."""

from typing import Any

import pytest

from tests.api import Caller
from tests.dialects.devops_service.devops import (
    AMI,
    JSON,
    create,
    ids,
    media_type,
    message,
    path,
    post,
    put,
    record,
    records,
    show,
    without,
)


def test_case_048_a_delete_answers_with_the_id_and_a_message(admin: Caller) -> None:
    create(admin)

    answer = admin.delete(path(AMI))

    assert answer.status == 200
    assert media_type(answer) == "application/json"
    assert answer.json == {"id": AMI, "message": "Deleted"}


def test_case_048_a_deleted_image_is_not_found_nor_listed(admin: Caller) -> None:
    create(admin)
    admin.delete(path(AMI))

    shown, updated = admin.get(path(AMI)), put(admin, AMI, {"name": "changed"})

    assert (shown.status, updated.status) == (404, 404)
    assert AMI in message(shown)
    assert AMI in message(updated)
    assert records(admin) == []
    assert records(admin, "?provider=ec2") == []


def test_case_048_a_delete_leaves_other_images_alone(admin: Caller) -> None:
    create(admin)
    create(admin, id=AMI.upper())

    answer = admin.delete(path(AMI))

    assert answer.status == 200
    assert ids(admin) == [AMI.upper()]


@pytest.mark.parametrize("image_id", ["50%", "a%2Fb", "ami-1+2@x:y_z.w", "образ", "x" * 255])
def test_case_048_an_image_of_any_id_is_deleted(admin: Caller, image_id: str) -> None:
    create(admin, id=image_id)

    answer = admin.delete(path(image_id))

    assert answer.status == 200
    assert answer.json == {"id": image_id, "message": "Deleted"}
    assert records(admin) == []


@pytest.mark.parametrize("image_id", ["unknown", "2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11", "образ", AMI.upper()])
def test_case_049_an_unknown_image_cannot_be_deleted(admin: Caller, image_id: str) -> None:
    image = create(admin)

    answer = admin.delete(path(image_id))

    assert answer.status == 404
    assert image_id in message(answer)
    assert records(admin) == [image]


def test_case_049_an_image_is_deleted_once(admin: Caller) -> None:
    create(admin)
    admin.delete(path(AMI))

    answer = admin.delete(path(AMI))

    assert answer.status == 404
    assert AMI in message(answer)


@pytest.mark.parametrize(
    "headers",
    [{}, JSON, {"Content-Type": "application/json; charset=UTF-8"}, {"Content-Type": "text/plain"}],
    ids=lambda headers: headers.get("Content-Type", "no media type"),
)
@pytest.mark.parametrize("body", [b"", b"{}", b"{", b'{"id": "other"}'], ids=["empty", "object", "malformed", "an id"])
def test_case_050_body_and_media_type_are_ignored(admin: Caller, headers: dict[str, str], body: bytes) -> None:
    create(admin)
    bystander = create(admin, id="other")

    answer = admin.delete(path(AMI), headers, body)

    assert answer.status == 200
    assert answer.json == {"id": AMI, "message": "Deleted"}
    assert records(admin) == [bystander]


def test_case_051_the_id_is_free_again(admin: Caller) -> None:
    create(admin)
    admin.delete(path(AMI))

    answer = post(admin, record(provider="static", remote_user="root", name="another"))

    assert answer.status == 200
    assert show(admin, AMI) == record(provider="static", remote_user="root", name="another")
    assert ids(admin) == [AMI]


def test_case_051_no_old_value_comes_back(admin: Caller) -> None:
    create(admin, name="old", bootstrap_template="old")
    admin.delete(path(AMI))

    answer = post(admin, without("name"))

    assert answer.status == 200
    assert show(admin, AMI) == record(name="")
    assert records(admin) == [record(name="")]


def test_case_051_an_id_may_be_used_again_and_again(admin: Caller) -> None:
    names = ["first", "second", "third"]

    found: list[Any] = []
    for name in names:
        create(admin, name=name)
        found.append(show(admin, AMI)["name"])
        admin.delete(path(AMI))

    assert found == names
    assert records(admin) == []


def test_case_051_an_image_that_came_after_is_deleted_like_the_first(admin: Caller) -> None:
    create(admin)
    admin.delete(path(AMI))
    create(admin)

    deleted, again = admin.delete(path(AMI)), admin.delete(path(AMI))

    assert (deleted.status, again.status) == (200, 404)
    assert records(admin) == []
