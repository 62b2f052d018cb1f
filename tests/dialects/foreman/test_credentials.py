"""Who may do what, and in which order it is checked: cases A01 to A13, and wire §8 and §9."""

from base64 import b64encode
from typing import NamedTuple

import pytest

from tests.api import ORDINARY, Caller, a_caller, basic
from tests.dialects.foreman.foreman import (
    JSON,
    TEXT,
    UNKNOWN,
    Parent,
    World,
    attributes,
    create,
    denied,
    listing,
    missing,
    post,
    put,
    send,
    show,
    try_create,
)

NO_CREDENTIALS = {"error": {"message": "Unable to authenticate user "}}


class Operation(NamedTuple):
    """A request below CA, and the permission that it needs."""

    method: str
    target: str
    permission: str


OPERATIONS = {
    "list": Operation("GET", "", "view_images"),
    "show": Operation("GET", "/1", "view_images"),
    "create": Operation("POST", "", "create_images"),
    "update": Operation("PUT", "/1", "edit_images"),
    "patch": Operation("PATCH", "/1", "edit_images"),
    "delete": Operation("DELETE", "/1", "destroy_images"),
}
EACH_OPERATION = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
EACH_WRITE = pytest.mark.parametrize("name", ["create", "update", "patch", "delete"])
EACH_KIND = pytest.mark.parametrize("kind", ["compute_resources", "operatingsystems", "architectures"])


def test_case_a01_a_client_without_credentials_is_refused(world: World) -> None:
    answer = world.anonymous.get(world.ca.images)

    assert answer.status == 401
    assert answer.json == NO_CREDENTIALS


def test_there_are_no_sessions(world: World) -> None:
    signed_in = world.admin.get("/api/status")
    next_command = world.anonymous.get(world.ca.images, {"Cookie": "_session_id=0123456789abcdef"})

    assert (signed_in.status, "set-cookie" in signed_in.headers) == (200, False)
    assert (next_command.status, next_command.json) == (401, NO_CREDENTIALS)


def test_case_a02_a_wrong_password_is_refused_with_the_login(world: World) -> None:
    caller = Caller(world.api, basic("admin", "wrong"))

    answer = caller.get(world.ca.images)

    assert answer.status == 401
    assert answer.json == {"error": {"message": "Unable to authenticate user admin"}}


def test_case_a03_a_bearer_token_counts_as_no_credentials(world: World) -> None:
    answer = world.anonymous.get(world.ca.images, {"Authorization": "Bearer abc"})

    assert answer.status == 401
    assert answer.json == NO_CREDENTIALS


def test_case_a04_credentials_are_checked_before_the_media_type(world: World) -> None:
    answer = world.anonymous.post(world.ca.images, TEXT, b"{}")

    assert answer.status == 401
    assert answer.json == NO_CREDENTIALS


def test_case_a05_credentials_are_checked_before_the_parent(world: World) -> None:
    answer = world.anonymous.get(f"/api/compute_resources/{UNKNOWN}/images")

    assert answer.status == 401
    assert answer.json == NO_CREDENTIALS


def test_case_a06_a_caller_without_permissions_sees_no_list(world: World) -> None:
    answer = world.nobody.get(world.ca.images)

    assert answer.status == 403
    assert answer.json["error"]["message"] == "Access denied"
    assert "view_images" in answer.json["error"]["details"]


def test_case_a07_permissions_are_checked_before_the_parent(world: World) -> None:
    answer = world.nobody.get(f"/api/compute_resources/{UNKNOWN}/images")

    assert answer.status == 403
    assert answer.json == denied("view_images")


def test_case_a08_a_viewer_creates_nothing(world: World) -> None:
    answer = post(world.viewer, world.ca.images, {"image": attributes(world)})

    assert answer.status == 403
    assert answer.json == denied("create_images")
    assert listing(world.viewer, world.ca.images)["total"] == 0


def test_case_a09_a_viewer_changes_nothing(world: World) -> None:
    answer = put(world.viewer, world.ca.image(1), username="changed")

    assert answer.status == 403
    assert answer.json == denied("edit_images")


def test_case_a10_a_viewer_deletes_nothing(world: World) -> None:
    answer = world.viewer.delete(world.ca.image(1))

    assert answer.status == 403
    assert answer.json == denied("destroy_images")


def test_case_a11_a_viewer_sees_the_list(world: World) -> None:
    image = create(world)

    answer = world.viewer.get(world.ca.images)

    assert answer.status == 200
    assert answer.json["results"] == [image]


def test_case_a12_missing_permissions_are_listed(world: World) -> None:
    answer = world.nobody.get(world.ca.images)

    assert answer.json["error"]["missing_permissions"] == ["view_images"]


def test_case_a13_permissions_are_checked_before_the_media_type(world: World) -> None:
    answer = world.viewer.post(world.ca.images, TEXT, b"{}")

    assert answer.status == 403
    assert answer.json == denied("create_images")


@EACH_OPERATION
def test_every_operation_needs_credentials(world: World, operation: Operation) -> None:
    answer = send(world.anonymous, operation.method, world.ca.images + operation.target, {"image": {}})

    assert answer.status == 401
    assert answer.json == NO_CREDENTIALS


@EACH_OPERATION
def test_every_operation_needs_its_permission(world: World, operation: Operation) -> None:
    answer = send(world.nobody, operation.method, world.ca.images + operation.target, {"image": {}})

    assert answer.status == 403
    assert answer.json == denied(operation.permission)


@EACH_KIND
def test_reads_need_their_permission_below_each_kind_of_parent(world: World, kind: str) -> None:
    parent = world.parent(kind)

    found = [world.nobody.get(parent.images), world.nobody.get(parent.image(1))]

    assert [answer.status for answer in found] == [403, 403]
    assert [answer.json for answer in found] == [denied("view_images")] * 2


@EACH_WRITE
def test_a_viewer_of_an_image_leaves_it_as_it_is(world: World, name: str) -> None:
    image = create(world)
    operation = OPERATIONS[name]
    target = world.ca.images if name == "create" else world.ca.image(image)

    answer = send(world.viewer, operation.method, target, {"image": {"username": "changed"}})

    assert answer.status == 403
    assert answer.json == denied(operation.permission)
    assert show(world.admin, world.ca.image(image)) == image


def test_an_administrator_has_every_permission(world: World) -> None:
    operator = world.api.basic_caller("t1", "admin", user="operator")
    created = post(operator, world.ca.images, {"image": attributes(world)})
    path = world.ca.image(created.json)

    found = [operator.get(world.ca.images), put(operator, path, username="changed"), operator.delete(path)]

    assert [created.status, *(answer.status for answer in found)] == [201, 200, 200, 200]


def test_who_may_not_see_the_parent_does_not_find_it(world: World) -> None:
    image = create(world)
    creator = world.api.basic_caller("t1", "create_image", user="creator")

    answer = put(creator, world.ca.image(image), username="changed")

    assert answer.status == 404
    assert answer.json == missing(image["id"])
    assert show(world.admin, world.ca.image(image)) == image


@pytest.mark.parametrize(
    "credentials",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic " + b64encode(b":").decode(),
        "Basic " + b64encode(b"admin:\xff").decode(),
        "Digest username=admin",
        "Token abc",
    ],
    ids=["empty", "scheme alone", "no base64", "nothing but a colon", "no text", "digest", "token"],
)
def test_credentials_that_cannot_be_read_are_none(world: World, credentials: str) -> None:
    answer = world.anonymous.get(world.ca.images, {"Authorization": credentials})

    assert answer.status == 401
    assert answer.json["error"]["message"].startswith("Unable to authenticate user ")


def test_an_empty_password_never_logs_in(world: World) -> None:
    answer = Caller(world.api, basic("admin", "")).get(world.ca.images)

    assert answer.status == 401
    assert answer.json == {"error": {"message": "Unable to authenticate user admin"}}


def test_the_secret_of_somebody_else_is_a_wrong_password(world: World) -> None:
    secret = world.api.world.identities.issue(a_caller("t1", *ORDINARY, user="ann"))

    answer = Caller(world.api, basic("ben", secret)).get(world.ca.images)

    assert answer.status == 401
    assert answer.json == {"error": {"message": "Unable to authenticate user ben"}}


def test_a_login_is_shown_as_it_was_sent(world: World) -> None:
    answer = Caller(world.api, basic("jürgen <b>", "wrong")).get(world.ca.images)

    assert answer.status == 401
    assert answer.json == {"error": {"message": "Unable to authenticate user jürgen <b>"}}


def test_a_secret_counts_as_a_password_only(world: World) -> None:
    secret = world.api.world.identities.issue(a_caller("t1", *ORDINARY, user="ann"))

    found = [
        world.anonymous.get(world.ca.images, {"X-Auth-Token": secret}),
        world.anonymous.get(world.ca.images, {"Authorization": f"Bearer {secret}"}),
    ]

    assert [answer.status for answer in found] == [401, 401]
    assert [answer.json for answer in found] == [NO_CREDENTIALS] * 2


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_the_media_type_is_checked_before_the_image_and_its_values(world: World, method: str) -> None:
    target = world.ca.images if method == "POST" else world.ca.image(UNKNOWN)

    answer = world.admin.request(method, target, TEXT, b"{}")

    assert answer.status == 415


def test_the_parent_is_checked_before_the_values(world: World) -> None:
    unknown = Parent("compute_resources", UNKNOWN, "unknown")

    answer = try_create(world, unknown, name="")

    assert answer.status == 404
    assert answer.json == missing()


def test_the_image_is_checked_before_the_values(world: World) -> None:
    answer = put(world.admin, world.ca.image(UNKNOWN), name="")

    assert answer.status == 404
    assert answer.json == missing(UNKNOWN)


def test_credentials_are_checked_before_the_values(world: World) -> None:
    found = [
        world.anonymous.request("POST", world.ca.images, JSON, b'{"image": {}}'),
        world.anonymous.request("PUT", world.ca.image(1), JSON, b'{"image": {"name": ""}}'),
    ]

    assert [answer.status for answer in found] == [401, 401]
