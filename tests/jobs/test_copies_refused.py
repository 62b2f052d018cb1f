"""Copies from other buckets whose source is changed or gone, or whose image is."""

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.errors import Conflict, SourceNotFound, SourceRefused, StorageQuotaExceeded
from chalicelib.catalog.image import Changes
from tests.api import ELSEWHERE
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import MEGABYTE, PART, SMALL, content, md5
from tests.jobs.arriving import (
    DELETED,
    HOUR,
    KILLED,
    MADE,
    again,
    catalog_of,
    copying,
    image_of,
    left,
    multipart_of,
    sweep,
    uploading,
)
from tests.jobs.jobs import Stage

DATA = content(12 * MEGABYTE)


@pytest.fixture
def sliced(make_api: MakeApi, aws: Aws) -> Stage:
    """A worker that takes in 5 MiB at once."""
    return Stage(make_api(SLICE_BYTES=str(PART)), aws)


def test_an_object_that_changes_between_slices_kills_the_image(sliced: Stage) -> None:
    job = copying(sliced, sliced.api.put_elsewhere("disk.raw", DATA))
    sliced.deliver(job)

    with sliced.api.s3_fault("UploadPartCopy", "PreconditionFailed", 412):
        sliced.deliver(job)

    assert left(sliced, job) == KILLED
    assert sliced.stored(job).info == "The source was changed while it was being copied"
    assert image_of(sliced, job).status_reason == sliced.stored(job).info


@pytest.mark.parametrize("delivered", [0, 1])
def test_an_object_that_is_gone_meanwhile_kills_the_image(sliced: Stage, delivered: int) -> None:
    job = copying(sliced, sliced.api.put_elsewhere("disk.raw", DATA))
    for _ in range(delivered):
        sliced.deliver(job)
    sliced.aws.s3().delete_object(Bucket=ELSEWHERE, Key="disk.raw")

    sliced.deliver(job)

    assert left(sliced, job) == KILLED
    assert image_of(sliced, job).status_reason == "Invalid location: nothing was found there"


def test_an_object_that_grows_before_it_is_copied_kills_the_image(stage: Stage) -> None:
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))
    stage.api.put_elsewhere("disk.raw", SMALL * 2)

    stage.api.work()

    reason = f"Declared size {len(SMALL)} did not match the size of the uploaded data, {len(SMALL) * 2}"
    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == reason


def test_an_object_that_grows_beyond_the_cap_kills_the_image(make_api: MakeApi, aws: Aws) -> None:
    stage = Stage(make_api(IMAGE_SIZE_CAP="20"), aws)
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))
    stage.api.put_elsewhere("disk.raw", SMALL * 2)

    stage.api.work()

    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == "Denying attempt to upload image larger than 20 bytes: 34"


@pytest.mark.parametrize("declared", [{"checksum": "0" * 32}, {"checksum": md5(SMALL).upper()}], ids=["wrong", "upper"])
def test_a_wrong_checksum_kills_the_image(stage: Stage, declared: Changes) -> None:
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL), declared)

    stage.api.work()

    assert left(stage, job) == KILLED
    assert "did not match the checksum" in (image_of(stage, job).status_reason or "")


def test_another_size_than_declared_is_refused_at_once(stage: Stage) -> None:
    url = stage.api.put_elsewhere("disk.raw", SMALL)

    with pytest.raises(Conflict):
        copying(stage, url, {"size": 1})

    assert catalog_of(stage).jobs.all() == []


def test_room_is_kept_for_what_is_copied(make_api: MakeApi, aws: Aws) -> None:
    stage = Stage(make_api(USER_STORAGE_QUOTA="20"), aws)
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))

    with pytest.raises(StorageQuotaExceeded):
        stage.add(size=10)
    stage.api.work()

    assert left(stage, job) == MADE


def test_a_quota_that_is_lowered_meanwhile_kills_the_image(make_api: MakeApi, aws: Aws) -> None:
    stage = Stage(make_api(USER_STORAGE_QUOTA="20"), aws)
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))

    lower = Stage(make_api(USER_STORAGE_QUOTA="5"), aws)
    for _ in range(3):
        lower.deliver(job)

    assert left(stage, job) == KILLED
    assert "stored bytes" in (image_of(stage, job).status_reason or "")


def test_an_own_object_is_no_source(stage: Stage) -> None:
    job = uploading(stage, SMALL)
    stage.api.work()

    with pytest.raises(SourceRefused):
        copying(stage, job.facts["location"])


def test_an_unknown_object_is_no_source(stage: Stage) -> None:
    stage.api.put_elsewhere("disk.raw", SMALL)

    with pytest.raises(SourceNotFound):
        copying(stage, f"s3://{ELSEWHERE}/other")


@pytest.mark.parametrize("delivered", [0, 1, 2, 3])
def test_of_an_image_that_is_deleted_while_it_is_copied_nothing_is_left(sliced: Stage, delivered: int) -> None:
    job = copying(sliced, sliced.api.put_elsewhere("disk.raw", DATA))
    for _ in range(delivered):
        sliced.deliver(job)
    catalog_of(sliced).delete(job.images[0])

    again(sliced, job)
    sweep(sliced)

    assert left(sliced, job) == DELETED
    assert sliced.stored(job).info == "the image was deleted meanwhile"


@pytest.mark.parametrize(
    "operation", ["CreateMultipartUpload", "ListParts", "HeadObject", "UploadPartCopy", "CompleteMultipartUpload"]
)
def test_of_an_image_that_is_deleted_within_a_step_nothing_is_left(stage: Stage, operation: str) -> None:
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))

    with stage.once(f"before-call.s3.{operation}", lambda: catalog_of(stage).delete(job.images[0])):
        stage.deliver(job)
    again(stage, job)
    sweep(stage)

    assert left(stage, job) == DELETED


def test_a_change_meanwhile_is_kept(stage: Stage) -> None:
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))
    changes: Changes = {"name": "renamed"}
    catalog_of(stage).update(job.images[0], lambda _: changes)

    stage.api.work()

    assert left(stage, job) == MADE
    assert image_of(stage, job).name == "renamed"


def test_who_is_outrun_to_the_image_is_asked_again(stage: Stage) -> None:
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))

    with stage.outrun(times=1, at="images"):
        failed = stage.deliver(job)
    again(stage, job)

    assert failed == [job.id]
    assert left(stage, job) == MADE


@pytest.mark.parametrize("hours", [25, 100])
def test_a_copy_that_takes_too_long_fails(sliced: Stage, hours: int) -> None:
    job = copying(sliced, sliced.api.put_elsewhere("disk.raw", DATA))
    sliced.deliver(job)
    sliced.api.clock.advance(hours * HOUR)

    sliced.deliver(job)

    assert left(sliced, job) == KILLED
    assert image_of(sliced, job).status_reason == "it took too long"


def test_parts_that_were_thrown_away_kill_the_image(sliced: Stage) -> None:
    job = copying(sliced, sliced.api.put_elsewhere("disk.raw", DATA))
    sliced.deliver(job)
    sliced.api.world.multiparts.abort(multipart_of(sliced.stored(job)))

    sliced.deliver(job)

    assert left(sliced, job) == KILLED
    assert image_of(sliced, job).status_reason == "its bytes are gone"


def test_a_part_of_another_length_is_not_taken_for_one(sliced: Stage) -> None:
    job = copying(sliced, sliced.api.put_elsewhere("disk.raw", DATA))
    sliced.deliver(job)
    sliced.api.world.multiparts.put(multipart_of(sliced.stored(job)), 1, bytes(PART + 1))

    again(sliced, job)

    assert left(sliced, job) == KILLED
    assert image_of(sliced, job).status_reason == "some of its bytes are gone"
