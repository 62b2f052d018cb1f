"""Uploads whose images are deleted, aborted or changed by others while their bytes come, or when they have come."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog import lookup
from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.image import Changes, Status
from chalicelib.catalog.job import Job, JobStatus
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import MEGABYTE, PART, SMALL, content
from tests.jobs.arriving import (
    DELETED,
    HOUR,
    KILLED,
    MADE,
    Left,
    again,
    catalog_of,
    completed,
    content_of,
    image_of,
    left,
    sweep,
    uploading,
)
from tests.jobs.jobs import Stage

DATA = content(12 * MEGABYTE)


@pytest.fixture
def sliced(make_api: MakeApi, aws: Aws) -> Stage:
    """A worker that takes in 5 MiB at once."""
    return Stage(make_api(SLICE_BYTES=str(PART)), aws)


def delete(stage: Stage, job: Job) -> None:
    catalog_of(stage).delete(job.images[0])


BEFORE: dict[str, Callable[[Stage], Job]] = {
    "no parts": lambda stage: uploading(stage, DATA, parts=0),
    "some parts": lambda stage: uploading(stage, DATA, parts=1),
    "all parts": lambda stage: uploading(stage, DATA),
    "complete": lambda stage: completed(stage, DATA),
}


@pytest.mark.parametrize("begin", BEFORE.values(), ids=BEFORE.keys())
def test_of_an_image_that_is_deleted_while_parts_come_nothing_is_left(
    stage: Stage, begin: Callable[[Stage], Job]
) -> None:
    job = begin(stage)
    delete(stage, job)

    stage.api.work()
    sweep(stage)

    assert left(stage, job) == DELETED
    assert stage.stored(job).info == "the image was deleted meanwhile"


@pytest.mark.parametrize("slices_read", [1, 2])
def test_of_an_image_that_is_deleted_between_slices_nothing_is_left(sliced: Stage, slices_read: int) -> None:
    job = completed(sliced, DATA)
    for _ in range(slices_read):
        sliced.deliver(job)
    delete(sliced, job)

    sliced.deliver(job)

    assert left(sliced, job) == DELETED
    assert sliced.stored(job).info == "the image was deleted meanwhile"


@pytest.mark.parametrize("operation", ["ListParts", "CompleteMultipartUpload", "GetObject"])
def test_of_an_image_that_is_deleted_within_a_step_nothing_is_left(stage: Stage, operation: str) -> None:
    job = uploading(stage, SMALL)

    with stage.once(f"before-call.s3.{operation}", lambda: delete(stage, job)):
        stage.deliver(job)
    again(stage, job)
    sweep(stage)

    assert left(stage, job) == DELETED


@pytest.mark.parametrize("operation", ["ListParts", "CompleteMultipartUpload", "GetObject"])
def test_of_an_upload_that_is_aborted_within_a_step_nothing_is_left(stage: Stage, operation: str) -> None:
    job = uploading(stage, SMALL)

    with stage.once(f"before-call.s3.{operation}", lambda: catalog_of(stage).uploads.abort(job.images[0], job.id)):
        stage.deliver(job)
    again(stage, job)
    sweep(stage)

    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == stage.stored(job).info == "its upload was aborted"


def test_of_an_upload_that_is_aborted_between_slices_nothing_is_left(sliced: Stage) -> None:
    job = completed(sliced, DATA)
    sliced.deliver(job)

    catalog_of(sliced).uploads.abort(job.images[0], job.id)
    again(sliced, job)
    sweep(sliced)

    assert left(sliced, job) == KILLED


def test_an_upload_that_the_store_would_not_abort_is_ended_later(stage: Stage) -> None:
    job = uploading(stage, SMALL)
    with stage.api.s3_fault("AbortMultipartUpload", "SlowDown", 503):
        catalog_of(stage).uploads.abort(job.images[0], job.id)
    before = left(stage, job)

    sweep(stage)

    assert before == Left(JobStatus.PENDING, Status.KILLED, 0, 1)
    assert left(stage, job) == KILLED
    assert stage.stored(job).info == "its upload was aborted"


def almost_done(stage: Stage) -> Job:
    """An upload whose worker died when the image was active, before it was written down."""
    job = uploading(stage, SMALL)
    with stage.dynamodb_fault("TransactWriteItems", after=4):
        stage.deliver(job)
    assert left(stage, job) == Left(JobStatus.WORKING, Status.ACTIVE, 1)
    return job


def test_an_image_that_is_active_already_is_not_aborted(stage: Stage) -> None:
    job = almost_done(stage)

    with suppress(CatalogError):
        catalog_of(stage).uploads.abort(job.images[0], job.id)
    again(stage, job)
    sweep(stage)

    assert left(stage, job) == MADE
    assert content_of(stage, job) == SMALL


def test_an_upload_that_ends_while_it_is_aborted_is_whole_or_nothing(stage: Stage) -> None:
    job = uploading(stage, SMALL)

    with stage.once("before-call.dynamodb.TransactWriteItems", lambda: stage.deliver(job)), suppress(CatalogError):
        catalog_of(stage).uploads.abort(job.images[0], job.id)
    again(stage, job)
    sweep(stage)

    assert left(stage, job) in {MADE, KILLED}


def test_an_image_that_waits_to_be_deleted_keeps_the_bytes_that_it_may_need_again(make_api: MakeApi, aws: Aws) -> None:
    stage = Stage(make_api(DELAYED_DELETE="true"), aws)
    job = almost_done(stage)
    delete(stage, job)

    again(stage, job)

    assert image_of(stage, job).status is Status.PENDING_DELETE
    assert left(stage, job).objects == 1


def test_an_image_that_was_deactivated_in_time_keeps_its_bytes(stage: Stage) -> None:
    job = almost_done(stage)
    image = image_of(stage, job)
    stage.api.world.images.save(image, replace(image, status=Status.DEACTIVATED))

    again(stage, job)

    assert left(stage, job) == Left(JobStatus.SUCCESSFUL, Status.DEACTIVATED, 1)


def test_of_an_image_that_was_active_but_is_deleted_the_worker_removes_what_the_store_would_not(stage: Stage) -> None:
    job = almost_done(stage)
    with stage.api.s3_fault("DeleteObject", "SlowDown", 503):
        delete(stage, job)
    before = left(stage, job)

    again(stage, job)

    assert before == Left(JobStatus.WORKING, Status.DELETED, 1)
    assert left(stage, job) == DELETED
    assert stage.stored(job).info == "the image was deleted meanwhile"


def test_a_change_meanwhile_is_kept(stage: Stage) -> None:
    job = uploading(stage, SMALL)
    changes: Changes = {"name": "renamed"}

    with stage.once("before-call.s3.GetObject", lambda: catalog_of(stage).update(job.images[0], lambda _: changes)):
        stage.deliver(job)

    assert left(stage, job) == MADE
    assert image_of(stage, job).name == "renamed"


def test_who_is_outrun_all_the_time_gives_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "LONGEST_PAUSE", 0)
    job = uploading(stage, SMALL)

    with stage.outrun(times=lookup.ATTEMPTS, at="images"):
        stage.deliver(job)

    assert left(stage, job) == KILLED
    assert "changed by others" in stage.stored(job).info
    assert image_of(stage, job).status_reason == "conflicting changes kept it from being saved"


def test_an_image_that_is_there_outlives_a_worker_that_comes_too_late(stage: Stage) -> None:
    job = almost_done(stage)
    stage.api.clock.advance(100 * HOUR)

    stage.deliver(job)

    assert left(stage, job) == MADE
    assert content_of(stage, job) == SMALL
