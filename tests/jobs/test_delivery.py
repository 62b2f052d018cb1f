"""Messages of the queue: repeated, reordered, unreadable, poisoned, and in company."""

import json
import logging
from http import HTTPStatus
from itertools import permutations

import pytest

from chalicelib.catalog.image import Status, Transition
from chalicelib.catalog.job import JobStatus
from chalicelib.jobs.delivery import MAX_RECEIPTS
from tests.jobs.jobs import LEASE, LONG_AGO, MADE, ORDER, Outcome, Stage, a_message
from tests.storage.contract.faults import answering

UNREADABLE = {
    "no JSON": "{",
    "no object": "[]",
    "no owner": json.dumps({"job": "2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11"}),
    "no job": json.dumps({"owner": "t1"}),
    "empty": "",
}
ORDERS = list(permutations(range(3)))


def test_a_message_that_came_through_is_not_reported(stage: Stage) -> None:
    job = stage.capture()

    failed = stage.deliver(job)

    assert failed == []
    assert stage.outcome(job) == MADE


@pytest.mark.parametrize("apart", [0, LEASE], ids=["at once", "later"])
def test_a_message_that_comes_again_changes_nothing(stage: Stage, apart: int) -> None:
    job = stage.capture()
    stage.deliver(job)
    before = stage.stored(job), stage.image(job)

    stage.api.clock.advance(apart)
    failed = stage.deliver(job, job)

    assert failed == []
    assert (stage.stored(job), stage.image(job)) == before
    assert stage.outcome(job) == MADE


@pytest.mark.parametrize("order", ORDERS, ids=["-".join(map(str, order)) for order in ORDERS])
def test_the_order_of_messages_is_no_matter(stage: Stage, order: tuple[int, ...]) -> None:
    jobs = [stage.capture(), stage.delete(1), stage.recover(1)]

    failed = stage.deliver(*(jobs[place] for place in order))

    assert failed == []
    assert [stage.outcome(job) for job in jobs] == [
        MADE,
        Outcome(JobStatus.SUCCESSFUL, ((Status.PENDING_DELETE, None),)),
        Outcome(JobStatus.SUCCESSFUL, ((Status.ACTIVE, None),)),
    ]


def test_a_late_message_of_a_deletion_does_not_undo_its_recovery(stage: Stage) -> None:
    deletion = stage.delete(1)
    stage.deliver(deletion)
    recovery = stage.jobs().recover(deletion.images, ORDER, LONG_AGO)
    stage.deliver(recovery)

    stage.deliver(deletion)

    assert stage.outcome(recovery) == Outcome(JobStatus.SUCCESSFUL, ((Status.ACTIVE, None),))


def test_a_message_about_no_job_is_done(stage: Stage) -> None:
    job = stage.capture()
    stage.api.world.jobs.drop(job)

    failed = stage.deliver(job)

    assert failed == []
    assert stage.image(job).transition is Transition.CREATING


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
@pytest.mark.parametrize("receipts", [1, MAX_RECEIPTS], ids=["first", "last"])
def test_an_unreadable_message_fails_alone(stage: Stage, body: str, receipts: int) -> None:
    first, last = stage.delete(1), stage.delete(1)
    unreadable = {"messageId": "m", "body": body, "attributes": {"ApproximateReceiveCount": str(receipts)}}

    failed = stage.api.world.deliver([a_message(first), unreadable, a_message(last)])

    assert failed == ["m"]
    assert [stage.stored(job).status for job in (first, last)] == [JobStatus.SUCCESSFUL] * 2


def test_only_messages_that_failed_are_reported(stage: Stage) -> None:
    jobs = [stage.delete(1), stage.capture(), stage.recover(1), stage.capture()]

    with stage.ec2_fault("CreateImage", "InternalError"):
        failed = stage.deliver(*jobs)

    assert failed == [jobs[1].id, jobs[3].id]
    assert [stage.stored(job).status for job in jobs] == [
        JobStatus.SUCCESSFUL,
        JobStatus.WORKING,
        JobStatus.SUCCESSFUL,
        JobStatus.WORKING,
    ]


def test_a_message_that_failed_succeeds_when_the_fault_is_over(stage: Stage) -> None:
    job = stage.capture()
    with stage.ec2_fault("CreateImage", "InternalError"):
        stage.deliver(job)

    stage.api.clock.advance(LEASE)
    failed = stage.deliver(job, receipts=2)

    assert failed == []
    assert stage.outcome(job) == MADE


def test_a_poisoned_message_fails_its_job_at_last(stage: Stage) -> None:
    job = stage.capture()
    statuses = []

    with stage.ec2_fault("CreateImage", "InternalError"):
        for receipts in range(1, MAX_RECEIPTS + 1):
            failed = stage.deliver(job, receipts=receipts)
            statuses.append((failed, stage.stored(job).status))
            stage.api.clock.advance(LEASE)

    assert statuses == [([job.id], JobStatus.WORKING)] * (MAX_RECEIPTS - 1) + [([job.id], JobStatus.FAILED)]
    assert stage.outcome(job) == Outcome(JobStatus.FAILED, ((Status.DELETED, None),))


def test_the_reason_of_a_poisoned_message_can_be_read(stage: Stage) -> None:
    job = stage.capture()

    with stage.ec2_fault("CreateImage", "InternalError"):
        stage.deliver(job, receipts=MAX_RECEIPTS)

    assert stage.stored(job).info
    assert str(MAX_RECEIPTS) in stage.stored(job).info
    assert stage.stored(job).finished_at is not None


def test_the_reason_of_a_poisoned_message_names_an_error_of_aws_but_does_not_repeat_it(stage: Stage) -> None:
    job = stage.delete()
    error = {"Error": {"Code": "ValidationException", "Message": "arn:aws:dynamodb:us-east-1:123456789012"}}
    refusals = iter([(HTTPStatus.BAD_REQUEST, error)])

    with answering("BatchGetItem", lambda _: next(refusals, None)):
        stage.deliver(job, receipts=MAX_RECEIPTS)

    assert stage.stored(job).info == f"it failed {MAX_RECEIPTS} times; the last error: ClientError"


def test_a_poisoned_message_of_a_job_that_has_ended_leaves_it_alone(stage: Stage) -> None:
    job = stage.delete(1)
    stage.deliver(job)
    before = stage.stored(job)

    failed = stage.deliver(job, receipts=MAX_RECEIPTS + 1)

    assert failed == []
    assert stage.stored(job) == before


@pytest.mark.parametrize("action", ["delete", "recover"])
def test_images_of_a_poisoned_message_are_given_back(stage: Stage, action: str) -> None:
    job = stage.delete() if action == "delete" else stage.recover()
    before = Status.ACTIVE if action == "delete" else Status.PENDING_DELETE

    with stage.dynamodb_fault("BatchGetItem", times=1):
        failed = stage.deliver(job, receipts=MAX_RECEIPTS)

    assert failed == [job.id]
    assert stage.outcome(job) == Outcome(JobStatus.FAILED, ((before, None),) * 2)


@pytest.mark.parametrize("written", [2, 3], ids=["before the first", "between two"])
def test_images_that_are_being_given_back_when_the_worker_dies_are_given_back_by_the_next(
    stage: Stage, written: int
) -> None:
    job = stage.delete()
    with stage.dynamodb_fault("BatchGetItem", times=1), stage.dynamodb_fault("TransactWriteItems", after=written):
        stage.deliver(job, receipts=MAX_RECEIPTS)
    marked = [transition for _, transition in stage.outcome(job).images].count(Transition.DELETING)

    stage.redeliver(job)

    assert marked == 4 - written
    assert stage.outcome(job) == Outcome(JobStatus.FAILED, ((Status.ACTIVE, None),) * 2)


def test_a_job_that_cannot_even_be_failed_is_left_to_the_sweeper(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    job = stage.capture()

    with caplog.at_level(logging.ERROR), stage.ec2_fault("DescribeImages", "InternalError"):
        failed = stage.deliver(job, receipts=MAX_RECEIPTS)
    left = stage.stored(job).status
    stage.sweep_up(job)

    assert (failed, left) == ([job.id], JobStatus.WORKING)
    assert stage.stored(job).finished
    assert stage.outcome(job).amis == 0
