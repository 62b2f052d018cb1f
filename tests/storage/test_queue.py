"""Messages to the worker in SQS: what they say, when they are seen, and a queue that does not answer."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import CloudUnavailable
from tests.api import Api
from tests.conftest import MakeApi

LONGEST = timedelta(minutes=15)
URL = "https://sqs.example"
Reply = tuple[AWSResponse, Mapping[str, Any]]


@pytest.fixture
def world(api: Api) -> World:
    return api.world


def passing() -> None:
    """Let a call pass."""


def failing(code: str, status: int) -> Callable[[], Reply]:
    """An answer with this error."""

    def reply() -> Reply:
        error = {"Code": code, "Message": "as the test asks"}
        return AWSResponse(URL, status, HTTPHeaders(), BytesIO()), {"Error": error, "ResponseMetadata": {}}

    return reply


def unreachable() -> None:
    """No answer at all."""
    raise EndpointConnectionError(endpoint_url=URL)


@contextmanager
def answering(world: World, operation: str, reply: Callable[[], Reply | None]) -> Iterator[list[Mapping[str, Any]]]:
    """Have `reply` answer each call of this name instead of SQS, or let it pass; yields the calls."""
    calls: list[Mapping[str, Any]] = []

    def hook(params: Mapping[str, Any], **_: Any) -> Any:
        calls.append(json.loads(params["body"]))
        return reply()

    events, name = world.queue.client().meta.events, f"before-call.sqs.{operation}"
    events.register_first(name, hook)
    try:
        yield calls
    finally:
        events.unregister(name, hook)


def seen(world: World) -> list[Any]:
    """What the messages say that a worker sees now."""
    answer = world.queue.client().receive_message(QueueUrl=world.queue.url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


@pytest.mark.parametrize("owner", ["t1", 'é/"1"'], ids=["plain", "with signs"])
def test_a_message_names_the_job_and_its_owner(world: World, owner: str) -> None:
    world.queue.send(owner, "job-1")

    assert seen(world) == [{"owner": owner, "job": "job-1"}]


def test_each_message_is_one_of_its_own(world: World) -> None:
    for job_id in ("1", "2", "1"):
        world.queue.send("t1", job_id)

    assert sorted(message["job"] for message in seen(world)) == ["1", "1", "2"]


def test_a_message_with_a_delay_is_not_seen_at_once(world: World) -> None:
    world.queue.send("t1", "late", timedelta(minutes=1))
    world.queue.send("t1", "now")

    assert [message["job"] for message in seen(world)] == ["now"]


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        (timedelta(), 0),
        (timedelta(seconds=10), 10),
        (LONGEST, 900),
        (LONGEST + timedelta(seconds=1), 900),
        (timedelta(days=2), 900),
    ],
    ids=["none", "ten seconds", "longest", "longer", "much longer"],
)
def test_a_delay_is_at_most_fifteen_minutes(world: World, delay: timedelta, seconds: int) -> None:
    with answering(world, "SendMessage", passing) as calls:
        world.queue.send("t1", "job-1", delay)

    assert [call["DelaySeconds"] for call in calls] == [seconds]


def test_a_world_asks_once_where_its_queue_is(world: World) -> None:
    with answering(world, "GetQueueUrl", passing) as calls:
        world.queue.send("t1", "1")
        world.queue.send("t1", "2")

    assert len(calls) == 1


@pytest.mark.parametrize("operation", ["GetQueueUrl", "SendMessage"])
@pytest.mark.parametrize(
    "reply",
    [failing("ThrottlingException", 400), failing("InternalError", 500), failing("AccessDenied", 403), unreachable],
    ids=["throttled", "broken", "forbidden", "unreachable"],
)
def test_a_queue_that_does_not_answer_is_unavailable(
    world: World, operation: str, reply: Callable[[], Reply | None]
) -> None:
    with answering(world, operation, reply), pytest.raises(CloudUnavailable):
        world.queue.send("t1", "job-1")

    assert seen(world) == []


@pytest.mark.parametrize("operation", ["GetQueueUrl", "SendMessage"])
def test_a_queue_that_answers_again_is_used_again(world: World, operation: str) -> None:
    with answering(world, operation, unreachable), pytest.raises(CloudUnavailable):
        world.queue.send("t1", "lost")

    world.queue.send("t1", "sent")

    assert [message["job"] for message in seen(world)] == ["sent"]


def test_a_queue_that_does_not_exist_is_unavailable(make_api: MakeApi) -> None:
    world = make_api(WORK_QUEUE="nowhere").world

    with pytest.raises(CloudUnavailable):
        world.queue.send("t1", "job-1")


def test_the_settings_name_the_queue(make_api: MakeApi, world: World) -> None:
    other = make_api(WORK_QUEUE="other").world
    other.queue.client().create_queue(QueueName="other")

    other.queue.send("t1", "job-1")

    assert seen(other) == [{"owner": "t1", "job": "job-1"}]
    assert seen(world) == []
