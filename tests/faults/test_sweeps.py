"""Any AWS call of a sweep may fail: a later sweep completes the work."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import count, cycle
from typing import NamedTuple

import pytest

from chalicelib.catalog.errors import Unavailable
from chalicelib.catalog.image import Image, NewImage, Status, Visibility
from chalicelib.catalog.membership import MemberStatus
from tests import moto_state, tally
from tests.api import ORDINARY, Api, a_caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import SMALL
from tests.factories import a_membership
from tests.faults import store
from tests.faults.crowds import CROWD
from tests.faults.glance import FORMATS
from tests.faults.invariants import DAY, GRACE, broken, census, left_over, unfinished, uninspected
from tests.faults.kinds import Fault, injected, watched
from tests.faults.report import report
from tests.faults.scenes import IMAGE, TENANT, kept
from tests.storage.contract.faults import answering, cancelled

SWEEPS = 3
TOMBSTONE = 90 * DAY


class Scene(NamedTuple):
    """What was left behind, and the seconds until the sweep."""

    leave: Callable[[Api], object]
    seconds: int


def abandoned(api: Api, *, retriable: bool = False) -> None:
    """Leave an upload that never completed, and its bytes."""
    api.world.blobs.put(IMAGE, SMALL)
    kept(api, status=Status.SAVING, retriable=retriable)


def with_bytes(api: Api, status: Status, members: int = 0) -> Image:
    """Leave a deleted image with its bytes and members."""
    location, now = api.world.blobs.put(IMAGE, SMALL), api.clock.now()
    image = kept(api, location=location, size=len(SMALL))
    shares = [a_membership(image, f"m{number}") for number in range(members)]
    if shares:
        api.world.memberships.change(image, shares, [])
    old = api.world.images.many([IMAGE])[0]
    return api.world.images.save(old, replace(old, status=status, status_changed_at=now, deleted_at=now))


def behind(api: Api, visibility: Visibility = Visibility.SHARED) -> None:
    """Leave an image that was renamed and given to another tenant, before the rows of its members were written."""
    image, answers = kept(api), cycle(MemberStatus)
    shares = [a_membership(image, member, status=status) for member, status in zip(CROWD, answers, strict=False)]
    api.world.memberships.change(image, shares, [])
    [old] = api.world.images.many([IMAGE])
    numbers = count()
    with (
        suppress(Unavailable),
        answering("TransactWriteItems", lambda _: cancelled("ThrottlingError") if next(numbers) > 1 else None),
    ):
        api.world.images.save(old, replace(old, name="new", visibility=visibility))


def captured(api: Api) -> None:
    """Leave a deleted capture whose machine image may exist in the cloud."""
    kept(api, status=Status.KILLED, zone="ac1", source_instance="i-1", location=api.world.blobs.place(IMAGE))


def in_parts(api: Api) -> None:
    """Leave a direct upload that never completed, whose job must be done."""
    kept(api, status=Status.QUEUED, **FORMATS)
    upload = api.world.catalog(a_caller(TENANT, *ORDINARY)).uploads.begin(IMAGE, len(SMALL), None, {})
    api.world.multiparts.put(upload.multipart, 1, SMALL)


def staged(api: Api) -> None:
    """Leave an import of staged bytes whose message was lost."""
    kept(api, status=Status.QUEUED, **FORMATS)
    imports = api.world.catalog(a_caller(TENANT, *ORDINARY)).imports
    imports.stage(IMAGE, lambda _: None, SMALL)
    imports.begin(IMAGE, lambda _: None)
    moto_state.lose_messages()


def copy(api: Api) -> None:
    """Leave a copy job whose message was lost."""
    source = api.put_elsewhere("disk.raw", SMALL)
    api.world.catalog(a_caller(TENANT, *ORDINARY)).register(NewImage(FORMATS), source)
    moto_state.lose_messages()


def unseen(api: Api) -> None:
    """Leave an image with inline bytes, whose event of the bucket was lost."""
    kept(api, location=api.world.blobs.put(IMAGE, SMALL), size=len(SMALL), uninspected=True)


SCENES = {
    "abandoned upload": Scene(abandoned, DAY),
    "abandoned upload that may be tried again": Scene(lambda api: abandoned(api, retriable=True), DAY),
    "delayed deletion": Scene(lambda api: with_bytes(api, Status.PENDING_DELETE), DAY),
    "deletion with bytes and members": Scene(lambda api: with_bytes(api, Status.DELETED, 2), DAY),
    "delayed deletion with very many members": Scene(
        lambda api: with_bytes(api, Status.PENDING_DELETE, len(CROWD)), DAY
    ),
    "members that are behind": Scene(behind, DAY),
    **{
        f"members that are behind of a {visibility} image": Scene(partial(behind, visibility=visibility), DAY)
        for visibility in Visibility
        if visibility is not Visibility.SHARED
    },
    "image of a machine": Scene(captured, DAY),
    "tombstone": Scene(lambda api: kept(api, status=Status.DELETED, deleted_at=api.clock.now()), TOMBSTONE),
    "direct upload": Scene(in_parts, 2 * DAY),
    "bytes that nobody has looked at": Scene(unseen, GRACE),
    "lost message": Scene(copy, GRACE),
    "lost message of an import": Scene(staged, GRACE),
}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())
def test_a_later_sweep_finishes_one_that_a_fault_has_hit(scene: Scene, make_api: MakeApi) -> None:
    left = Left(scene, make_api)
    api = left.alone()
    with watched() as calls:
        api.world.reaper.sweep()
    end = ended(api)

    found = {
        f"{sent}, {fault.name}": list(mismatches(left.alone(), end, sent.call, fault))
        for sent, faults in calls
        for fault in faults
    }

    tally.count("injected faults", len(found))
    assert not any(found.values()), report(found)
    assert len(found) > len(calls) > 1


class Left:
    """What was left behind, arranged once and restored for each sweep."""

    def __init__(self, scene: Scene, make_api: MakeApi) -> None:
        store.clear()
        api = make_api()
        scene.leave(api)
        api.clock.advance(scene.seconds)
        self._make_api, self._now, self._found = make_api, api.clock.time, moto_state.snapshot()

    def alone(self) -> Api:
        """The application for a sweep."""
        api = self._make_api()
        api.clock.time = self._now
        moto_state.bring_back(self._found)
        return api


def ended(api: Api, end: Counter[Hashable] | None = None) -> Counter[Hashable]:
    """What is stored after more sweeps and the jobs that they queue, until `end` is reached if it is known."""
    for _ in range(SWEEPS):
        if unfinished() or uninspected():
            api.work()
        if census() == end and not [*unfinished(), *left_over(api)]:
            break
        api.clock.advance(GRACE)
        api.world.reaper.sweep()
    return census()


def mismatches(api: Api, end: Counter[Hashable], nth: int, fault: Fault) -> Iterator[str]:
    """What is wrong, at once and in the end, if a fault starts with the n-th call of a sweep."""
    with injected(fault, nth), suppress(Unavailable):
        api.world.reaper.sweep()
    yield from broken(api)
    found = ended(api, end)
    if found != end:
        yield f"there is {found - end}, there is not {end - found}"
    yield from left_over(api)
    yield from broken(api)
