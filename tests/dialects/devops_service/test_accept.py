"""What a client accepts: cases 37 and 38."""

import pytest

from tests.api import Api, Caller
from tests.dialects.devops_service.devops import (
    AMI,
    IMAGE,
    IMAGES,
    OPERATIONS,
    create,
    media_type,
    message,
    path,
    perform,
    records,
)

EACH_OPERATION = pytest.mark.parametrize("operation", OPERATIONS)
COMPANIONS = pytest.mark.parametrize("target", ["/v3/providers", "/v3/images/provider/ec2", "/v3/templates"])


@EACH_OPERATION
@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/xml",
        "text/*",
        "text/html, application/xhtml+xml, image/png;q=0.5",
        "application/vnd.api+json",
        "application/jsonp",
        "text/json",
    ],
)
def test_case_037_a_client_that_does_not_take_json_gets_nothing_done(
    admin: Caller, operation: str, accept: str
) -> None:
    image = create(admin)

    answer = perform(admin, operation, {"Accept": accept})

    assert answer.status == 406
    assert message(answer)
    assert records(admin) == [image]


@COMPANIONS
def test_case_037_the_companions_of_the_command_refuse_it_too(admin: Caller, target: str) -> None:
    answer = admin.get(target, {"Accept": "text/html"})

    assert answer.status == 406
    assert message(answer)


@EACH_OPERATION
@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/*",
        "application/json",
        "Application/JSON",
        "application/json; charset=UTF-8",
        "application/json;q=0.5",
        "text/html, application/json",
        "text/html,application/json;q=0.9,image/png",
        "text/html, */*;q=0.1",
        "application/xml , application/*",
    ],
)
def test_case_038_a_client_that_takes_json_is_served(admin: Caller, operation: str, accept: str) -> None:
    create(admin)

    answer = perform(admin, operation, {"Accept": accept})

    assert answer.status == 200
    assert media_type(answer) == "application/json"


@EACH_OPERATION
def test_case_038_a_client_that_does_not_say_is_served(admin: Caller, operation: str) -> None:
    create(admin)

    answer = perform(admin, operation)

    assert answer.status == 200
    assert media_type(answer) == "application/json"


@COMPANIONS
@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}, {"Accept": "application/json"}], ids=repr)
def test_case_038_the_companions_of_the_command_are_served_too(
    admin: Caller, target: str, headers: dict[str, str]
) -> None:
    answer = admin.get(target, headers)

    assert answer.status == 200
    assert media_type(answer) == "application/json"


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "status"),
    [
        ("POST", IMAGE, {}, b"{}", 415),
        ("POST", IMAGE, {"Content-Type": "application/json"}, b"{}", 400),
        ("PUT", path(AMI), {}, b"{", 400),
        ("PUT", path(AMI), {"Content-Type": "text/plain"}, b"{}", 415),
        ("GET", path("unknown"), {}, b"", 404),
        ("PUT", path("unknown"), {}, b"{}", 404),
        ("DELETE", path("unknown"), {}, b"", 404),
        ("GET", f"{IMAGES}?provider=foo", {}, b"", 404),
        ("GET", f"{IMAGES}/provider/foo", {}, b"", 404),
        ("GET", f"{IMAGES}/unknown", {}, b"", 404),
        ("GET", IMAGES, {"Accept": "text/html"}, b"", 406),
    ],
)
def test_every_refusal_is_json(
    admin: Caller, method: str, target: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    create(admin)

    answer = admin.request(method, target, headers, body)

    assert answer.status == status
    assert message(answer)


@pytest.mark.parametrize("accept", ["text/html", "image/png", ""])
def test_a_client_without_credentials_is_told_so_in_json(api: Api, accept: str) -> None:
    answer = api.anonymous().get(IMAGES, {"Accept": accept})

    assert answer.status == 401
    assert message(answer)


def test_a_missing_policy_is_told_in_json(nobody: Caller) -> None:
    answer = nobody.get(IMAGES)

    assert answer.status == 403
    assert message(answer)
