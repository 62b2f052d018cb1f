"""Credentials and the order of checks: cases 1 and 2, and wire §2."""

from base64 import b64encode

import pytest

from tests.api import ORDINARY, Api, Caller, a_caller, basic
from tests.dialects.devops_service.devops import (
    AMI,
    IMAGE,
    IMAGES,
    JSON,
    OPERATIONS,
    create,
    message,
    path,
    perform,
    records,
    show,
)

EACH_OPERATION = pytest.mark.parametrize("operation", OPERATIONS)
COMPANIONS = pytest.mark.parametrize("target", ["/v3/providers", "/v3/images/provider/ec2", "/v3/templates"])
XML = {"Accept": "application/xml"}
TEXT = {"Content-Type": "text/plain"}


@EACH_OPERATION
def test_case_001_without_credentials_a_client_is_challenged(api: Api, admin: Caller, operation: str) -> None:
    image = create(admin)

    answer = perform(api.anonymous(), operation)

    assert answer.status == 401
    assert message(answer)
    assert answer.headers["www-authenticate"].startswith('Basic realm="')
    assert records(admin) == [image]


@EACH_OPERATION
def test_case_002_a_wrong_password_is_unauthorized(admin: Caller, invalid: Caller, operation: str) -> None:
    image = create(admin)

    answer = perform(invalid, operation)

    assert answer.status == 401
    assert message(answer)
    assert answer.headers["www-authenticate"].startswith('Basic realm="')
    assert records(admin) == [image]


@COMPANIONS
def test_case_001_the_companions_of_the_command_are_challenged_too(api: Api, target: str) -> None:
    answer = api.anonymous().get(target)

    assert answer.status == 401
    assert message(answer)
    assert answer.headers["www-authenticate"].startswith('Basic realm="')


@COMPANIONS
def test_case_002_the_companions_of_the_command_want_the_right_password(invalid: Caller, target: str) -> None:
    answer = invalid.get(target)

    assert answer.status == 401
    assert message(answer)


@pytest.mark.parametrize("target", ["/v3/images/x", "/v3/image", "/v3/image/x/y", "/v3/providers/x"])
def test_paths_below_its_own_ask_for_credentials(api: Api, target: str) -> None:
    assert api.anonymous().get(target).status == 401


@EACH_OPERATION
def test_the_secret_of_somebody_else_is_unauthorized(api: Api, admin: Caller, operation: str) -> None:
    image = create(admin)
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY, user="ann"))
    impostor = Caller(api, basic("ben", secret))

    answer = perform(impostor, operation)

    assert answer.status == 401
    assert message(answer)
    assert answer.headers["www-authenticate"].startswith('Basic realm="')
    assert records(admin) == [image]


@pytest.mark.parametrize("user", ["", "ANN", "ann "], ids=["none", "another case", "a blank more"])
def test_a_user_is_known_by_its_exact_name(api: Api, user: str) -> None:
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY, user="ann"))

    as_another = Caller(api, basic(user, secret)).get(IMAGES)
    as_itself = Caller(api, basic("ann", secret)).get(IMAGES)

    assert (as_another.status, as_itself.status) == (401, 200)
    assert message(as_another)


@pytest.mark.parametrize("user", ["jürgen", "иван", "ann@example.com"])
def test_a_user_may_have_any_name(api: Api, user: str) -> None:
    caller = api.basic_caller("t1", *ORDINARY, user=user)

    answer = caller.get(IMAGES)

    assert answer.status == 200


@pytest.mark.parametrize(
    "credentials",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic " + b64encode(b"admin").decode(),
        "Basic " + b64encode(b"admin:").decode(),
        "Basic " + b64encode(b":").decode(),
        "Basic " + b64encode(b"admin:\xff").decode(),
        "Bearer token",
        "Digest username=admin",
    ],
    ids=[
        "empty",
        "scheme alone",
        "scheme and blank",
        "no base64",
        "no colon",
        "no secret",
        "nothing but a colon",
        "no text",
        "bearer",
        "digest",
    ],
)
def test_credentials_that_cannot_be_read_are_challenged(api: Api, admin: Caller, credentials: str) -> None:
    answer = api.anonymous().get(IMAGES, {"Authorization": credentials})

    assert answer.status == 401
    assert message(answer)
    assert answer.headers["www-authenticate"].startswith('Basic realm="')


@pytest.mark.parametrize("scheme", ["X-Auth-Token", "Bearer"])
def test_a_secret_counts_only_as_a_password(api: Api, scheme: str) -> None:
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY, user="ann"))
    headers = {"X-Auth-Token": {"X-Auth-Token": secret}, "Bearer": {"Authorization": f"Bearer {secret}"}}[scheme]

    answer = api.anonymous().get(IMAGES, headers)

    assert answer.status == 401
    assert message(answer)


def test_credentials_are_checked_before_anything_else(api: Api, admin: Caller) -> None:
    image = create(admin)

    found = [
        api.anonymous().get(IMAGES, XML),
        api.anonymous().post(IMAGE, TEXT, b"{"),
        api.anonymous().put(path("unknown"), TEXT, b"{"),
        api.anonymous().delete(path("unknown"), XML),
    ]

    assert [answer.status for answer in found] == [401] * 4
    assert records(admin) == [image]


def test_the_accept_header_is_checked_before_the_media_type(admin: Caller) -> None:
    created = admin.post(IMAGE, {**XML, **TEXT}, b"{")
    updated = admin.put(path(AMI), {**XML, **TEXT}, b"{")

    assert (created.status, updated.status) == (406, 406)
    assert message(created)
    assert message(updated)


@EACH_OPERATION
def test_the_accept_header_is_checked_before_the_policy(admin: Caller, nobody: Caller, operation: str) -> None:
    create(admin)

    answer = perform(nobody, operation, XML)

    assert answer.status == 406
    assert message(answer)


def test_the_media_type_is_checked_before_the_policy(reader: Caller) -> None:
    created = reader.post(IMAGE, TEXT, b"{")
    updated = reader.put(path(AMI), TEXT, b"{")

    assert (created.status, updated.status) == (415, 415)
    assert message(created)
    assert message(updated)


def test_the_media_type_is_checked_before_existence(admin: Caller) -> None:
    answer = admin.put(path("unknown"), TEXT, b"{}")

    assert answer.status == 415
    assert message(answer)


def test_the_policy_is_checked_before_existence_and_body(admin: Caller, reader: Caller) -> None:
    image = create(admin)

    found = [
        reader.put(path("unknown"), JSON, b"{"),
        reader.put(path(AMI), JSON, b"{"),
        reader.delete(path("unknown")),
        reader.post(IMAGE, JSON, b"{"),
    ]

    assert [answer.status for answer in found] == [403] * 4
    assert show(admin, AMI) == image
