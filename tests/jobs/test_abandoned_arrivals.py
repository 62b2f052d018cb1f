"""Uploads whose clients never come back, and jobs whose messages are lost: the sweeper ends them."""

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Status
from chalicelib.catalog.job import JobStatus
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import MEGABYTE, SMALL, content, pieces
from tests.jobs.arriving import (
    HOUR,
    KILLED,
    MADE,
    Left,
    catalog_of,
    content_of,
    copying,
    etags,
    image_of,
    left,
    multipart_of,
    sweep,
    uploading,
)
from tests.jobs.jobs import Stage

DAY = 24 * HOUR
DATA = content(12 * MEGABYTE)


def test_an_upload_whose_client_never_comes_back_is_ended(stage: Stage) -> None:
    job = uploading(stage, SMALL)
    stage.api.clock.advance(4 * 60)
    early = stage.api.world.reaper.sweep()
    stage.api.clock.advance(2 * 60)

    found = stage.api.world.reaper.sweep()
    stage.api.work()

    assert (early, found) == (0, 1)
    assert left(stage, job) == MADE
    assert content_of(stage, job) == SMALL


def test_an_upload_that_is_under_way_is_looked_at_now_and_then(stage: Stage) -> None:
    job = uploading(stage, DATA, parts=2)

    for _ in range(3):
        sweep(stage)

    assert left(stage, job) == Left(JobStatus.WORKING, Status.SAVING, 0, 1)
    assert stage.messages() == (0, 0)


def test_the_older_an_upload_the_less_often_it_is_looked_at(stage: Stage) -> None:
    uploading(stage, DATA, parts=2)
    looks = 0

    for _ in range(20 * 60 // 5):
        stage.api.clock.advance(5 * 60)
        looks += stage.api.world.reaper.sweep()
        stage.api.work()

    assert 6 <= looks <= 10


def test_an_upload_that_is_looked_at_can_go_on(stage: Stage) -> None:
    job = uploading(stage, DATA, parts=2)
    sweep(stage)
    stage.api.world.multiparts.put(multipart_of(job), 3, pieces(DATA)[2])

    catalog_of(stage).uploads.complete(job.images[0], job.id, etags(DATA))
    stage.api.work()

    assert left(stage, job) == MADE


@pytest.mark.parametrize("parts", [0, 2])
def test_an_upload_of_which_parts_are_missing_is_given_up_in_time(stage: Stage, parts: int) -> None:
    job = uploading(stage, DATA, parts=parts)
    stage.api.clock.advance(DAY - HOUR)
    sweep(stage)
    early = left(stage, job)

    stage.api.clock.advance(HOUR)
    sweep(stage)

    assert early == Left(JobStatus.WORKING, Status.SAVING, 0, 1)
    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == stage.stored(job).info == "its bytes did not arrive in time"


def test_the_time_of_an_upload_is_set(make_api: MakeApi, aws: Aws) -> None:
    stage = Stage(make_api(UPLOAD_HOURS="1"), aws)
    job = uploading(stage, DATA, parts=1)
    stage.api.clock.advance(HOUR)

    sweep(stage)

    assert left(stage, job) == KILLED


def test_an_upload_that_was_complete_in_time_is_taken_late(stage: Stage) -> None:
    job = uploading(stage, SMALL)
    stage.api.clock.advance(DAY + HOUR)

    sweep(stage)

    assert left(stage, job) == MADE


def test_an_upload_whose_message_could_not_be_sent_is_found(stage: Stage) -> None:
    job = uploading(stage, SMALL)
    with stage.sqs_fault():
        catalog_of(stage).uploads.complete(job.images[0], job.id, etags(SMALL))
    queued = stage.messages()

    sweep(stage)

    assert queued == (0, 0)
    assert left(stage, job) == MADE


def test_a_copy_whose_message_is_lost_is_found(stage: Stage) -> None:
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))
    stage.lose_messages()

    sweep(stage)

    assert left(stage, job) == MADE


def test_parts_that_a_request_could_not_throw_away_are_thrown_away_later(stage: Stage) -> None:
    job = uploading(stage, SMALL)
    stage.api.world.jobs.drop(job)
    catalog_of(stage).delete(job.images[0])
    stage.api.clock.advance(10 * 60)

    with stage.api.s3_fault("AbortMultipartUpload", "SlowDown", 503):
        failed = stage.api.world.reaper.sweep()
    begun = len(stage.api.world.multiparts.begun(job.images[0]))
    ended = stage.api.world.reaper.sweep()

    assert (failed, begun, ended) == (0, 1, 1)
    assert stage.api.world.multiparts.begun(job.images[0]) == []
