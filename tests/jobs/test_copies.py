"""Copies from other buckets: made inside S3, part by part, then verified."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.errors import Invalid
from chalicelib.catalog.image import Changes, Status
from chalicelib.catalog.job import JobStatus
from chalicelib.jobs import copies
from chalicelib.jobs.delivery import MAX_RECEIPTS
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import MEGABYTE, PART, SMALL, content, md5
from tests.jobs.arriving import (
    KILLED,
    MADE,
    Left,
    again,
    catalog_of,
    content_of,
    copying,
    image_of,
    left,
    steps,
    uploading,
)
from tests.jobs.jobs import LEASE, Stage

DATA = content(12 * MEGABYTE)


@pytest.fixture
def sliced(make_api: MakeApi, aws: Aws) -> Stage:
    """A worker that takes in 5 MiB at once."""
    return Stage(make_api(SLICE_BYTES=str(PART)), aws)


@pytest.mark.parametrize("data", [b"", b"x", SMALL], ids=["empty", "one byte", "small"])
def test_a_small_object_is_copied(stage: Stage, data: bytes) -> None:
    job = copying(stage, stage.api.put_elsewhere("disk.raw", data))

    stage.api.work()

    image = image_of(stage, job)
    assert left(stage, job) == MADE
    assert content_of(stage, job) == data
    assert (image.size, image.checksum) == (len(data), md5(data))
    assert image.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("size", [12 * MEGABYTE, 10 * MEGABYTE])
def test_a_large_object_is_copied_in_several_steps(sliced: Stage, size: int) -> None:
    job = copying(sliced, sliced.api.put_elsewhere("disk.raw", DATA[:size]))
    sliced.deliver(job)
    first = left(sliced, job), int(sliced.stored(job).facts["done"])
    sliced.deliver(job)

    sliced.api.work()

    assert first == (Left(JobStatus.WORKING, Status.SAVING, 0, 1), max(0, size - (-(-size // PART) - 1) * PART))
    assert left(sliced, job) == MADE
    assert image_of(sliced, job).sha256 == hashlib.sha256(DATA[:size]).hexdigest()
    assert content_of(sliced, job) == DATA[:size]


def test_parts_are_copied_several_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "COPIED_PART", PART)
    job = copying(stage, stage.api.put_elsewhere("disk.raw", DATA))

    taken = steps(stage)

    assert taken == 2
    assert left(stage, job) == MADE
    assert content_of(stage, job) == DATA


def test_each_part_is_copied_from_the_version_that_was_measured(stage: Stage) -> None:
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))
    asked: list[str] = []

    def see(params: Mapping[str, Any], **_: Any) -> None:
        asked.append(params["headers"]["x-amz-copy-source-if-match"])

    with stage.hooked("before-call.s3.UploadPartCopy", see):
        stage.api.work()

    assert asked == [f'"{md5(SMALL)}"']
    assert left(stage, job) == MADE


@pytest.mark.parametrize("operation", ["CreateMultipartUpload", "HeadObject", "UploadPartCopy", "GetObject"])
def test_a_store_that_is_busy_is_asked_again(stage: Stage, operation: str) -> None:
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))
    failed = []

    with stage.api.s3_fault(operation, "SlowDown", 503):
        for _ in range(2):
            failed += stage.deliver(job)
    again(stage, job)

    assert failed == [job.id]
    assert left(stage, job) == MADE


def test_a_store_that_stays_busy_fails_the_copy(stage: Stage) -> None:
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))

    with stage.api.s3_fault("UploadPartCopy", "SlowDown", 503):
        for receipts in range(1, MAX_RECEIPTS + 1):
            stage.deliver(job, receipts=receipts)
            stage.api.clock.advance(LEASE)

    assert left(stage, job) == KILLED
    assert stage.stored(job).info == "it failed 5 times; the last error: The image store is too busy"
    assert image_of(stage, job).status_reason == stage.stored(job).info


def test_bytes_that_the_store_does_not_send_are_asked_for_again(stage: Stage) -> None:
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))
    stage.deliver(job)
    stage.aws.s3().delete_object(Bucket=stage.api.world.blobs.bucket, Key=f"{job.images[0]}/{job.id}")

    for receipts in range(1, MAX_RECEIPTS + 1):
        stage.deliver(job, receipts=receipts)
        stage.api.clock.advance(LEASE)

    assert left(stage, job) == KILLED
    assert stage.stored(job).info == "it failed 5 times; the last error: The image store failed"


def test_an_image_that_does_not_wait_is_not_copied(stage: Stage) -> None:
    url = stage.api.put_elsewhere("disk.raw", SMALL)
    job = uploading(stage, SMALL)
    nothing: Changes = {}

    with pytest.raises(Invalid, match="not in queued status"):
        catalog_of(stage).update(job.images[0], lambda _: nothing, source=url)

    assert [each.id for each in catalog_of(stage).jobs.all()] == [job.id]
