"""Uploads that end: put together, read slice by slice, verified, and made active or killed."""

import hashlib
from io import BytesIO

import pytest
from botocore.response import StreamingBody

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Changes
from chalicelib.jobs import slice as slices
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import MEGABYTE, PART, SMALL, content, md5
from tests.jobs.arriving import (
    HOUR,
    KILLED,
    MADE,
    again,
    catalog_of,
    completed,
    content_of,
    image_of,
    left,
    multipart_of,
    steps,
    uploading,
)
from tests.jobs.jobs import Stage
from tests.threads import at_once

DATA = content(12 * MEGABYTE)


@pytest.fixture
def sliced(make_api: MakeApi, aws: Aws) -> Stage:
    """A worker that takes in 5 MiB at once."""
    return Stage(make_api(SLICE_BYTES=str(PART)), aws)


@pytest.mark.parametrize(("size", "messages"), [(12 * MEGABYTE, 3), (10 * MEGABYTE, 2), (PART, 1), (PART + 1, 2)])
def test_a_large_image_is_verified_in_several_steps(sliced: Stage, size: int, messages: int) -> None:
    data = DATA[:size]
    job = completed(sliced, data)

    taken = steps(sliced)

    image = image_of(sliced, job)
    assert (left(sliced, job), taken) == (MADE, messages)
    assert (image.size, image.checksum) == (size, md5(data))
    assert image.sha256 == hashlib.sha256(data).hexdigest()
    assert image.sha512 == hashlib.sha512(data).hexdigest()
    assert content_of(sliced, job) == data


def test_what_an_older_release_has_read_of_an_image_is_read_again(sliced: Stage) -> None:
    job = completed(sliced, DATA)
    sliced.deliver(job)
    stored = sliced.stored(job)
    facts = {name: fact for name, fact in stored.facts.items() if name != "digests"}
    chains = "67452301efcdab8998badcfe10325476:6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19"
    sliced.api.world.jobs.save(stored, stored._replace(facts={**facts, "digest": f"{PART}:{chains}:"}))

    again(sliced, job)

    image = image_of(sliced, job)
    assert left(sliced, job) == MADE
    assert image.checksum == md5(DATA)
    assert image.sha512 == hashlib.sha512(DATA).hexdigest()


def test_a_job_tells_how_much_was_verified(sliced: Stage) -> None:
    job = completed(sliced, DATA)

    done = []
    for _ in range(3):
        sliced.deliver(job)
        done.append(int(sliced.stored(job).facts["done"]))

    assert done == [PART, 2 * PART, len(DATA)]


def test_a_slow_store_is_read_in_more_steps(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SECONDS", -1)
    job = completed(stage, DATA[: 3 * MEGABYTE])

    taken = steps(stage)

    assert taken >= 3
    assert left(stage, job) == MADE
    assert image_of(stage, job).sha256 == hashlib.sha256(DATA[: 3 * MEGABYTE]).hexdigest()


def test_what_was_declared_rightly_is_verified(stage: Stage) -> None:
    job = completed(stage, SMALL, {"size": len(SMALL), "checksum": md5(SMALL)})

    stage.api.work()

    assert left(stage, job) == MADE
    assert image_of(stage, job).status_reason is None
    assert image_of(stage, job).transition is None


def test_a_wrong_checksum_kills_the_image(stage: Stage) -> None:
    job = completed(stage, SMALL, {"checksum": "0" * 32})

    stage.api.work()

    reason = f"Declared checksum {'0' * 32} did not match the checksum of the uploaded data, {md5(SMALL)}"
    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == stage.stored(job).info == reason


def test_a_size_that_is_declared_meanwhile_kills_the_image(stage: Stage) -> None:
    job = completed(stage, SMALL)
    changes: Changes = {"size": 5}
    catalog_of(stage).update(job.images[0], lambda _: changes)

    stage.api.work()

    reason = f"Declared size 5 did not match the size of the uploaded data, {len(SMALL)}"
    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == stage.stored(job).info == reason


def test_a_quota_that_is_lowered_meanwhile_kills_the_image(make_api: MakeApi, aws: Aws) -> None:
    stage = Stage(make_api(USER_STORAGE_QUOTA="20"), aws)
    job = completed(stage, SMALL)

    Stage(make_api(USER_STORAGE_QUOTA="5"), aws).deliver(job)

    reason = f"The limit of stored bytes is exceeded. Attempted: {len(SMALL)}, Maximum: 5"
    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == stage.stored(job).info == reason


def test_a_quota_may_be_filled_to_the_last_byte(make_api: MakeApi, aws: Aws) -> None:
    stage = Stage(make_api(USER_STORAGE_QUOTA=str(len(SMALL))), aws)
    job = completed(stage, SMALL)

    stage.api.work()

    assert left(stage, job) == MADE


def test_a_cap_that_is_lowered_meanwhile_kills_the_image(stage: Stage, make_api: MakeApi, aws: Aws) -> None:
    job = completed(stage, SMALL)
    lower = Stage(make_api(IMAGE_SIZE_CAP="5"), aws)

    lower.deliver(job)

    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == stage.stored(job).info


@pytest.mark.parametrize("hours", [50, 100])
def test_an_upload_that_is_verified_for_too_long_fails(sliced: Stage, hours: int) -> None:
    job = completed(sliced, DATA)
    sliced.deliver(job)
    sliced.api.clock.advance(hours * HOUR)

    sliced.deliver(job)

    assert left(sliced, job) == KILLED
    assert image_of(sliced, job).status_reason == sliced.stored(job).info == "it took too long"


def test_parts_that_were_thrown_away_kill_the_image(stage: Stage) -> None:
    job = uploading(stage, SMALL)
    stage.api.world.multiparts.abort(multipart_of(job))

    stage.deliver(job)

    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == stage.stored(job).info == "its bytes are gone"


def test_bytes_that_the_store_does_not_send_are_asked_for_again(stage: Stage) -> None:
    job = uploading(stage, SMALL)

    with stage.api.s3_reply("GetObject", {"Body": StreamingBody(BytesIO(b""), 0)}):
        failed = stage.deliver(job)
    again(stage, job)

    assert failed == [job.id]
    assert left(stage, job) == MADE


def test_of_workers_at_once_one_makes_the_image(stage: Stage) -> None:
    job = uploading(stage, SMALL)

    failed = at_once(*[lambda: stage.deliver(job)] * 3)
    stage.api.work()

    assert failed == [[], [], []]
    assert left(stage, job) == MADE
