"""What clients of each dialect and readers of the log are told when AWS does not do its work, and why."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from chalicelib.catalog.image import Status
from chalicelib.catalog.outage import Outage
from chalicelib.catalog.principal import Principal
from tests.api import Answer, Api
from tests.conformance.clients import CLIENTS, JSON, Client, GlanceV1, GlanceV2, Qingcloud
from tests.conformance.conftest import T1
from tests.factories import an_image
from tests.faults.kinds import Reply
from tests.faults.outages import OUTAGES, during

Act = Callable[[Client], Answer]
RENAMED = "new"


class Case(NamedTuple):
    """A request that needs a service of AWS, and its status when that is away for a while, and when it refuses."""

    client: type[Client]
    service: str
    act: Act
    away: int
    refused: int


def _download(client: Client) -> Answer:
    return client.caller.get(f"/v1/images/{IMAGE.id}")


def _download_file(client: Client) -> Answer:
    return client.caller.get(f"/v2/images/{IMAGE.id}/file")


def _capture(client: Client) -> Answer:
    body = json.dumps({"instance": "i-0123456789abcdef0", "image_name": "web"}).encode()
    return client.caller.post("/v2/zone/ac1/images", JSON, body)


IMAGE = an_image(
    owner=T1,
    status=Status.ACTIVE,
    architecture="arm64",
    disk_format="raw",
    container_format="bare",
    size=1,
    location="s3://rosetta-images/image/1",
)
NEEDS = (
    *(Case(client, "dynamodb", lambda client: client.listing(), 503, 500) for client in CLIENTS),
    Case(GlanceV1, "s3", _download, 503, 503),
    Case(GlanceV2, "s3", _download_file, 503, 503),
    Case(Qingcloud, "ec2", _capture, 503, 503),
)
CASES = [
    pytest.param(case, outage, reply, id=f"{case.client.dialect} {case.service} {outage} {number}")
    for case in NEEDS
    for number, (outage, reply) in enumerate(OUTAGES[case.service])
]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait before trying again."""
    monkeypatch.setattr(time, "sleep", lambda _: None)


def logged(caplog: pytest.LogCaptureFixture) -> Mapping[str, Any]:
    """The line of the last request."""
    line: Mapping[str, Any] = json.loads(
        [record.getMessage() for record in caplog.records if record.name == "rosetta.access"][-1]
    )
    return line


@pytest.mark.parametrize(("case", "outage", "reply"), CASES)
def test_answer_and_log_have_the_word_for_what_is_wrong(
    api: Api, owner: Principal, caplog: pytest.LogCaptureFixture, case: Case, outage: Outage, reply: Reply
) -> None:
    caplog.set_level(logging.INFO)
    api.world.images.add(IMAGE)
    client = case.client(api, owner)
    assert client.listing().status == 200

    with during(case.service, reply):
        answer = case.act(client)

    assert answer.status == (case.refused if outage is Outage.REFUSED else case.away), answer.text
    assert [word for word in Outage if word in answer.text] == [outage]
    line = logged(caplog)
    assert (line["status"], line["outage"]) == (answer.status, outage)
    assert line["causes"]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_request_that_is_answered_has_no_such_word_in_its_line(
    api: Api, owner: Principal, caplog: pytest.LogCaptureFixture, client: type[Client]
) -> None:
    caplog.set_level(logging.INFO)

    client(api, owner).listing()

    assert "outage" not in logged(caplog)
