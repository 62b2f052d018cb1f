"""What is logged of a request, and what never is."""

import json
import logging
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.catalog.image import Status
from chalicelib.catalog.principal import Policy, Principal
from tests.api import Api
from tests.conftest import MakeApi
from tests.factories import an_image
from tests.http.conftest import Client, token
from tests.http.echo import echoing, gateway
from tests.storage.contract.faults import answering

THROTTLED = (
    HTTPStatus.BAD_REQUEST,
    {"Error": {"Code": "ThrottlingException", "Message": "slow"}, "ResponseMetadata": {"RequestId": "AWS-1"}},
)
CALLER = Principal("alice", "t1", frozenset({Policy.READ_IMAGES, Policy.CREATE_IMAGE, Policy.DELETE_IMAGE}))
FIELDS = {
    *("dialect", "method", "route", "status", "outcome", "ms", "dynamodb_requests", "request_id"),
    *("user", "tenant", "token", "images", "source", "agent"),
}
UPLOAD = {
    "Content-Type": "application/octet-stream",
    "x-image-meta-disk_format": "raw",
    "x-image-meta-container_format": "bare",
}


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The fields of each request that was logged."""
    return [json.loads(record.getMessage()) for record in caplog.records if record.name == "rosetta.access"]


def test_each_request_is_one_line_of_fields(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/echo/one/of/two?limit=1")
    client.request("PUT", "/echo/one", body=b"x")

    first, second = lines(caplog)
    assert set(first) == FIELDS
    assert (first["dialect"], first["method"], first["route"]) == ("echo", "GET", "/echo/{name}/of/{owner}")
    assert (second["method"], second["route"], second["status"]) == ("PUT", "/echo/{name}", 200)
    assert first["ms"] >= 0
    assert first["request_id"] != second["request_id"]


@pytest.mark.parametrize(
    ("target", "route", "status"),
    [
        ("/echo/one", "/echo/{name}", 200),
        ("/echo/me", "/echo/me", 401),
        ("/echo/missing/x", "/echo/missing/{name}", 404),
        ("/elsewhere/some-secret", "-", 401),
    ],
)
def test_the_route_and_the_status_are_logged_of_refusals_too(
    client: Client, caplog: pytest.LogCaptureFixture, target: str, route: str, status: int
) -> None:
    client.get(target)

    (line,) = lines(caplog)
    assert (line["route"], line["status"]) == (route, status)


def test_a_defect_is_logged_with_its_request_id_and_as_a_request(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/echo/broken")

    (line,) = lines(caplog)
    (defect,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert (line["status"], line["route"]) == (500, "/echo/broken")
    assert line["request_id"] in defect.getMessage()


def test_what_a_request_costs_is_logged(api: Api, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caller = token(api, "t1")

    client.request("GET", "/echo/images", caller)
    client.request("GET", "/echo/images", caller)
    client.request("GET", "/echo/one", caller)

    # The token is looked up once, and its use of today noted; a list is made of three streams.
    assert [line["dynamodb_requests"] for line in lines(caplog)] == [5, 3, 0]


def test_a_line_says_who_asked_for_which_image_from_where(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    secret = api.world.identities.issue(CALLER)
    (token,) = api.world.identities.list()
    headers = {"X-Auth-Token": secret, "User-Agent": "glanceclient"}

    created = api.anonymous().post("/v1/images", headers).json["image"]["id"]
    api.anonymous().delete(f"/v1/images/{created}", headers)

    for line in lines(caplog):
        assert (line["user"], line["tenant"], line["token"]) == ("alice", "t1", token.id)
        assert (line["images"], line["source"], line["agent"]) == ([created], "127.0.0.1", "glanceclient")
        assert "error" not in line


def test_a_line_names_all_images_of_a_deletion_by_their_own_ids(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    images = [
        api.world.images.add(an_image(number=number, status=Status.ACTIVE, aliases={"qingcloud": f"img-{number}"}))
        for number in (1, 2)
    ]
    bearer = {"Authorization": "Bearer " + api.world.identities.issue(CALLER)}

    answer = api.anonymous().delete("/v2/zone/ac1/images/img-1,img-2", bearer)

    assert answer.status == 200, answer.text
    (line,) = lines(caplog)
    assert line["images"] == [image.id for image in images]


@pytest.mark.parametrize(
    ("target", "secret", "status", "error"),
    [
        ("/v1/images/nowhere", True, 404, "ImageNotFound"),
        ("/v1/images", False, 401, "Unauthorized"),
        ("/v1/nowhere", True, 404, "PathUnknown"),
    ],
)
def test_a_line_says_why_a_request_was_refused(
    api: Api, caplog: pytest.LogCaptureFixture, target: str, secret: bool, status: int, error: str
) -> None:
    caplog.set_level(logging.INFO)
    (api.caller("t1") if secret else api.anonymous()).get(target)

    (line,) = lines(caplog)
    assert (line["status"], line["error"]) == (status, error)
    assert "causes" not in line


def test_a_line_says_what_failed_in_aws_by_which_request(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    caller = api.caller("t1")

    with answering("BatchGetItem", lambda _: THROTTLED):
        caller.get(f"/v1/images/{uuid4()}")

    (line,) = lines(caplog)
    assert (line["status"], line["error"]) == (503, "TablesUnavailable")
    assert line["causes"] == ["ClientError ThrottlingException"]
    assert line["aws_request_id"] == "AWS-1"


def test_the_status_that_leaves_is_the_one_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    def finish(_request: object, response: Any) -> Any:
        return type(response)(response.body, 418)

    Client(gateway(api, echoing(finish=finish))).get("/echo/one")

    assert lines(caplog)[0]["status"] == 418


def test_no_record_has_a_token_or_a_signed_url(make_api: MakeApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    api = make_api(MAX_INLINE_BYTES="10")
    secret = api.world.identities.issue(CALLER, secret="s3cr3t-t0ken")
    headers = {"X-Auth-Token": secret, "Authorization": f"Bearer {secret}", **UPLOAD}
    signed = "https://127.0.0.1/image.raw?X-Amz-Signature=abcdef"
    caller = api.anonymous()

    created = caller.post("/v1/images", headers, b"ten bytes!").json["image"]["id"]
    answers = [
        caller.post("/v1/images", {**headers, "x-image-meta-location": api.put_elsewhere("big", b"x" * 11)}),
        caller.post("/v1/images", {**headers, "x-image-meta-location": signed}),
        caller.get(f"/v1/images?marker={created}&token={secret}", headers),
        caller.get("/v1/images", {"X-Auth-Token": secret + "x"}),
        caller.get(f"/v1/{secret}/images", headers),
    ]
    download = caller.get(f"/v1/images/{answers[0].json['image']['id']}", headers)
    with api.s3_fault("DeleteObject", "InternalError", 500):
        deleted = caller.delete(f"/v1/images/{created}", headers)

    assert [answer.status for answer in answers] == [202, 400, 200, 401, 404]
    assert "X-Amz-Signature=" in download.headers["location"]
    assert deleted.status == 204
    logged = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert len(lines(caplog)) == 8
    assert "bytes left behind" in logged
    for hidden in (secret, "Signature", "abcdef", download.headers["location"]):
        assert hidden not in logged
