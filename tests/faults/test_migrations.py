"""Moving images to the second layout may be interrupted at any AWS call: run again, it resumes and completes."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.image import Status, Visibility
from tests import moto_state, tally
from tests.api import Api
from tests.conftest import MakeApi
from tests.factories import START, a_membership, an_image
from tests.faults import store
from tests.faults.crowds import AT_ONCE, CROWD
from tests.faults.invariants import GRACE, broken
from tests.faults.kinds import Fault, injected, watched
from tests.faults.report import report
from tests.faults.scenes import OTHER, TENANT
from tests.storage import older
from tests.storage.contract.shelf import listed

WIDE, FEW, OWN, DEAD = (f"{number}1111111-1111-4111-8111-111111111111" for number in range(4))
VISIBLE = {TENANT: {WIDE, FEW, OWN}, OTHER: {WIDE, FEW}, CROWD[-1]: {WIDE, FEW}}


def test_a_migration_interrupted_at_any_call_resumes_and_leaves_nothing(make_api: MakeApi) -> None:
    shelve()
    found_there = moto_state.saved()
    api = make_api(MIGRATING="true")
    with watched() as calls:
        list(api.world.migration.move())

    found = {
        f"{sent}, {fault.name}": list(mismatches(again(make_api, found_there), sent.call, fault))
        for sent, faults in calls
        for fault in faults
    }

    tally.count("injected faults", len(found))
    assert not any(found.values()), report(found)
    assert len(found) > len(calls) > len(CROWD) // AT_ONCE


def again(make_api: MakeApi, found_there: moto_state.Items) -> Api:
    """The application over the initial data."""
    moto_state.restore(found_there)
    return make_api(MIGRATING="true")


def shelve() -> None:
    """Store a catalogue in the first layout."""
    store.clear()
    facts: list[dict[str, Any]] = [
        {"id": WIDE, "name": "wide", "status": Status.ACTIVE, "size": 3},
        {"id": FEW, "visibility": Visibility.PUBLIC},
        {"id": OWN},
        {"id": DEAD, "status": Status.DELETED, "deleted_at": START},
    ]
    images = [an_image(**{"owner": TENANT, "version": 1, **each}) for each in facts]
    shares = [a_membership(images[0], member) for member in CROWD]
    older.shelve(images, [*shares, a_membership(images[1], "t3")])


def mismatches(api: Api, nth: int, fault: Fault) -> Iterator[str]:
    """What is missing from lists after a fault at the n-th call, and what is wrong in the end."""
    with injected(fault, nth), suppress(CatalogError):
        list(api.world.migration.move())
    for tenant, due in VISIBLE.items():
        if set(seen := listed(api.world, tenant=tenant)) != due or len(seen) != len(due):
            yield f"{tenant} sees {seen}"
    list(api.world.migration.move())
    api.clock.advance(GRACE)
    api.world.reaper.sweep()
    yield from (f"{kind}: {off}" for kind, off in api.world.migration.differences().items())
    yield from (each for each in broken(api) if "has no event of its creation" not in each)
