"""What the bucket tells the worker of new objects: repeated, early, late, and about what nobody knows."""

import json
from collections.abc import Callable

import pytest

from chalicelib.catalog.job import Job, JobStatus
from chalicelib.jobs.delivery import MAX_RECEIPTS
from tests.dialects.glance_v1.sending import SMALL
from tests.jobs.arriving import MADE, left, multipart_of, steps, uploading
from tests.jobs.jobs import Record, Stage


def an_event(*keys: str, receipts: int = 1) -> Record:
    """What the bucket says of new objects."""
    body = json.dumps({"Records": [{"s3": {"object": {"key": key}}} for key in keys]})
    return {"messageId": "event", "body": body, "attributes": {"ApproximateReceiveCount": str(receipts)}}


def key_of(job: Job) -> str:
    return f"{job.images[0]}/{job.id}"


def put_together(stage: Stage, job: Job) -> None:
    """Do what the client of an upload may do itself."""
    parts = stage.api.world.multiparts.parts(multipart_of(job)) or []
    stage.api.world.multiparts.complete(multipart_of(job), parts)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("quote", [str, lambda key: key.replace("/", "%2F")], ids=["plain", "quoted"])
def test_an_event_of_the_bucket_ends_an_upload(stage: Stage, times: int, quote: Callable[[str], str]) -> None:
    job = uploading(stage, SMALL)
    put_together(stage, job)

    failed = stage.api.world.deliver([an_event(quote(key_of(job)))] * times)
    stage.api.work()

    assert failed == []
    assert left(stage, job) == MADE


def test_an_event_may_tell_of_several_objects(stage: Stage) -> None:
    jobs = [uploading(stage, SMALL) for _ in range(2)]
    for job in jobs:
        put_together(stage, job)

    stage.api.world.deliver([an_event("unknown/object", *map(key_of, jobs))])
    stage.api.work()

    assert [left(stage, job) for job in jobs] == [MADE] * 2


def test_an_event_before_all_parts_have_come_changes_nothing(stage: Stage) -> None:
    job = uploading(stage, SMALL, parts=0)

    stage.api.world.deliver([an_event(key_of(job))])
    stage.api.work()

    assert stage.stored(job).status is JobStatus.WORKING
    assert stage.messages() == (0, 0)


def test_an_event_after_the_end_changes_nothing(stage: Stage) -> None:
    job = uploading(stage, SMALL)
    stage.deliver(job)
    before = stage.stored(job), stage.image(job)

    stage.api.world.deliver([an_event(key_of(job))])
    stage.api.work()

    assert (stage.stored(job), stage.image(job)) == before


@pytest.mark.parametrize("key", ["unknown", "unknown/object", "a+b%2Fc/d", "%FF/x", "x" * 1024])
def test_an_event_of_an_unknown_object_is_done(stage: Stage, key: str) -> None:
    failed = stage.api.world.deliver([an_event(key)])

    assert failed == []
    assert stage.messages() == (0, 0)


def test_an_event_of_an_object_of_no_job_is_done(stage: Stage) -> None:
    image = stage.add()

    failed = stage.api.world.deliver([an_event(f"{image.id}/other"), an_event(image.id)])
    taken = steps(stage)

    assert (failed, taken) == ([], 2)
    assert stage.messages() == (0, 0)


def test_the_bucket_may_try_whether_it_is_heard(stage: Stage) -> None:
    test = {"messageId": "test", "body": json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"})}

    assert stage.api.world.deliver([test]) == []


@pytest.mark.parametrize("receipts", [1, MAX_RECEIPTS], ids=["first", "last"])
def test_an_event_that_cannot_be_handed_on_comes_again(stage: Stage, receipts: int) -> None:
    job = uploading(stage, SMALL)
    put_together(stage, job)

    with stage.sqs_fault():
        failed = stage.api.world.deliver([an_event(key_of(job), receipts=receipts)])

    assert failed == ["event"]
    assert not stage.stored(job).finished
