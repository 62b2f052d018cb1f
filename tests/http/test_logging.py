"""What is logged of a request, and what never is."""

import json
import logging
from typing import Any

import pytest

from chalicelib.catalog.principal import Policy, Principal
from tests.api import Api
from tests.conftest import MakeApi
from tests.http.conftest import Client, token
from tests.http.echo import echoing, gateway

CALLER = Principal("alice", "t1", frozenset({Policy.READ_IMAGES, Policy.CREATE_IMAGE, Policy.DELETE_IMAGE}))
FIELDS = {"dialect", "method", "route", "status", "ms", "dynamodb_requests", "request_id"}
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

    defect, request = (record for record in caplog.records if record.name == "rosetta.access")
    line = json.loads(request.getMessage())
    assert (line["status"], line["route"]) == (500, "/echo/broken")
    assert line["request_id"] in defect.getMessage()


def test_what_a_request_costs_is_logged(api: Api, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caller = token(api, "t1")

    client.request("GET", "/echo/images", caller)
    client.request("GET", "/echo/images", caller)
    client.request("GET", "/echo/one", caller)

    # The token is looked up once; a list is made of three streams.
    assert [line["dynamodb_requests"] for line in lines(caplog)] == [4, 3, 0]


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
