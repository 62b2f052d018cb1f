"""Long work of one tenant does not hold all workers."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.errors import StaleJob
from chalicelib.catalog.image import NewImage
from chalicelib.catalog.job import Job, JobStatus
from chalicelib.jobs.worker import LEASE, TURN
from chalicelib.storage.shares import SHARE
from tests.api import ORDINARY, a_caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import SMALL
from tests.jobs.arriving import again, uploading
from tests.jobs.jobs import Stage
from tests.storage.contract.faults import Reply, answering

BYTES = "HeadObject"
"""What S3 is asked once while bytes are copied."""


@pytest.fixture
def stage(make_api: MakeApi, aws: Aws) -> Stage:
    """Two workers for each tenant."""
    return Stage(make_api(WORKERS_PER_TENANT="2"), aws)


def copying(stage: Stage, tenant: str) -> Job:
    """A copy that a tenant has ordered."""
    source = stage.api.put_elsewhere("disk.raw", SMALL)
    catalog = stage.api.world.catalog(a_caller(tenant, *ORDINARY))
    catalog.register(NewImage({"disk_format": "raw", "container_format": "bare"}), source)
    return catalog.jobs.all()[0]


def meanwhile(stage: Stage, act: Callable[[], object]) -> ExitStack:
    """Have something done once in the middle of the next copy."""
    acts, stack = [act], ExitStack()
    stack.enter_context(stage.api.on_s3(BYTES, lambda: acts and acts.pop()()))
    return stack


def test_slow_copies_of_one_tenant_leave_workers_to_the_others(stage: Stage) -> None:
    one, two, three = (copying(stage, "t1") for _ in range(3))
    other = copying(stage, "t2")
    stage.lose_messages()
    seen: dict[str, JobStatus] = {}

    def third_comes() -> None:
        stage.deliver(three, other)
        seen.update({"three": stage.stored(three).status, "other": stage.stored(other).status})

    def second_comes() -> None:
        with meanwhile(stage, third_comes):
            stage.deliver(two)

    with meanwhile(stage, second_comes):
        stage.deliver(one)

    assert seen == {"three": JobStatus.PENDING, "other": JobStatus.WORKING}
    for job in (one, two, three, other):
        again(stage, job)
    assert {stage.stored(job).status for job in (one, two, three, other)} == {JobStatus.SUCCESSFUL}


def test_a_job_that_has_to_wait_for_its_turn_is_sent_again(stage: Stage) -> None:
    job, now = copying(stage, "t1"), stage.api.clock.now()
    for other in ("a", "b"):
        assert stage.api.world.shares.take("t1", other, now, now + LEASE)
    stage.lose_messages()

    stage.deliver(job)

    assert stage.messages() == (1, 1)
    assert stage.stored(job).began_at is None
    assert TURN < LEASE


def test_a_worker_that_died_holds_its_share_no_longer_than_its_lease(stage: Stage) -> None:
    shares, now = stage.api.world.shares, stage.api.clock.now()
    for job in ("a", "b"):
        assert shares.take("t1", job, now, now + LEASE)

    assert not shares.take("t1", "c", now, now + LEASE)
    assert shares.take("t1", "b", now, now + LEASE)
    assert shares.take("t2", "c", now, now + LEASE)
    assert shares.take("t1", "c", now + LEASE, now + 2 * LEASE)


def test_what_is_given_back_is_free(stage: Stage) -> None:
    shares, now = stage.api.world.shares, stage.api.clock.now()
    for job in ("a", "b"):
        assert shares.take("t1", job, now, now + LEASE)

    shares.give_back("t1", "a")

    assert shares.take("t1", "c", now, now + LEASE)
    assert not shares.take("t1", "a", now, now + LEASE)
    shares.give_back("t3", "never taken")


def test_a_job_that_failed_gives_its_share_back(stage: Stage) -> None:
    now = stage.api.clock.now() + timedelta(minutes=5)
    for _ in range(3):
        job = copying(stage, "t1")
        with stage.api.s3_fault(BYTES, "SlowDown", 503):
            assert stage.deliver(job) == [job.id]

    assert stage.api.world.shares.take("t1", "a", now - timedelta(minutes=5), now)


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_a_share_that_cannot_be_given_back_does_not_fail_its_job(stage: Stage, code: str) -> None:
    job, error = copying(stage, "t1"), {"Error": {"Code": code, "Message": "as the test asks"}}
    writes: list[str] = []

    def refuse_the_second(request: Mapping[str, Any]) -> Reply | None:
        action = request["TransactItems"][0]
        if action.get("Put", {}).get("Item", {}).get("job_id", {}).get("S") != SHARE:
            return None
        writes.append(code)
        return (HTTPStatus.BAD_REQUEST, error) if len(writes) > 1 else None

    with answering("TransactWriteItems", refuse_the_second):
        failed = stage.deliver(job)

    assert (failed, len(writes)) == ([], 2)


def test_whoever_is_outrun_waits_for_another_turn(stage: Stage) -> None:
    shares, now = stage.api.world.shares, stage.api.clock.now()
    outrun = [True]

    def faster(_request: object) -> None:
        if outrun:
            outrun.clear()
            assert shares.take("t1", "a", now, now + LEASE)

    with answering("TransactWriteItems", faster):
        assert not shares.take("t1", "b", now, now + LEASE)
    outrun.append(True)
    with answering("TransactWriteItems", faster), pytest.raises(StaleJob):
        shares.give_back("t1", "b")


def test_short_work_waits_for_nobody(stage: Stage) -> None:
    now = stage.api.clock.now()
    for other in ("a", "b"):
        assert stage.api.world.shares.take("t1", other, now, now + LEASE)
    job = stage.delete()

    stage.deliver(job)

    assert stage.stored(job).status is JobStatus.SUCCESSFUL


def test_an_upload_is_long_work_too(stage: Stage) -> None:
    job, now = uploading(stage, SMALL), stage.api.clock.now()
    for other in ("a", "b"):
        assert stage.api.world.shares.take("t1", other, now, now + LEASE)

    stage.deliver(job)

    assert stage.stored(job).began_at is None
