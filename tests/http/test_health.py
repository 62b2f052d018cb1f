"""`/healthz` and `/readyz`: what they look at, what they say, and how often."""

import json
import logging
import socket
import time
from threading import Event
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from chalicelib.bootstrap import Aws
from chalicelib.catalog.outage import Outage
from chalicelib.http.health import NotReady, Readiness
from tests.api import Answer, Api, FakeClock
from tests.conftest import MakeApi
from tests.faults.kinds import Reply
from tests.faults.outages import OUTAGES, during
from tests.faults.wire import Sent, response, wire
from tests.openapi.checking import described, violations

PATHS = ("/healthz", "/readyz")
PARTS = {"dynamodb": "tables", "s3": "bucket"}
CASES = [
    pytest.param(service, outage, reply, id=f"{service} {outage} {number}")
    for service in PARTS
    for number, (outage, reply) in enumerate(OUTAGES[service])
]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait before trying again."""
    monkeypatch.setattr(time, "sleep", lambda _: None)


def asked(api: Api, path: str, **headers: str) -> Answer:
    answer = api.anonymous().get(path, headers)
    told = described()["paths"][path]["get"]["responses"][str(answer.status)]["content"]["application/json"]["schema"]
    assert violations(told, answer.json) == []
    return answer


def line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The line of the last request."""
    found = [record.getMessage() for record in caplog.records if record.name == "rosetta.access"]
    told: dict[str, Any] = json.loads(found[-1])
    return told


def test_a_process_that_answers_is_alive_whatever_aws_does(api: Api) -> None:
    with wire(lambda sent: pytest.fail(f"{sent} was asked")):
        answer = asked(api, "/healthz")

    assert (answer.status, answer.json) == (200, {"status": "alive"})


def test_a_registry_is_ready_when_tables_and_bucket_answer(api: Api) -> None:
    with wire(lambda sent: sent.deliver()) as sent:
        answer = asked(api, "/readyz")

    assert (answer.status, answer.json) == (200, {"status": "ready"})
    assert sorted(each.operation for each in sent) == ["BatchGetItem", "GetItem", "HeadBucket"]


def test_tables_that_leave_something_unread_are_busy(api: Api) -> None:
    unread = {"Responses": {}, "UnprocessedKeys": {"rosetta-images": {"Keys": [{"image_id": {"S": "readyz"}}]}}}

    def answer_of(sent: Sent) -> AWSResponse:
        return response(200, json.dumps(unread).encode()) if sent.operation == "BatchGetItem" else sent.deliver()

    with wire(answer_of):
        answer = asked(api, "/readyz")

    assert answer.json == {"status": "not ready", "tables": "busy"}


def test_both_are_silent_and_that_is_said_long_before_the_gateway_loses_patience(
    make_api: MakeApi, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_api()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        clients = Aws.from_environ({"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": url})
        api = Api({}, aws._replace(probing=clients.probing))
        began = time.monotonic()
        answer = asked(api, "/readyz")
        took = time.monotonic() - began

    assert (answer.status, answer.json) == (503, {"status": "not ready", "tables": "timed out", "bucket": "timed out"})
    assert took < 10


def test_nothing_listens_and_that_is_said_at_once(make_api: MakeApi, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    make_api()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    clients = Aws.from_environ({"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    api = Api({}, aws._replace(probing=clients.probing))

    answer = asked(api, "/readyz")

    assert answer.json == {"status": "not ready", "tables": "unreachable", "bucket": "unreachable"}


def test_a_probe_that_never_ends_is_not_waited_for() -> None:
    never = Event()

    def ask() -> None:
        never.wait(60)

    readiness = Readiness({"tables": ask, "bucket": lambda: None}, FakeClock(), 0.05)

    with pytest.raises(NotReady) as refusal:
        readiness.check()

    never.set()
    assert refusal.value.faults == {"tables": Outage.TIMED_OUT}


@pytest.mark.parametrize(("service", "outage", "reply"), CASES)
def test_it_says_what_does_not_answer_and_what_it_does_instead(
    api: Api, caplog: pytest.LogCaptureFixture, service: str, outage: Outage, reply: Reply
) -> None:
    caplog.set_level(logging.INFO)
    with during(service, reply):
        answer = asked(api, "/readyz")

    assert (answer.status, answer.json) == (503, {"status": "not ready", PARTS[service]: outage})
    assert (line(caplog)["error"], line(caplog)["outage"]) == ("NotReady", outage)
    assert line(caplog)["causes"]


def test_it_names_all_that_does_not_answer(api: Api) -> None:
    silent = {service: outages[-1][1] for service, outages in OUTAGES.items()}
    with wire(lambda sent: silent[sent.service](sent)):
        answer = asked(api, "/readyz")

    assert answer.json == {"status": "not ready", "tables": "timed out", "bucket": "timed out"}


@pytest.mark.parametrize(
    ("setting", "part"), [({"TABLE_PREFIX": "elsewhere-"}, "tables"), ({"IMAGE_BUCKET": "elsewhere"}, "bucket")]
)
def test_what_is_not_there_does_not_answer(
    make_api: MakeApi, caplog: pytest.LogCaptureFixture, setting: dict[str, str], part: str
) -> None:
    caplog.set_level(logging.INFO)
    try:
        answer = asked(make_api(**setting), "/readyz")
    finally:
        make_api()  # tables have their usual names again

    assert (answer.status, answer.json) == (503, {"status": "not ready", part: "failing"})
    assert "elsewhere" not in answer.text


@pytest.mark.parametrize("is_ready", [True, False])
def test_what_was_found_out_is_told_again_for_five_seconds(api: Api, is_ready: bool) -> None:
    answer_of = OUTAGES["dynamodb"][0][1]
    with wire(lambda sent: sent.deliver() if is_ready else answer_of(sent)) as sent:
        first = asked(api, "/readyz")
        before = len(sent)
        api.clock.advance(4)
        second = asked(api, "/readyz")
        meanwhile = len(sent)
        api.clock.advance(1)
        asked(api, "/readyz")

    assert (first.status, first.body) == (second.status, second.body)
    assert (meanwhile - before, len(sent) > meanwhile) == (0, True)


def test_the_five_seconds_begin_when_it_was_found_out() -> None:
    clock, asked_for = FakeClock(), []

    def ask() -> None:
        asked_for.append("tables")
        clock.advance(8)

    readiness = Readiness({"tables": ask}, clock)
    readiness.check()
    clock.advance(4)
    readiness.check()

    assert asked_for == ["tables"]


@pytest.mark.parametrize("path", PATHS)
def test_they_belong_to_no_dialect(api: Api, caplog: pytest.LogCaptureFixture, path: str) -> None:
    caplog.set_level(logging.INFO)
    answers = [
        asked(api, path, Accept="application/json"),
        api.anonymous().get(f"/{path}/"),
        api.anonymous().head(path),
        api.caller("t1").get(path, {"X-Auth-Token": "wrong"}),
    ]

    assert [answer.status for answer in answers] == [200] * 4
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert answers[2].body == b""
    assert (line(caplog)["dialect"], line(caplog)["route"]) == ("health", path)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_else_is_done_there(api: Api, path: str) -> None:
    refused, below = api.anonymous().post(path), api.anonymous().get(f"{path}/more")

    assert (refused.status, refused.headers["allow"], refused.json.keys()) == (405, "GET", {"message"})
    assert (below.status, below.json.keys()) == (404, {"message"})
