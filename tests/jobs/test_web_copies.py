"""Copies from web servers: read slice by slice, as far as the server lets us, then verified."""

import hashlib

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Status
from chalicelib.catalog.job import JobStatus
from chalicelib.jobs import copies
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import MEGABYTE, PART, SMALL, content, md5
from tests.jobs.arriving import (
    MADE,
    Left,
    again,
    content_of,
    copying,
    image_of,
    left,
    multipart_of,
    steps,
    trusting,
)
from tests.jobs.jobs import Stage
from tests.storage.web import File, Web

DATA = content(12 * MEGABYTE)
OTHER = '"2-def"'


@pytest.fixture
def stage(stage: Stage) -> Stage:
    return trusting(stage)


@pytest.mark.parametrize("announced", [True, False], ids=["with a length", "without a length"])
@pytest.mark.parametrize("data", [b"", b"x", SMALL], ids=["empty", "one byte", "small"])
def test_a_small_file_is_copied(stage: Stage, web: Web, data: bytes, announced: bool) -> None:
    job = copying(stage, web.keep("/disk.raw", File(data, announced=announced, parts=False)))

    stage.api.work()

    image = image_of(stage, job)
    assert left(stage, job) == MADE
    assert content_of(stage, job) == data
    assert (image.size, image.checksum) == (len(data), md5(data))
    assert image.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("announced", [True, False], ids=["with a length", "without a length"])
@pytest.mark.parametrize("size", [12 * MEGABYTE, 10 * MEGABYTE], ids=["12 MiB", "10 MiB"])
def test_a_large_file_is_read_in_several_steps(sliced: Stage, web: Web, size: int, announced: bool) -> None:
    data = DATA[:size]
    job = copying(sliced, web.keep("/disk.raw", File(data, announced=announced)))

    taken = steps(sliced)

    assert left(sliced, job) == MADE
    assert taken >= 2 * (size // PART)
    assert content_of(sliced, job) == data
    assert image_of(sliced, job).sha256 == hashlib.sha256(data).hexdigest()
    assert [wanted for wanted in web.ranges if wanted]


def test_a_job_tells_how_much_was_read(sliced: Stage, web: Web) -> None:
    job = copying(sliced, web.keep("/disk.raw", File(DATA)))

    sliced.deliver(job)

    facts = sliced.stored(job).facts
    assert PART <= int(facts["done"]) <= PART + MEGABYTE
    assert (facts["size"], facts["version"]) == (str(len(DATA)), File().version)
    assert left(sliced, job) == Left(JobStatus.WORKING, Status.SAVING, 0, 1)


@pytest.mark.parametrize("slice_bytes", [12 * MEGABYTE - 1, 7 * MEGABYTE], ids=["enough", "too little"])
def test_what_is_left_of_a_slice_is_kept_if_it_is_enough_for_a_part(
    make_api: MakeApi, aws: Aws, web: Web, monkeypatch: pytest.MonkeyPatch, slice_bytes: int
) -> None:
    monkeypatch.setattr(copies, "FETCHED_PART", 6 * MEGABYTE)
    stage = trusting(Stage(make_api(SLICE_BYTES=str(slice_bytes)), aws))
    job = copying(stage, web.keep("/disk.raw", File(DATA)))

    stage.deliver(job)
    kept = stage.api.world.multiparts.parts(multipart_of(stage.stored(job))) or []
    stage.api.work()

    assert len(kept) == (2 if slice_bytes > 11 * MEGABYTE else 1)
    assert left(stage, job) == MADE
    assert content_of(stage, job) == DATA


def test_a_part_that_a_killed_worker_left_behind_does_no_harm(
    stage: Stage, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "FETCHED_PART", PART)
    job = copying(stage, web.keep("/disk.raw", File(DATA)))
    with stage.api.s3_fault("CompleteMultipartUpload", "SlowDown", 503):
        stage.deliver(job)
    stage.api.world.multiparts.put(multipart_of(stage.stored(job)), 4, b"of another cut")

    again(stage, job)

    assert left(stage, job) == MADE
    assert content_of(stage, job) == DATA
