"""What whoever operates a stage sees of it: its health, who did what, and what it counts."""

import http.client
import json
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pytest

from chalicelib.catalog.principal import Principal
from local.server import UNKNOWN
from tests.dialects.glance_v1.glance import create
from tests.http.test_metrics import counted
from tests.loopback.deployed import DeployedApi
from tests.loopback.principals import caller_of
from tests.loopback.runtime import Function
from tests.loopback.runtime_api import RuntimeApi
from tests.loopback.test_runtime import aimed, invoke, recorded

pytestmark = pytest.mark.loopback

PATIENCE = 20
"""Seconds until a line may be found in the log."""


def lines(log: str) -> list[dict[str, Any]]:
    """The lines of requests in a log: what CloudWatch takes for JSON, as it begins with a brace."""
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def about(image_id: str, log: str) -> list[dict[str, Any]]:
    return [line for line in lines(log) if image_id in line["images"]]


@pytest.mark.parametrize(("path", "status"), [("/healthz", "alive"), ("/readyz", "ready")])
def test_a_stage_says_how_it_is_to_everybody(api: DeployedApi, path: str, status: str) -> None:
    """Its role has all the rights that the answer takes."""
    answer = api.anonymous().get(path)

    assert (answer.status, answer.json) == (200, {"status": status})


def test_a_method_that_nobody_declared_is_answered_as_on_one_machine(api: DeployedApi) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", api.stack.emulator.port)) as connection:
        connection.request("PROPFIND", f"/{api.stack.stage}/v1/images", headers={"Host": api.stack.host})
        answer = connection.getresponse()
        told = json.loads(answer.read())

    assert (answer.status, told) == (UNKNOWN["statusCode"], json.loads(UNKNOWN["body"]))


def test_the_log_of_a_stage_says_who_did_what_with_which_image(api: DeployedApi, owner: Principal) -> None:
    caller = caller_of(api, owner)
    image_id = create(caller)["id"]
    assert caller.delete(f"/v1/images/{image_id}").status == 204

    deadline, found = time.monotonic() + PATIENCE, list[dict[str, Any]]()
    while len(found) < 2 and time.monotonic() < deadline:
        found = about(image_id, "\n".join(api.stack.log("APIHandler")))
        time.sleep(0.2)

    assert [(line["method"], line["route"]) for line in found] == [
        ("POST", "/v1/images"),
        ("DELETE", "/v1/images/{image_id}"),
    ]
    assert {(line["user"], line["tenant"]) for line in found} == {(owner.user, owner.tenant)}
    assert all(line["token"] and line["source"] and line["request_id"] for line in found)


def test_a_stage_remembers_what_was_done_to_an_image(api: DeployedApi, owner: Principal) -> None:
    """The roles of all functions may write it, and the API's may read it."""
    caller = caller_of(api, owner)
    image_id = create(caller, {"x-image-meta-name": "one"})["id"]
    assert caller.put(f"/v1/images/{image_id}", {"x-image-meta-name": "two"}).status == 200
    assert caller.put(f"/v1/images/{image_id}/members/t2").status == 204
    assert caller.delete(f"/v1/images/{image_id}").status == 204

    events = caller.get(f"/v1/images/{image_id}/events").json["events"]

    assert [event["event"] for event in events] == ["created", "changed", "shared", "deleted"]
    assert {(event["user"], event["tenant"], event["dialect"]) for event in events} == {
        (owner.user, owner.tenant, "glance_v1")
    }
    assert all(event["request_id"] for event in events)


def test_the_log_of_a_function_is_counted(
    runtime_api: RuntimeApi, functions: Mapping[str, Function], owner: Principal
) -> None:
    event = recorded("stage_prefix", {"X-Auth-Token": runtime_api.world.identities.issue(owner)})

    answer = invoke(runtime_api, aimed(event, "/v1/images"))

    (line,) = (line for line in lines(functions["app"].log) if line["user"] == owner.user)
    assert (answer.status, line["status"], line["tenant"]) == (200, 200, owner.tenant)
    assert {name for name, *_ in counted(line)} == {"ms", "requests"}
