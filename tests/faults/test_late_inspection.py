"""Any AWS call during the inspection of inline bytes may fail: the worker inspects them again."""

from collections.abc import Iterator

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Image, NewImage, Status
from tests import tally
from tests.conftest import MakeApi
from tests.faults import store
from tests.faults.invariants import DAY, broken, left_over
from tests.faults.kinds import Fault, injected, watched
from tests.faults.report import report
from tests.jobs import disks
from tests.jobs.arriving import FORMATS, catalog_of
from tests.jobs.jobs import Stage
from tests.jobs.test_bucket_events import an_event


@pytest.fixture
def stage(make_api: MakeApi, aws: Aws) -> Stage:
    return Stage(make_api(INSPECTION="enforce"), aws)


def sent(stage: Stage) -> Image:
    """An image whose bytes do not match its declared format, before its inspection."""
    catalog = catalog_of(stage)
    return catalog.content.upload(catalog.register(NewImage({**FORMATS, "status": Status.SAVING})), disks.qcow2())


def tell(stage: Stage, image: Image) -> None:
    _, _, key = (image.location or "").removeprefix("s3://").partition("/")
    stage.api.world.deliver([an_event(key)])


def test_a_bad_image_is_killed_in_spite_of_a_fault_during_its_inspection(stage: Stage) -> None:
    image = sent(stage)
    with watched() as calls:
        tell(stage, image)

    found = {
        f"{befallen}, {fault.name}": list(mismatches(stage, befallen.call, fault))
        for befallen, faults in calls
        for fault in faults
    }

    tally.count("injected faults", len(found))
    assert not any(found.values()), report(found)
    assert len(found) > len(calls) > 1


def mismatches(stage: Stage, nth: int, fault: Fault) -> Iterator[str]:
    """What is wrong, at once and after the sweep, if a fault starts with the n-th call of the worker."""
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
    if ended.status is not Status.KILLED and fault.name != "missing":  # missing bytes cannot be inspected
        yield f"it is {ended.status}"
    yield from left_over(stage.api)
    yield from broken(stage.api)
