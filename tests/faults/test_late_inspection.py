"""Any call of AWS that the worker makes while it looks at image data of a request may fail: it comes to it again."""

from collections.abc import Iterator

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Image, NewImage, Status
from tests import tally
from tests.conftest import MakeApi
from tests.faults import store
from tests.faults.invariants import DAY, broken, left_over
from tests.faults.kinds import Fault, injected, watched
from tests.faults.told import told
from tests.jobs import disks
from tests.jobs.arriving import FORMATS, catalog_of
from tests.jobs.jobs import Stage
from tests.jobs.test_bucket_events import an_event


@pytest.fixture
def stage(make_api: MakeApi, aws: Aws) -> Stage:
    return Stage(make_api(INSPECTION="enforce"), aws)


def sent(stage: Stage) -> Image:
    """An image that is not what was declared, and was not looked at yet."""
    catalog = catalog_of(stage)
    return catalog.content.upload(catalog.register(NewImage({**FORMATS, "status": Status.SAVING})), disks.qcow2())


def tell(stage: Stage, image: Image) -> None:
    _, _, key = (image.location or "").removeprefix("s3://").partition("/")
    stage.api.world.deliver([an_event(key)])


def test_an_image_whose_inspection_meets_a_fault_is_killed_in_the_end(stage: Stage) -> None:
    image = sent(stage)
    with watched() as calls:
        tell(stage, image)

    found = {
        f"{befallen}, {fault.name}": list(mismatches(stage, befallen.call, fault))
        for befallen, faults in calls
        for fault in faults
    }

    tally.count("injected faults", len(found))
    assert not any(found.values()), told(found)
    assert len(found) > len(calls) > 1


def mismatches(stage: Stage, nth: int, fault: Fault) -> Iterator[str]:
    """What is not as it should be if a fault befalls the worker from its n-th call on, now and when the sweep came."""
    store.clear()
    image = sent(stage)
    with injected(fault, nth):
        tell(stage, image)
    yield from broken(stage.api)
    for _ in range(2):
        stage.api.clock.advance(DAY)
        stage.api.world.reaper.sweep()
        stage.api.work()
    [ended] = stage.api.world.images.many([image.id])
    if ended.status is not Status.KILLED and fault.name != "missing":  # bytes that are lost are nothing to look at
        yield f"it is {ended.status}"
    yield from left_over(stage.api)
    yield from broken(stage.api)
