"""Jobs whose message is lost, or whose worker died: the sweeper finds them, and leaves the others alone."""

import pytest

from chalicelib.catalog.image import Status
from chalicelib.catalog.job import JobStatus
from chalicelib.jobs import reaper
from tests.factories import an_image
from tests.jobs.jobs import GRACE, LIMIT, MADE, ORDER, Outcome, Stage


def test_a_job_whose_message_is_lost_is_found(stage: Stage) -> None:
    job = stage.capture()

    stage.sweep_up(job)

    assert stage.outcome(job) == MADE


def test_a_job_that_could_not_be_queued_is_found(stage: Stage) -> None:
    with stage.sqs_fault():
        job = stage.capture()
    queued = stage.messages()

    stage.sweep_up(job)

    assert queued == (0, 0)
    assert stage.outcome(job) == MADE


def test_a_new_job_is_left_to_its_message(stage: Stage) -> None:
    job = stage.capture()
    stage.lose_messages()
    stage.api.clock.advance(GRACE - 120)

    swept = stage.api.world.reaper.sweep()

    assert (swept, stage.messages()) == (0, (0, 0))
    assert stage.stored(job).status is JobStatus.PENDING


def test_a_job_that_was_looked_at_a_moment_ago_is_left_to_its_message(stage: Stage) -> None:
    job = stage.under_way()
    stage.api.clock.advance(GRACE)
    with stage.ami_state("pending"):
        stage.deliver(job)
    stage.lose_messages()

    swept = stage.api.world.reaper.sweep()

    assert (swept, stage.messages()) == (0, (0, 0))


def test_a_job_that_has_ended_is_forgotten_by_the_sweeper(stage: Stage) -> None:
    job = stage.delete()
    stage.deliver(job)
    stage.lose_messages()
    stage.api.clock.advance(GRACE)

    swept = stage.api.world.reaper.sweep()

    assert (swept, stage.messages()) == (0, (0, 0))


def test_a_lost_job_past_its_limit_fails(stage: Stage) -> None:
    job = stage.under_way()
    stage.api.clock.advance(LIMIT)

    stage.sweep_up(job)

    assert stage.outcome(job) == Outcome(JobStatus.FAILED, ((Status.DELETED, None),))
    assert stage.stored(job).info


def test_jobs_of_all_tenants_are_found_and_counted(stage: Stage) -> None:
    mine = stage.delete(1)
    theirs = stage.jobs("t2").delete([stage.add(owner="t2").id], ORDER)
    stage.lose_messages()
    stage.api.clock.advance(GRACE)

    swept = stage.api.world.reaper.sweep()
    stage.api.work()

    assert swept == 2
    assert [stage.stored(job).status for job in (mine, theirs)] == [JobStatus.SUCCESSFUL] * 2


def test_a_sweep_sends_only_so_many(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaper, "MAX_PER_SWEEP", 2)
    for _ in range(3):
        stage.delete(1)
    stage.lose_messages()
    stage.api.clock.advance(GRACE)

    swept = stage.api.world.reaper.sweep()

    assert (swept, stage.messages()) == (2, (2, 0))


def test_what_a_deleted_capture_left_is_removed_later(stage: Stage) -> None:
    job = stage.capture()
    stage.deliver(job)
    stage.delete_elsewhere(job)
    stage.api.clock.advance(GRACE)

    stage.api.world.reaper.sweep()

    assert stage.outcome(job) == Outcome(JobStatus.SUCCESSFUL, ((Status.DELETED, None),))


def test_a_cloud_that_fails_is_asked_again_by_a_later_sweep(stage: Stage) -> None:
    job = stage.capture()
    stage.deliver(job)
    stage.delete_elsewhere(job)
    stage.lose_messages()
    stage.api.clock.advance(GRACE)
    with stage.ec2_fault("DeregisterImage", "InternalError"):
        failed = stage.api.world.reaper.sweep()
    left = stage.outcome(job).amis

    ended = stage.api.world.reaper.sweep()

    assert (failed, left, ended) == (0, 1, 1)
    assert (stage.outcome(job).amis, stage.outcome(job).snapshots) == (0, 0)
    assert stage.api.world.reaper.sweep() == 0


def test_a_queue_that_does_not_answer_does_not_end_the_sweep(stage: Stage) -> None:
    job = stage.capture()
    stage.lose_messages()
    deleted = stage.api.world.images.add(an_image(status=Status.DELETED))
    stage.api.clock.advance(100 * 24 * 3600)

    with stage.sqs_fault():
        swept = stage.api.world.reaper.sweep()

    assert (swept, stage.messages()) == (1, (0, 0))
    assert stage.api.world.images.get(deleted.id) is None
    assert not stage.stored(job).finished


def test_a_queue_that_does_not_answer_is_not_asked_again_in_the_same_sweep(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        stage.delete(1)
    stage.lose_messages()
    stage.api.clock.advance(GRACE)

    with stage.sqs_fault():
        stage.api.world.reaper.sweep()
    later = stage.api.world.reaper.sweep()

    assert [record.getMessage() for record in caplog.records].count("job not queued: queue busy") == 1
    assert later == 3
