"""Images that are queued again if their bytes do not come, and may wait for others when somebody remembers the first.

Who begins an upload says that its image is retriable: no dialect but one does.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.catalog.errors import NotQueued, UploadNotFound
from chalicelib.catalog.image import Image, NewImage, Status, Transition
from chalicelib.catalog.job import Job, JobStatus
from tests.dialects.glance_v1.sending import PART, SMALL, md5
from tests.jobs.arriving import FORMATS, Left, again, catalog_of, content_of, copying, image_of, left, sweep, uploading
from tests.jobs.jobs import GRACE, Stage

QUEUED = Left(JobStatus.FAILED, Status.QUEUED)


def retriable(stage: Stage, job: Job) -> Job:
    """The job, whose image is to be queued again."""
    image = image_of(stage, job)
    stage.api.world.images.save(image, replace(image, retriable=True))
    return job


def saving(stage: Stage) -> Image:
    """A retriable image whose bytes come within a request."""
    return catalog_of(stage).register(NewImage({**FORMATS, "status": Status.SAVING, "retriable": True}))


def abort(stage: Stage, job: Job) -> None:
    catalog_of(stage).uploads.abort(job.images[0], job.id)


def abort_and_begin_again(stage: Stage, job: Job) -> Job:
    """Have an image wait for the bytes of another upload."""
    abort(stage, job)
    return begin_again(stage, job)


def begin_again(stage: Stage, job: Job) -> Job:
    catalog = catalog_of(stage)
    upload = catalog.uploads.begin(job.images[0], len(SMALL), PART, {})
    stage.api.world.multiparts.put(upload.multipart, 1, SMALL)
    return stage.stored(catalog.jobs.job(upload.id))


def test_an_upload_that_is_aborted_leaves_its_image_queued(stage: Stage) -> None:
    job = retriable(stage, uploading(stage, SMALL))

    abort(stage, job)

    image = image_of(stage, job)
    assert left(stage, job) == QUEUED
    assert (image.size, image.transition, image.status_reason) == (None, None, "its upload was aborted")
    assert image.waits


def test_an_upload_that_does_not_come_in_time_leaves_its_image_queued(stage: Stage) -> None:
    job = retriable(stage, uploading(stage, SMALL, parts=0))
    stage.api.clock.advance(100 * 3600)

    sweep(stage)

    assert left(stage, job) == QUEUED


def test_bytes_that_are_not_what_was_declared_leave_the_image_queued(stage: Stage) -> None:
    job = retriable(stage, uploading(stage, SMALL, {"checksum": md5(b"others")}))

    stage.deliver(job)

    assert left(stage, job) == QUEUED
    assert image_of(stage, job).checksum is None


def test_a_copy_that_fails_leaves_its_image_queued(stage: Stage) -> None:
    job = retriable(stage, copying(stage, stage.api.put_elsewhere("disk.raw", b"bytes")))
    stage.aws.s3().delete_object(Bucket="elsewhere", Key="disk.raw")

    stage.api.work()

    assert left(stage, job) == QUEUED
    assert image_of(stage, job).size is None


def test_a_copy_that_takes_too_long_leaves_its_image_queued_though_none_of_it_has_come(stage: Stage) -> None:
    job = retriable(stage, copying(stage, stage.api.put_elsewhere("disk.raw", b"bytes")))
    stage.api.clock.advance(100 * 3600)

    stage.deliver(job)

    assert left(stage, job) == QUEUED
    assert image_of(stage, job).transition is None


def test_the_bytes_of_the_next_upload_make_the_image_active(stage: Stage) -> None:
    first = retriable(stage, uploading(stage, b"others"))
    second = abort_and_begin_again(stage, first)

    again(stage, first)
    again(stage, second)

    assert left(stage, first) == Left(JobStatus.FAILED, Status.ACTIVE, 1)
    assert left(stage, second) == Left(JobStatus.SUCCESSFUL, Status.ACTIVE, 1)
    assert content_of(stage, second) == SMALL


@pytest.mark.parametrize("operation", ["ListParts", "CompleteMultipartUpload", "GetObject"])
def test_a_worker_that_is_at_the_first_upload_leaves_the_next_alone(stage: Stage, operation: str) -> None:
    first = retriable(stage, uploading(stage, b"others"))
    begun: list[Job] = []

    with stage.once(f"before-call.s3.{operation}", lambda: begun.append(abort_and_begin_again(stage, first))):
        stage.deliver(first)
    again(stage, first)

    assert image_of(stage, first).status is Status.SAVING
    again(stage, begun[0])
    assert left(stage, begun[0]) == Left(JobStatus.SUCCESSFUL, Status.ACTIVE, 1)
    assert content_of(stage, first) == SMALL


def test_a_worker_that_died_while_it_gave_an_upload_up_leaves_the_next_alone(stage: Stage) -> None:
    first = retriable(stage, uploading(stage, SMALL, {"checksum": md5(b"others")}))
    with stage.api.s3_fault("DeleteObject", "SlowDown", 503):
        stage.deliver(first)
    second = begin_again(stage, first)

    again(stage, first)

    assert stage.stored(first).status is JobStatus.FAILED
    assert image_of(stage, first).status is Status.SAVING
    again(stage, second)
    assert content_of(stage, second) == SMALL


def test_only_the_upload_that_the_image_waits_for_is_open(stage: Stage) -> None:
    first = retriable(stage, uploading(stage, SMALL))
    with stage.api.s3_fault("AbortMultipartUpload", "SlowDown", 503):
        second = abort_and_begin_again(stage, first)
    catalog = catalog_of(stage)

    assert [upload.id for upload in catalog.uploads.of(first.images[0])] == [second.id]
    with pytest.raises(UploadNotFound):
        catalog.uploads.abort(first.images[0], first.id)
    assert image_of(stage, first).status is Status.SAVING


def test_a_job_of_an_older_release_does_not_say_since_when_its_image_waits(stage: Stage) -> None:
    job = uploading(stage, SMALL)
    facts = {name: fact for name, fact in job.facts.items() if name != "since"}
    stage.api.world.jobs.save(job, job._replace(facts=facts))

    stage.api.work()
    again(stage, job)

    assert left(stage, job) == Left(JobStatus.SUCCESSFUL, Status.ACTIVE, 1)


def test_an_upload_within_a_request_that_died_leaves_its_image_queued_and_no_bytes(stage: Stage) -> None:
    image = saving(stage)
    stage.api.world.blobs.put(image.id, b"half")
    stage.api.clock.advance(GRACE)

    ended = stage.api.world.reaper.sweep()

    queued = catalog_of(stage).image(image.id)
    assert ended == 1
    assert (queued.status, queued.retriable, queued.status_reason) == (
        Status.QUEUED,
        False,
        "its bytes did not arrive in time",
    )
    assert stage.api.stored() == []
    assert stage.api.world.reaper.sweep() == 0


def test_a_sweep_that_cannot_remove_the_bytes_leaves_the_image_to_a_later_one(stage: Stage) -> None:
    image = saving(stage)
    stage.api.world.blobs.put(image.id, b"half")
    stage.api.clock.advance(GRACE)
    with stage.api.s3_fault("ListObjectsV2", "SlowDown", 503):
        stage.api.world.reaper.sweep()
    before = catalog_of(stage).image(image.id).status

    stage.api.clock.advance(GRACE)
    stage.api.world.reaper.sweep()

    assert (before, catalog_of(stage).image(image.id).status) == (Status.SAVING, Status.QUEUED)
    assert stage.api.stored() == []


SWEEPING: dict[str, Callable[[Stage, Image], object]] = {
    "the bytes are removed": lambda stage, _: stage.api.world.reaper.sweep(),
    "another upload begins": lambda stage, image: (
        stage.api.world.reaper.sweep(),
        catalog_of(stage).update(image.id, lambda _: {"status": Status.SAVING}),
    ),
}


@pytest.mark.parametrize("meanwhile", SWEEPING.values(), ids=SWEEPING.keys())
def test_a_request_that_goes_on_after_all_leaves_nothing(
    stage: Stage, meanwhile: Callable[[Stage, Image], object]
) -> None:
    image = saving(stage)
    stage.api.clock.advance(GRACE)
    meanwhile(stage, image)
    before = catalog_of(stage).image(image.id)

    with pytest.raises(NotQueued):
        catalog_of(stage).content.upload(image, b"too late")

    assert catalog_of(stage).image(image.id) == before
    assert stage.api.stored() == []


def test_a_request_that_goes_on_while_the_bytes_are_removed_leaves_nothing(stage: Stage) -> None:
    image = saving(stage)
    stage.api.clock.advance(GRACE)

    def upload() -> None:
        with pytest.raises(NotQueued):
            catalog_of(stage).content.upload(image, b"too late")

    with stage.once("before-call.s3.ListObjectsV2", upload):
        stage.api.world.reaper.sweep()

    assert catalog_of(stage).image(image.id).status is Status.QUEUED
    assert stage.api.stored() == []


def test_other_images_are_killed_as_ever(stage: Stage) -> None:
    job = uploading(stage, SMALL)

    abort(stage, job)

    assert left(stage, job) == Left(JobStatus.FAILED, Status.KILLED)
    assert image_of(stage, job).transition is not Transition.CREATING
