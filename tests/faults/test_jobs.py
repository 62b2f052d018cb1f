"""Any call of AWS that the worker makes may fail: its message comes again, and what it began ends, once."""

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
from tests.faults.told import told
from tests.jobs.arriving import KILLED, MADE, copying, left, sweep, uploading
from tests.jobs.jobs import LEASE, Begun, Outcome, Stage
from tests.jobs.jobs import MADE as CAPTURED
from tests.jobs.test_imports import QUEUED, STAGED, fetching, importing
from tests.jobs.test_killed_arrivals import WRONG
from tests.jobs.test_killed_worker import NOTHING, both, late

COSTING_BYTES = ("missing", "met always", "throttled in part", "outrun always")
"""Faults after which the worker may give bytes up: S3 says they are not there, or the image is being changed by others
whenever it is to have them."""


class Scene(NamedTuple):
    """How a job begins, how to look at what is left of it, and what is, with its bytes or without."""

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
    """A copy that is there, and is not verified."""
    job = copy(stage)
    stage.deliver(job)
    return job


def fetch(stage: Stage) -> Job:
    """Bytes for an image that waits for others if they do not come."""
    return fetching(stage, stage.api.put_elsewhere("disk.raw", SMALL))


def fetched(stage: Stage) -> Job:
    """As above, and they are there, but not verified."""
    job = fetch(stage)
    stage.deliver(job)
    return job


def swept(stage: Stage, job: Job) -> object:
    """What is left when the sweeper has been, who finds what a killed image has left in the store."""
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
def test_a_job_that_meets_a_fault_is_done_when_its_message_comes_again(scene: Scene, stage: Stage) -> None:
    begun = Begun(stage, scene.begin(stage))
    calls = without_fault(begun)

    found = {
        f"{sent}, {fault.name}": list(mismatches(scene, begun, sent.call, fault))
        for sent, faults in calls
        for fault in faults
    }

    tally.count("injected faults", len(found))
    assert not any(found.values()), told(found)
    assert len(found) > len(calls) > 1


def without_fault(begun: Begun) -> list[Befallen]:
    """The calls of a step."""
    with watched() as calls:
        begun.stage.deliver(begun.job)
    return calls


def mismatches(scene: Scene, begun: Begun, nth: int, fault: Fault) -> Iterator[str]:
    """What is not as it should be in the end, if a fault befalls a step from its n-th call on."""
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
