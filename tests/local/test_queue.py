"""The queue on this machine."""

import logging
from dataclasses import replace

import pytest

from chalicelib.catalog.image import NewImage, Status
from chalicelib.catalog.job import Action, JobStatus
from chalicelib.catalog.jobs import Order
from local.queue import create_queue, pump
from tests.api import Api, a_caller


@pytest.fixture
def patient(api: Api) -> Api:
    """The queue has dead letters, and shows a message again at once."""
    sqs, queue = api.world.queue.client(), api.world.queue
    sqs.delete_queue(QueueUrl=queue.url)
    create_queue(api.world)
    sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"VisibilityTimeout": "0"})
    return api


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
    job = catalog.jobs.delete([image.id], Order("ac1", "request"))
    broken = catalog.jobs.record(Action.MODIFY, image, image.id, Order("ac1", "request"))
    unknown = patient.world.jobs.save(broken, replace(broken, status=JobStatus.PENDING, finished_at=None))
    patient.world.queue.send("t1", unknown.id)

    for _ in range(7):
        pump(patient.world)
        patient.clock.advance(61)

    failed = catalog.jobs.job(unknown.id)
    assert catalog.jobs.job(job.id).status is JobStatus.SUCCESSFUL
    assert (failed.status, failed.info) == (JobStatus.FAILED, "it failed 5 times, at last with: KeyError")
    assert len(dead(patient)) == 1
