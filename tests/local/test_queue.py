"""The queue on this machine."""

import logging
from collections.abc import Iterator

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import NewImage, Status
from chalicelib.catalog.job import Action, JobStatus
from chalicelib.catalog.jobs import JobRequest
from local.queue import create_bucket, create_queue, pump
from tests.api import Api, a_caller
from tests.dialects.glance_v1.sending import SMALL
from tests.jobs.arriving import MADE, left, multipart_of, told, uploading
from tests.jobs.jobs import Stage


@pytest.fixture
def patient(api: Api) -> Api:
    """The queue has a dead-letter queue, and a visibility timeout of zero."""
    sqs, queue = api.world.queue.client(), api.world.queue
    sqs.delete_queue(QueueUrl=queue.url)
    create_queue(api.world)
    sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"VisibilityTimeout": "0"})
    return api


@pytest.fixture
def telling(api: Api, aws: Aws) -> Iterator[Stage]:
    """The bucket tells the queue of its objects."""
    with told(Stage(api, aws)) as stage:
        yield stage


def dead(api: Api) -> list[str]:
    sqs = api.world.queue.client()
    url = sqs.get_queue_url(QueueName=f"{api.world.queue.name}-dead")["QueueUrl"]
    return [message["Body"] for message in sqs.receive_message(QueueUrl=url).get("Messages", [])]


def test_a_queue_that_is_there_stays(api: Api) -> None:
    sqs, queue = api.world.queue.client(), api.world.queue
    sqs.delete_queue(QueueUrl=queue.url)

    create_queue(api.world)
    queue.send("t1", "no such job")
    create_queue(api.world)

    assert pump(api.world) == 1


def test_what_was_worked_on_is_gone(patient: Api) -> None:
    patient.world.queue.send("t1", "no such job")

    assert [pump(patient.world), pump(patient.world)] == [1, 0]
    assert dead(patient) == []


def test_what_fails_again_and_again_ends_among_the_dead_letters(patient: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    patient.world.queue.client().send_message(QueueUrl=patient.world.queue.url, MessageBody="nonsense")

    received = [pump(patient.world) for _ in range(7)]

    assert received == [1] * 5 + [0] * 2
    assert dead(patient) == ["nonsense"]


def test_a_job_whose_message_fails_to_the_last_fails_and_says_why(patient: Api) -> None:
    catalog = patient.world.catalog(a_caller("t1", "read_images", "create_image", "delete_image"))
    image = catalog.register(NewImage({"status": Status.ACTIVE}))
    job = catalog.jobs.delete([image.id], JobRequest("ac1", "request"))
    broken = catalog.jobs.record(Action.MODIFY, image, image.id, JobRequest("ac1", "request"))
    unknown = patient.world.jobs.save(broken, broken._replace(status=JobStatus.PENDING, finished_at=None))
    patient.world.queue.send("t1", unknown.id)

    for _ in range(7):
        pump(patient.world)
        patient.clock.advance(61)

    failed = catalog.jobs.job(unknown.id)
    assert catalog.jobs.job(job.id).status is JobStatus.SUCCESSFUL
    assert (failed.status, failed.info) == (JobStatus.FAILED, "it failed 5 times; the last error: KeyError")
    assert len(dead(patient)) == 1


def test_the_bucket_tells_of_an_upload_that_its_client_put_together(telling: Stage) -> None:
    job = uploading(telling, SMALL)
    parts = telling.api.world.multiparts.parts(multipart_of(job)) or []

    telling.api.world.multiparts.complete(multipart_of(job), parts)
    telling.api.work()

    assert left(telling, job) == MADE


def test_the_bucket_tells_of_objects_that_came_whole(telling: Stage) -> None:
    telling.api.world.blobs.put("image", SMALL)

    assert [pump(telling.api.world), pump(telling.api.world)] == [1, 0]


def test_the_bucket_takes_parts_from_the_console_and_from_no_other_page(telling: Stage) -> None:
    create_bucket(telling.api.world, "http://127.0.0.1:8000")

    s3, bucket = telling.api.world.blobs.client(), telling.api.world.blobs.bucket
    [rule] = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert rule["AllowedOrigins"] == ["http://127.0.0.1:8000"]
    assert (rule["AllowedMethods"], rule["AllowedHeaders"]) == (["PUT"], ["content-md5"])


def test_a_bucket_that_is_there_stays(telling: Stage) -> None:
    location = telling.api.world.blobs.put("image", SMALL)

    create_bucket(telling.api.world)
    telling.api.work()

    assert telling.api.world.blobs.get(location) == SMALL
    assert dead(telling.api) == []
