"""Policies: cases 3 to 9."""

import pytest

from tests.api import Api, Caller
from tests.dialects.devops_service.devops import (
    AMI,
    IMAGE,
    IMAGES,
    JSON,
    NEW,
    OPERATIONS,
    create,
    ids,
    message,
    path,
    perform,
    post,
    put,
    record,
    records,
    show,
)

UNABLE_TO_READ = pytest.mark.parametrize("who", ["deleter", "nobody"])
UNABLE_TO_CREATE = pytest.mark.parametrize("who", ["reader", "deleter", "nobody"])
UNABLE_TO_DELETE = pytest.mark.parametrize("who", ["reader", "creator", "nobody"])


def test_case_003_read_images_lists(admin: Caller, reader: Caller) -> None:
    image = create(admin)

    answer = reader.get(IMAGES)

    assert answer.status == 200
    assert answer.json == [image]


def test_case_003_read_images_shows(admin: Caller, reader: Caller) -> None:
    image = create(admin)

    answer = reader.get(path(AMI))

    assert answer.status == 200
    assert answer.json == image


@UNABLE_TO_READ
@pytest.mark.parametrize("query", ["", "?provider=ec2", "?provider=unknown", "?provider="])
def test_case_004_a_list_needs_read_images(admin: Caller, caller: Caller, who: str, query: str) -> None:
    create(admin)

    answer = caller.get(IMAGES + query)

    assert answer.status == 403
    assert f"'{who}'" in message(answer)


@UNABLE_TO_READ
def test_case_005_without_read_images_known_and_unknown_images_look_alike(
    admin: Caller, caller: Caller, who: str
) -> None:
    create(admin)

    known, unknown = caller.get(path(AMI)), caller.get(path("unknown"))

    assert (known.status, unknown.status) == (403, 403)
    assert f"'{who}'" in message(known)
    assert message(known) == message(unknown)


@UNABLE_TO_CREATE
def test_case_006_a_create_needs_create_image(admin: Caller, caller: Caller, who: str) -> None:
    answer = post(caller, record())

    assert answer.status == 403
    assert f"'{who}'" in message(answer)
    assert records(admin) == []


@UNABLE_TO_CREATE
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}"], ids=["empty", "malformed", "array", "no fields"])
def test_case_006_a_create_is_refused_before_its_body_is_read(caller: Caller, body: bytes) -> None:
    answer = caller.post(IMAGE, JSON, body)

    assert answer.status == 403
    assert message(answer)


@UNABLE_TO_CREATE
def test_case_007_an_update_needs_create_image(admin: Caller, caller: Caller, who: str) -> None:
    image = create(admin)

    known, unknown = put(caller, AMI, {"name": "changed"}), put(caller, "unknown", {"name": "changed"})

    assert (known.status, unknown.status) == (403, 403)
    assert f"'{who}'" in message(known)
    assert show(admin, AMI) == image


def test_case_007_create_image_is_enough_for_an_update(admin: Caller, creator: Caller) -> None:
    image = create(admin)

    answer = put(creator, AMI, {"name": "changed"})

    assert answer.status == 200
    assert show(admin, AMI) == {**image, "name": "changed"}


@UNABLE_TO_DELETE
def test_case_008_a_delete_needs_delete_image(admin: Caller, caller: Caller, who: str) -> None:
    image = create(admin)

    known, unknown = caller.delete(path(AMI)), caller.delete(path("unknown"))

    assert (known.status, unknown.status) == (403, 403)
    assert f"'{who}'" in message(known)
    assert show(admin, AMI) == image


def test_case_008_whoever_created_an_image_may_not_delete_it_therefore(creator: Caller) -> None:
    image = create(creator)

    answer = creator.delete(path(AMI))

    assert answer.status == 403
    assert show(creator, AMI) == image


def test_case_009_delete_image_alone_deletes(admin: Caller, deleter: Caller) -> None:
    create(admin)

    answer = deleter.delete(path(AMI))

    assert answer.status == 200
    assert answer.json == {"id": AMI, "message": "Deleted"}
    assert records(admin) == []


@pytest.mark.parametrize("operation", ["list", "show", "create", "update"])
def test_case_009_delete_image_alone_does_nothing_else(admin: Caller, deleter: Caller, operation: str) -> None:
    image = create(admin)

    answer = perform(deleter, operation)

    assert answer.status == 403
    assert message(answer)
    assert records(admin) == [image]


def test_create_image_alone_creates_and_updates(api: Api, admin: Caller) -> None:
    writer = api.basic_caller("t1", "create_image", user="writer")

    created = post(writer, record())
    updated = put(writer, AMI, {"name": "changed"})

    assert (created.status, updated.status) == (200, 200)
    assert show(admin, AMI)["name"] == "changed"


@pytest.mark.parametrize("operation", ["list", "show", "delete"])
def test_create_image_alone_does_nothing_else(api: Api, operation: str) -> None:
    writer = api.basic_caller("t1", "create_image", user="writer")
    create(writer)

    answer = perform(writer, operation)

    assert answer.status == 403
    assert "'writer'" in message(answer)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_without_any_policy_nothing_is_allowed(admin: Caller, nobody: Caller, operation: str) -> None:
    image = create(admin)

    answer = perform(nobody, operation)

    assert answer.status == 403
    assert "'nobody'" in message(answer)
    assert "www-authenticate" not in answer.headers
    assert records(admin) == [image]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_policy_of_operators_stands_for_all_of_them(admin: Caller, operator: Caller, operation: str) -> None:
    create(admin)

    answer = perform(operator, operation)

    assert answer.status == 200


def test_the_policies_of_a_tenant_are_about_the_same_images(admin: Caller, creator: Caller, reader: Caller) -> None:
    create(creator, id=NEW)
    create(admin, id=AMI)

    found = [ids(caller) for caller in (admin, creator, reader)]

    assert found == [[NEW, AMI]] * 3
