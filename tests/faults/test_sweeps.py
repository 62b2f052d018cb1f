"""Any call of AWS that the sweeper makes may fail: a later sweep ends what this one has not."""

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
from tests.faults.scenes import IMAGE, TENANT, kept
from tests.faults.told import told
from tests.storage.contract.faults import answering, cancelled

SWEEPS = 3
TOMBSTONE = 90 * DAY


class Scene(NamedTuple):
    """What somebody has left, and after how many seconds the sweeper comes."""

    leave: Callable[[Api], object]
    seconds: int


def abandoned(api: Api, *, retriable: bool = False) -> None:
    """An upload that never ended, of which the bytes are there."""
    api.world.blobs.put(IMAGE, SMALL)
    kept(api, status=Status.SAVING, retriable=retriable)


def with_bytes(api: Api, status: Status, members: int = 0) -> Image:
    """An image that was deleted, and whose bytes and members are there."""
    location, now = api.world.blobs.put(IMAGE, SMALL), api.clock.now()
    image = kept(api, location=location, size=len(SMALL))
    shares = [a_membership(image, f"m{number}") for number in range(members)]
    if shares:
        api.world.memberships.change(image, shares, [])
    old = api.world.images.many([IMAGE])[0]
    return api.world.images.save(old, replace(old, status=status, status_changed_at=now, deleted_at=now))


def behind(api: Api, visibility: Visibility = Visibility.SHARED) -> None:
    """An image that was renamed, and given to others, and of whose very many members some have not heard of it."""
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
    """A deleted image of a machine, of which the cloud may have made one."""
    kept(api, status=Status.KILLED, zone="ac1", source_instance="i-1", location=api.world.blobs.place(IMAGE))


def in_parts(api: Api) -> None:
    """A direct upload that never ended: its job has to be worked on."""
    kept(api, status=Status.QUEUED, **FORMATS)
    upload = api.world.catalog(a_caller(TENANT, *ORDINARY)).uploads.begin(IMAGE, len(SMALL), None, {})
    api.world.multiparts.put(upload.multipart, 1, SMALL)


def staged(api: Api) -> None:
    """An import of staged bytes whose message was lost."""
    kept(api, status=Status.QUEUED, **FORMATS)
    imports = api.world.catalog(a_caller(TENANT, *ORDINARY)).imports
    imports.stage(IMAGE, lambda _: None, SMALL)
    imports.begin(IMAGE, lambda _: None)
    moto_state.lose_messages()


def copy(api: Api) -> None:
    """A copy whose message was lost."""
    source = api.put_elsewhere("disk.raw", SMALL)
    api.world.catalog(a_caller(TENANT, *ORDINARY)).register(NewImage(FORMATS), source)
    moto_state.lose_messages()


def unseen(api: Api) -> None:
    """An image whose bytes came within a request, of which the bucket did not tell."""
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
def test_what_a_sweep_that_meets_a_fault_has_left_is_swept_up_later(scene: Scene, make_api: MakeApi) -> None:
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
    assert not any(found.values()), told(found)
    assert len(found) > len(calls) > 1


class Left:
    """What somebody leaves once, and each sweeper finds."""

    def __init__(self, scene: Scene, make_api: MakeApi) -> None:
        store.clear()
        api = make_api()
        scene.leave(api)
        api.clock.advance(scene.seconds)
        self._make_api, self._now, self._found = make_api, api.clock.time, moto_state.snapshot()

    def alone(self) -> Api:
        """A registry to which the sweeper comes."""
        api = self._make_api()
        api.clock.time = self._now
        moto_state.bring_back(self._found)
        return api


def ended(api: Api, end: Counter[Hashable] | None = None) -> Counter[Hashable]:
    """What there is after more sweeps, as many as it takes to an end that is known, and the work that these make."""
    for _ in range(SWEEPS):
        if unfinished() or uninspected():
            api.work()
        if census() == end and not [*unfinished(), *left_over(api)]:
            break
        api.clock.advance(GRACE)
        api.world.reaper.sweep()
    return census()


def mismatches(api: Api, end: Counter[Hashable], nth: int, fault: Fault) -> Iterator[str]:
    """What is not as it should be, now and in the end, if a fault befalls a sweep from its n-th call on."""
    with injected(fault, nth), suppress(Unavailable):
        api.world.reaper.sweep()
    yield from broken(api)
    found = ended(api, end)
    if found != end:
        yield f"there is {found - end}, there is not {end - found}"
    yield from left_over(api)
    yield from broken(api)
