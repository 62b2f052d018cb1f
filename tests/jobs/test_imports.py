"""Imports as their worker finds them: staged bytes are verified where they are, others are brought."""

import hashlib
from dataclasses import replace

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.event import What
from chalicelib.catalog.image import Image, NewImage, Status
from chalicelib.catalog.job import Job, JobStatus
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import MEGABYTE, SMALL, content, md5
from tests.jobs.arriving import (
    DELETED,
    FORMATS,
    Left,
    again,
    catalog_of,
    content_of,
    image_of,
    left,
    steps,
    sweep,
    trusting,
)
from tests.jobs.jobs import LEASE, Stage
from tests.storage.web import File, Web

DATA = content(12 * MEGABYTE)
MADE = Left(JobStatus.SUCCESSFUL, Status.ACTIVE, 1)
STAGED = Left(JobStatus.FAILED, Status.UPLOADING, 1)
QUEUED = Left(JobStatus.FAILED, Status.QUEUED)


def anything(_: Image) -> None:
    """No refusal."""


def queued(stage: Stage) -> Image:
    return catalog_of(stage).register(NewImage(FORMATS))


def importing(stage: Stage, data: bytes = SMALL) -> Job:
    """Begin to import staged bytes."""
    catalog = catalog_of(stage)
    image = queued(stage)
    catalog.imports.stage(image.id, anything, data)
    return begin(stage, image.id)


def begin(stage: Stage, image_id: str) -> Job:
    catalog = catalog_of(stage)
    before = {job.id for job in catalog.jobs.all()}
    catalog.imports.begin(image_id, anything)
    [job] = [job for job in catalog.jobs.all() if job.id not in before]
    return job


def fetching(stage: Stage, uri: str) -> Job:
    """Order the bytes at a URI."""
    catalog = catalog_of(stage)
    image = queued(stage)
    catalog.imports.fetch(image.id, anything, uri)
    [job] = [job for job in catalog.jobs.all() if job.images == (image.id,)]
    return job


@pytest.mark.parametrize("data", [b"", b"x", SMALL], ids=["empty", "one byte", "small"])
def test_staged_bytes_become_those_of_the_image(stage: Stage, data: bytes) -> None:
    job = importing(stage, data)
    place = image_of(stage, job).location

    stage.api.work()

    image = image_of(stage, job)
    assert left(stage, job) == MADE
    assert content_of(stage, job) == data
    assert (image.size, image.checksum, image.location) == (len(data), md5(data), place)
    assert (image.sha256, image.transition) == (hashlib.sha256(data).hexdigest(), None)


def test_staged_bytes_are_verified_slice_by_slice(sliced: Stage) -> None:
    job = importing(sliced, DATA)

    assert steps(sliced) == 3
    assert left(sliced, job) == MADE
    assert image_of(sliced, job).sha256 == hashlib.sha256(DATA).hexdigest()


def test_an_import_whose_message_is_lost_is_found_by_the_sweep(stage: Stage) -> None:
    job = importing(stage)
    stage.lose_messages()

    sweep(stage)

    assert left(stage, job) == MADE


def test_an_import_that_is_done_is_not_done_again(stage: Stage) -> None:
    job = importing(stage)
    with stage.dynamodb_fault("TransactWriteItems", after=3):
        stage.deliver(job)
    before = left(stage, job)

    again(stage, job)

    assert before == Left(JobStatus.WORKING, Status.ACTIVE, 1)
    assert left(stage, job) == MADE


def test_an_import_that_fails_leaves_the_bytes_staged(stage: Stage) -> None:
    job = importing(stage)
    stage.api.clock.advance(1000 * 3600)

    stage.deliver(job)

    image = image_of(stage, job)
    assert left(stage, job) == STAGED
    assert (image.transition, image.size, image.status_reason) == (None, len(SMALL), "it took too long")
    assert content_of(stage, job) == SMALL
    assert [event.what for event in catalog_of(stage).history.of(image.id, after=0, limit=9)][-1] == What.FAILED


def test_staged_bytes_can_be_imported_again(stage: Stage) -> None:
    first = importing(stage)
    stage.api.clock.advance(1000 * 3600)
    stage.deliver(first)
    second = begin(stage, first.images[0])

    again(stage, first)
    again(stage, second)

    assert left(stage, first) == Left(JobStatus.FAILED, Status.ACTIVE, 1)
    assert left(stage, second) == MADE
    assert image_of(stage, second).status_reason is None


def test_a_worker_that_is_at_an_import_which_was_given_up_leaves_the_next_alone(stage: Stage) -> None:
    first = importing(stage)
    begun: list[Job] = []

    def fail_and_begin_again() -> None:
        catalog_of(stage).content.kill(image_of(stage, first), "it took too long")
        begun.append(begin(stage, first.images[0]))

    with stage.once("before-call.s3.GetObject", fail_and_begin_again):
        stage.deliver(first)

    assert left(stage, first) == STAGED
    again(stage, begun[0])
    assert left(stage, begun[0]) == MADE


def test_staged_bytes_that_an_owner_has_no_room_for_stay_staged(make_api: MakeApi, aws: Aws) -> None:
    stage = Stage(make_api(), aws)
    job = importing(stage)
    small = Stage(make_api(USER_STORAGE_QUOTA="1"), aws)

    small.deliver(job)

    assert left(small, job) == STAGED
    assert "stored bytes" in small.stored(job).info


def test_of_an_image_that_is_deleted_before_it_is_imported_nothing_is_left(stage: Stage) -> None:
    job = importing(stage)
    catalog_of(stage).delete(job.images[0])

    stage.api.work()

    assert left(stage, job) == DELETED


def test_of_an_image_that_is_deleted_while_it_is_imported_nothing_is_left(stage: Stage) -> None:
    job = importing(stage)

    with stage.once("before-call.s3.GetObject", lambda: catalog_of(stage).delete(job.images[0])):
        stage.deliver(job)
    again(stage, job)

    assert left(stage, job) == DELETED


def test_staged_bytes_that_the_store_would_not_delete_are_removed_later(stage: Stage) -> None:
    job = importing(stage)
    with stage.api.s3_fault("DeleteObject", "SlowDown", 503):
        catalog_of(stage).delete(job.images[0])
    stage.deliver(job)

    sweep(stage)

    assert left(stage, job) == DELETED


def test_a_source_is_fetched(stage: Stage, web: Web) -> None:
    job = fetching(trusting(stage), web.keep("/disk.raw", File(SMALL)))

    stage.api.work()

    image = image_of(stage, job)
    assert left(stage, job) == MADE
    assert (image.size, image.checksum, image.retriable) == (len(SMALL), md5(SMALL), False)
    assert content_of(stage, job) == SMALL


def test_an_object_of_another_bucket_is_fetched(stage: Stage) -> None:
    job = fetching(stage, stage.api.put_elsewhere("disk.raw", SMALL))

    stage.api.work()

    assert left(stage, job) == MADE
    assert content_of(stage, job) == SMALL


def test_a_source_that_is_not_there_leaves_the_image_queued(stage: Stage, web: Web) -> None:
    job = fetching(trusting(stage), web.url("/missing"))

    stage.api.work()

    image = image_of(stage, job)
    assert left(stage, job) == QUEUED
    assert image.waits
    assert image.status_reason == stage.stored(job).info


def test_an_image_whose_source_was_not_there_takes_other_bytes(stage: Stage, web: Web) -> None:
    job = fetching(trusting(stage), web.url("/missing"))
    stage.api.work()
    catalog = catalog_of(stage)

    image = catalog.update(job.images[0], lambda _: {"status": Status.SAVING, "retriable": True})
    catalog.content.upload(image, SMALL)
    again(stage, job)

    assert left(stage, job) == Left(JobStatus.FAILED, Status.ACTIVE, 1)
    assert content_of(stage, job) == SMALL


def test_of_an_image_that_is_deleted_while_it_is_fetched_nothing_is_left(sliced: Stage, web: Web) -> None:
    job = fetching(sliced, web.keep("/disk.raw", File(DATA)))
    sliced.deliver(job)
    catalog_of(sliced).delete(job.images[0])

    again(sliced, job)
    sweep(sliced)

    assert left(sliced, job) == DELETED


def test_what_came_of_an_import_that_failed_does_not_come_back(stage: Stage) -> None:
    job = fetching(stage, stage.api.put_elsewhere("disk.raw", SMALL))
    stage.deliver(job)
    image = image_of(stage, job)
    stage.api.world.images.save(image, replace(image, checksum=md5(b"others")))
    stage.api.clock.advance(LEASE)

    stage.api.work()

    assert left(stage, job) == QUEUED
    assert image_of(stage, job).checksum is None
