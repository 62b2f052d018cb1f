"""The steps of jobs: leases, pauses, limits, what a capture finds out, and images that others change meanwhile."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.errors import StorageQuotaExceeded
from chalicelib.catalog.image import Status
from chalicelib.catalog.instance import capture_name
from chalicelib.catalog.job import Job, JobStatus
from chalicelib.jobs.delivery import MAX_RECEIPTS
from tests.conftest import MakeApi
from tests.jobs.jobs import LEASE, LIMIT, MADE, ORDER, RECOVERABLE, Outcome, Stage

FAILED = Outcome(JobStatus.FAILED, ((Status.DELETED, None),))
GIGABYTE = 2**30
Begin = Callable[[Stage], Job]


def test_a_capture_that_takes_its_time_is_looked_at_again(stage: Stage) -> None:
    job = stage.capture()
    stage.lose_messages()

    with stage.ami_state("pending"):
        failed = stage.deliver(job)

    assert failed == []
    assert stage.outcome(job).job is JobStatus.WORKING
    assert stage.messages() == (1, 1)


def test_a_capture_is_made_once_however_often_it_is_looked_at(stage: Stage) -> None:
    job = stage.under_way()
    with stage.ami_state("pending"):
        for _ in range(3):
            stage.deliver(job)

    stage.deliver(job)

    assert stage.outcome(job) == MADE


def test_an_image_knows_what_the_cloud_made(stage: Stage) -> None:
    job = stage.capture()

    stage.deliver(job)
    image = stage.image(job)

    found = stage.aws.ec2(None).describe_images(Filters=[{"Name": "name", "Values": [capture_name(image.id)]}])
    assert image.provider_image_id == found["Images"][0]["ImageId"]
    assert (image.size, image.platform) == (20 * GIGABYTE, "linux")


def test_a_machine_that_says_nothing_of_its_disk_leaves_that_to_the_cloud(stage: Stage) -> None:
    job = stage.jobs().capture(stage.machine(size_gb="unknown"), "web", ORDER, dict)

    stage.deliver(job)

    assert stage.image(job).size == 15 * GIGABYTE


def test_a_capture_that_there_is_no_room_for_fails_and_leaves_nothing(make_api: MakeApi, aws: Aws) -> None:
    stage = Stage(make_api(USER_STORAGE_QUOTA="1GB"), aws)
    with pytest.raises(StorageQuotaExceeded):
        stage.capture()  # of which the size is known
    job = stage.jobs().capture(stage.machine(size_gb="unknown"), "web", ORDER, dict)

    stage.deliver(job)

    assert stage.outcome(job) == FAILED
    assert "stored bytes" in stage.stored(job).info


def test_a_job_that_somebody_is_at_is_left_until_the_lease_is_over(stage: Stage) -> None:
    job = stage.capture()
    stage.lose_messages()
    with stage.ec2_fault("CreateImage", "InternalError"):
        stage.deliver(job)

    failed = stage.deliver(job)

    assert failed == []
    assert stage.outcome(job).amis == 0
    assert stage.messages() == (1, 1)


def test_who_is_outrun_to_a_job_leaves_it_to_the_other(stage: Stage) -> None:
    job = stage.capture()
    stage.lose_messages()

    with stage.outrun(times=1):
        failed = stage.deliver(job)

    assert failed == []
    assert (stage.stored(job).status, stage.outcome(job).amis) == (JobStatus.PENDING, 0)
    assert stage.messages() == (1, 1)


def test_a_change_by_others_does_not_stop_a_deletion(stage: Stage) -> None:
    job = stage.delete(1)
    image = stage.image(job)
    stage.api.world.images.save(image, replace(image, name="renamed"))

    stage.deliver(job)

    assert stage.outcome(job) == Outcome(JobStatus.SUCCESSFUL, ((Status.PENDING_DELETE, None),))
    assert stage.image(job).name == "renamed"


@pytest.mark.parametrize("begin", [Stage.capture, Stage.under_way], ids=["not begun", "under way"])
def test_a_capture_past_its_limit_fails(stage: Stage, begin: Begin) -> None:
    job = begin(stage)
    stage.api.clock.advance(LIMIT)

    stage.deliver(job)

    assert stage.outcome(job) == FAILED
    assert stage.stored(job).info


@pytest.mark.parametrize(
    ("action", "status"), [("delete", Status.ACTIVE), ("recover", Status.PENDING_DELETE)], ids=["delete", "recover"]
)
def test_images_of_a_job_past_its_limit_are_as_before(stage: Stage, action: str, status: Status) -> None:
    job = stage.delete() if action == "delete" else stage.recover()
    stage.api.clock.advance(LIMIT)

    stage.deliver(job)

    assert stage.outcome(job) == Outcome(JobStatus.FAILED, ((status, None),) * 2)


def test_a_job_past_its_limit_leaves_images_that_were_deleted_elsewhere_alone(stage: Stage) -> None:
    job = stage.delete(1)
    stage.delete_elsewhere(job)
    stage.api.clock.advance(LIMIT)

    stage.deliver(job)

    assert stage.outcome(job) == FAILED


def test_a_job_just_before_its_limit_is_done(stage: Stage) -> None:
    job = stage.under_way()
    stage.api.clock.advance(LIMIT - 10)

    stage.deliver(job)

    assert stage.outcome(job) == MADE


def test_a_refused_capture_says_why_in_words_that_name_no_account(stage: Stage) -> None:
    job = stage.capture()

    with stage.ec2_fault("CreateImage", "UnauthorizedOperation", "arn:aws:iam::123456789012:role/rosetta may not"):
        failed = stage.deliver(job)

    assert failed == []
    assert stage.outcome(job) == FAILED
    assert stage.stored(job).info == "the registry is not allowed to capture this machine"


def test_a_machine_that_has_just_stopped_is_tried_again(stage: Stage) -> None:
    job = stage.capture()
    with stage.ec2_fault("CreateImage", "IncorrectInstanceState", "The instance is stopping"):
        stage.deliver(job)
    waiting = stage.stored(job)

    stage.redeliver(job)

    assert not waiting.finished
    assert stage.outcome(job) == MADE


def test_a_machine_that_is_not_stopped_after_five_minutes_is_not_captured(stage: Stage) -> None:
    job = stage.capture()

    with stage.ec2_fault("CreateImage", "IncorrectInstanceState", "The instance is terminated"):
        stage.api.clock.advance(301)
        stage.deliver(job)

    assert stage.outcome(job) == FAILED
    assert stage.stored(job).info == "the machine cannot be captured in its present state"


def test_an_image_that_the_cloud_does_not_find_at_first_is_made(stage: Stage) -> None:
    job = stage.capture()
    with stage.unseen():
        stage.redeliver(job)
    waiting = stage.stored(job)

    stage.redeliver(job)

    assert waiting.facts["capture"]
    assert not waiting.finished
    assert stage.outcome(job) == MADE


def test_an_image_whose_making_was_not_heard_of_is_found_later(stage: Stage) -> None:
    job = stage.capture()
    with stage.deaf("CreateImage"):
        stage.deliver(job)
    with stage.unseen(), stage.ec2_fault("CreateImage", "InvalidAMIName.Duplicate", "taken"):
        stage.redeliver(job)
    waiting = stage.stored(job)

    stage.redeliver(job)

    assert "capture" not in waiting.facts
    assert not waiting.finished
    assert stage.outcome(job) == MADE


def test_an_image_that_takes_a_day_is_waited_for(make_api: MakeApi, aws: Aws) -> None:
    stage = Stage(make_api(), aws)
    job = stage.under_way()
    stage.api.clock.advance(24 * LIMIT - 10)

    stage.deliver(job)

    assert stage.outcome(job) == MADE


@pytest.mark.parametrize("state", ["failed", "invalid", "error", "deregistered"])
def test_a_capture_that_the_cloud_cannot_make_fails(stage: Stage, state: str) -> None:
    job = stage.under_way()

    with stage.ami_state(state):
        stage.deliver(job)

    assert stage.outcome(job) == FAILED


def test_a_capture_whose_ami_was_removed_fails_when_its_time_is_over(stage: Stage) -> None:
    job = stage.under_way()
    stage.aws.ec2(None).deregister_image(ImageId=job.facts["capture"])
    stage.deliver(job)
    waiting = stage.stored(job)

    stage.api.clock.advance(LIMIT)
    stage.deliver(job)

    assert not waiting.finished
    assert stage.outcome(job) == FAILED


@pytest.mark.parametrize("under_way", [False, True], ids=["before the worker begins", "while the cloud is at it"])
def test_a_capture_of_an_image_that_was_deleted_fails(stage: Stage, under_way: bool) -> None:
    job = stage.under_way() if under_way else stage.capture()
    stage.delete_elsewhere(job)

    stage.deliver(job)

    assert stage.outcome(job) == FAILED


def test_a_capture_of_an_image_that_is_deleted_at_the_last_moment_leaves_nothing(stage: Stage) -> None:
    job = stage.under_way()

    with stage.once("after-call.ec2.DescribeImages", lambda: stage.delete_elsewhere(job)):
        stage.deliver(job)

    assert stage.outcome(job) == FAILED


def test_a_deletion_of_an_image_that_was_deleted_elsewhere_does_not_bring_it_back(stage: Stage) -> None:
    job = stage.delete(1)
    stage.delete_elsewhere(job)

    stage.deliver(job)

    assert stage.stored(job).finished
    assert stage.image(job).status is Status.DELETED


def test_a_recovery_of_an_image_whose_time_is_over_does_not_bring_it_back(stage: Stage) -> None:
    job = stage.recover(1)
    stage.api.clock.advance(RECOVERABLE + 60)
    stage.api.world.reaper.sweep()
    swept = stage.image(job).status

    stage.deliver(job)

    assert stage.stored(job).finished
    assert swept is not Status.DELETED or stage.image(job).status is Status.DELETED


def test_a_recovery_in_time_outlives_the_next_sweep(stage: Stage) -> None:
    job = stage.recover(1)
    stage.deliver(job)
    stage.api.clock.advance(RECOVERABLE + 60)

    stage.api.world.reaper.sweep()

    assert stage.image(job).status is Status.ACTIVE


def test_an_image_that_is_there_outlives_a_worker_that_comes_too_late(stage: Stage) -> None:
    job = stage.capture()
    with stage.dynamodb_fault("TransactWriteItems", after=3):
        stage.deliver(job)
    assert (stage.outcome(job).job, stage.image(job).status) == (JobStatus.WORKING, Status.ACTIVE)

    stage.api.clock.advance(LIMIT + LEASE)
    stage.deliver(job)

    assert stage.outcome(job).amis == 1


@pytest.mark.parametrize("begin", [Stage.capture, Stage.delete, Stage.recover], ids=["capture", "delete", "recover"])
def test_a_job_that_has_ended_is_not_given_up(stage: Stage, begin: Begin) -> None:
    job = begin(stage)
    stage.deliver(job)
    before = stage.stored(job), stage.outcome(job)

    with stage.dynamodb_fault("GetItem", times=1):
        failed = stage.deliver(job, receipts=MAX_RECEIPTS)

    assert failed == [job.id]
    assert (stage.stored(job), stage.outcome(job)) == before


def test_a_job_that_there_is_not_is_not_given_up(stage: Stage) -> None:
    job = stage.delete(1)
    stage.api.world.jobs.drop(job)

    with stage.dynamodb_fault("GetItem", times=1):
        failed = stage.deliver(job, receipts=MAX_RECEIPTS)

    assert failed == [job.id]
    assert stage.api.world.jobs.get(job.owner, job.id) is None
