"""Any AWS call of the worker may fail: the message is redelivered, and the job is done once."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Status
from chalicelib.catalog.job import Job, JobStatus
from chalicelib.jobs.delivery import MAX_RECEIPTS
from tests import tally
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import SMALL
from tests.faults.invariants import broken
from tests.faults.kinds import Befallen, Fault, injected, watched
from tests.faults.report import report
from tests.jobs.arriving import KILLED, MADE, copying, left, sweep, uploading
from tests.jobs.jobs import LEASE, Begun, Outcome, Stage
from tests.jobs.jobs import MADE as CAPTURED
from tests.jobs.test_imports import QUEUED, STAGED, fetching, importing
from tests.jobs.test_killed_arrivals import WRONG
from tests.jobs.test_killed_worker import NOTHING, both, late

COSTING_BYTES = ("missing", "conflict always", "throttled in part", "race always lost")
"""Faults after which the worker may discard the bytes: S3 does not find them, or the image is changed by others each
time."""


class Scene(NamedTuple):
    """How a job starts, how to read its results, and the results with the bytes and without."""

    begin: Callable[[Stage], Job]
    look: Callable[[Stage, Job], object]
    left: object
    without_bytes: object = None


def upload(stage: Stage) -> Job:
    return uploading(stage, SMALL)


def wrong_upload(stage: Stage) -> Job:
    return uploading(stage, SMALL, WRONG)


def copy(stage: Stage) -> Job:
    return copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))


def copied(stage: Stage) -> Job:
    """A copy job whose bytes have arrived, but are not verified."""
    job = copy(stage)
    stage.deliver(job)
    return job


def fetch(stage: Stage) -> Job:
    """An import job; if it fails, the image waits for other bytes."""
    return fetching(stage, stage.api.put_elsewhere("disk.raw", SMALL))


def fetched(stage: Stage) -> Job:
    """As above, with the bytes arrived, but not verified."""
    job = fetch(stage)
    stage.deliver(job)
    return job


def swept(stage: Stage, job: Job) -> object:
    """The results after a sweep, which removes the bytes of a killed image."""
    found = left(stage, job)
    if found.image is Status.KILLED and (found.objects or found.multiparts):
        sweep(stage)
        found = left(stage, job)
    begun = stage.api.world.multiparts.begun(job.images[0])
    return found._replace(multiparts=sum(stage.api.world.multiparts.parts(each) != [] for each in begun))


DELETED = Outcome(JobStatus.SUCCESSFUL, both(Status.PENDING_DELETE))
RECOVERED = Outcome(JobStatus.SUCCESSFUL, both(Status.ACTIVE))
SCENES = {
    "capture": Scene(Stage.capture, Stage.outcome, CAPTURED),
    "capture past its limit": Scene(late, Stage.outcome, NOTHING),
    "delete": Scene(Stage.delete, Stage.outcome, DELETED),
    "recover": Scene(Stage.recover, Stage.outcome, RECOVERED),
    "upload": Scene(upload, swept, MADE, KILLED),
    "upload with a wrong checksum": Scene(wrong_upload, swept, KILLED),
    "copy": Scene(copy, swept, MADE, KILLED),
    "copy that is to be verified": Scene(copied, swept, MADE, KILLED),
    "import of staged bytes": Scene(importing, swept, MADE, STAGED),
    "import from elsewhere": Scene(fetch, swept, MADE, QUEUED),
    "import from elsewhere that is to be verified": Scene(fetched, swept, MADE, QUEUED),
}


@pytest.fixture
def stage(make_api: MakeApi, aws: Aws) -> Stage:
    return Stage(make_api(CAPTURE_HOURS="1"), aws)


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())
def test_a_job_hit_by_a_fault_succeeds_when_its_message_is_redelivered(scene: Scene, stage: Stage) -> None:
    begun = Begun(stage, scene.begin(stage))
    calls = without_fault(begun)

    found = {
        f"{sent}, {fault.name}": list(mismatches(scene, begun, sent.call, fault))
        for sent, faults in calls
        for fault in faults
    }

    tally.count("injected faults", len(found))
    assert not any(found.values()), report(found)
    assert len(found) > len(calls) > 1


def without_fault(begun: Begun) -> list[Befallen]:
    """The AWS calls of a step without faults."""
    with watched() as calls:
        begun.stage.deliver(begun.job)
    return calls


def mismatches(scene: Scene, begun: Begun, nth: int, fault: Fault) -> Iterator[str]:
    """What is wrong in the end, if a fault starts with the n-th call of a step."""
    stage, job = begun.stage, begun.again()
    with injected(fault, nth):
        stage.deliver(job)
    yield from broken(stage.api)
    for receipts in range(2, MAX_RECEIPTS + 2):
        if stage.stored(job).finished:
            break
        stage.api.clock.advance(LEASE)
        stage.deliver(job, receipts=receipts)
    found = scene.look(stage, job)
    if found != scene.left and not (fault.name in COSTING_BYTES and found == scene.without_bytes):
        yield f"left is {found}"
    yield from broken(stage.api)
