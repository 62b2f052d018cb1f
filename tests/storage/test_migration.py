"""From the first layout to the second: nothing is missing from any list meanwhile, and nothing is left behind."""

from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import ScanTooLarge, StorageQuotaExceeded
from chalicelib.catalog.image import Image, Status, Transition, Visibility
from chalicelib.catalog.outages import OutcomeUnknown
from chalicelib.catalog.position import SortKey, position
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Scope
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.storage import spread
from chalicelib.storage.releases import FORMAT
from tests.factories import START, a_membership, a_principal, an_image
from tests.moto_state import empty_tables
from tests.storage import older
from tests.storage.contract.faults import Request, answering, cancelled
from tests.storage.contract.shelf import MakeWorld, add, count, listed, rows, stored

DAY = timedelta(days=1)
PARENT = Reference(
    kind=Kind.ARCHITECTURE, owner="t1", facts={"name": "arm64"}, number=1, created_at=START, updated_at=START
)
QUERIES = [
    *(ImageQuery(order=Order(key, descending)) for key in SortKey for descending in (False, True)),
    ImageQuery(Scope.OWN),
    ImageQuery(Scope.EVERYTHING),
    ImageQuery(conditions=(Condition("name", Operator.EQUAL, "b"),)),
    ImageQuery(conditions=(Condition("visibility", Operator.EQUAL, Visibility.PUBLIC),)),
    ImageQuery(order=Order(SortKey.UPDATED), changed_since=START - DAY),
    ImageQuery(Scope.EVERYTHING, order=Order(SortKey.NAME), changed_since=START - DAY),
    ImageQuery(Scope.OWN, order=Order(SortKey.NUMBER, descending=False), below=PARENT),
    ImageQuery(expected=None),
]


def catalogue() -> list[Image]:
    """Images of all kinds that lists tell apart."""
    facts: list[dict[str, Any]] = [
        {"name": "a", "number": 1, "architecture": "arm64"},
        {"name": "b", "number": 2, "status": Status.ACTIVE, "size": 3, "visibility": Visibility.PUBLIC},
        {"name": "b", "owner": "t2", "visibility": Visibility.PUBLIC, "status": Status.ACTIVE, "size": 2},
        {"owner": "t2"},
        {"number": 4, "status": Status.PENDING_DELETE, "deleted_at": START, "size": 7, "architecture": "arm64"},
        {"number": 5, "status": Status.DELETED, "deleted_at": START, "location": "s3://x/y"},
        {"status": Status.DELETED, "deleted_at": START, "visibility": Visibility.PUBLIC, "owner": "t2"},
        {"status": Status.SAVING},
        {"owner": None, "visibility": Visibility.PUBLIC, "status": Status.KILLED},
        {"aliases": {"devops": "ami"}, "compute_resource": 1, "provider_image_id": "ami", "os_title": "Linux"},
    ]
    return [
        an_image(**fact, version=1, created_at=START + timedelta(seconds=place), updated_at=START)
        for place, fact in enumerate(facts)
    ]


@pytest.fixture
def migrating(make_world: MakeWorld) -> World:
    return make_world(MIGRATING="true")


def all_lists(world: World) -> dict[str, tuple[list[str], int]]:
    """Every list, and how many images it is said to have."""
    return {
        str(query): (listed(world, query), 0 if query.gone else world.images.count(a_principal(), query))
        for query in QUERIES
    }


def test_every_list_is_whole_however_far_it_is(world: World, migrating: World) -> None:
    images = catalogue()
    shares = [a_membership(image, "t1") for image in images if image.owner == "t2" and not image.gone]
    for image in add(world, [replace(image, version=0) for image in images]):
        world.memberships.change(image, [each for each in shares if each.image_id == image.id], [])
    due = all_lists(world)
    empty_tables()
    older.shelve(images, shares)

    moves = migrating.migration.move()
    for place in range(len(images) + 1):
        if place % 4 == 0:
            assert all_lists(migrating) == due
        next(moves, None)

    assert older.left() == set()
    assert all_lists(world) == due
    assert not world.migration.differences()


@pytest.mark.parametrize("place", range(len(catalogue())))
def test_any_write_moves_an_image_as_a_whole(world: World, place: int) -> None:
    images = catalogue()
    older.shelve(images)
    old = stored(world, images[place].id)

    world.images.save(old, replace(old, description="new"))

    assert {image_id for _, image_id in older.left()} == {image.id for image in images} - {old.id}
    assert {row.description for row in rows(old.id)} == {"new"}
    assert stored(world, old.id).stored_format == FORMAT


def test_images_that_are_marked_are_moved(world: World, migrating: World) -> None:
    images = [an_image(version=1, status=Status.ACTIVE) for _ in range(3)]
    older.shelve(images)

    world.images.mark([stored(world, image.id) for image in images], Transition.DELETING)

    assert older.left() == set()
    assert {image.transition for image in migrating.images.images(a_principal(), ImageQuery())} == {Transition.DELETING}
    assert not world.migration.differences()


def test_sharing_leaves_an_image_in_its_layout(world: World, migrating: World) -> None:
    [image] = images = [an_image(version=1, owner="t2")]
    older.shelve(images)

    world.memberships.change(stored(world, image.id), [a_membership(image, "t1")], [])

    assert listed(migrating) == [image.id]
    assert older.left() != set()
    assert list(world.migration.move()) == [True]
    assert listed(world) == [image.id]
    assert not world.migration.differences()


def test_what_is_broken_off_goes_on_with_what_is_left(world: World) -> None:
    older.shelve(catalogue())

    first = list(islice(world.migration.move(), 4))
    rest = list(world.migration.move())

    assert first == [True] * 4
    assert rest.count(True) == len(catalogue()) - 4
    assert not world.migration.differences()


def test_an_image_that_somebody_changes_meanwhile_is_moved_by_that(world: World) -> None:
    images = [an_image(version=1) for _ in range(2)]
    older.shelve(images)
    moves = world.migration.move()
    first = next(moves)
    for image in images:
        before = stored(world, image.id)
        world.images.save(before, replace(before, name="new"))

    assert (first, list(moves)) == (True, [False])
    assert {stored(world, image.id).name for image in images} == {"new"}
    assert older.left() == set()


def test_what_is_not_moved_yet_counts_against_the_limit(make_world: MakeWorld) -> None:
    world = make_world(MIGRATING="true", MAX_SCAN="3")
    older.shelve([an_image(version=1) for _ in range(4)])

    with pytest.raises(ScanTooLarge):
        listed(world)


def test_a_row_and_a_total_that_are_wrong_are_told(world: World) -> None:
    image = world.images.add(an_image(name="web"))
    [own] = [row for row in rows(image.id) if row.scope == "tenant/t1"]
    own.delete()
    count([image, image])
    older.shelve([an_image(version=1)])

    found = world.migration.differences()

    assert found == {"tenant": 2, "all": 1, "images of the first layout": 1, "totals": 1}


def test_an_image_that_is_shared_meanwhile_is_moved_all_the_same(world: World) -> None:
    [image] = images = [an_image(version=1, owner="t2")]
    older.shelve(images)
    shares = iter([a_membership(image, "t1")])

    def share(_request: Request) -> None:
        for each in shares:
            world.memberships.change(stored(world, image.id), [each], [])

    with answering("TransactWriteItems", share):
        moved = list(world.migration.move())

    assert moved == [True]
    assert listed(world) == [image.id]
    assert not world.migration.differences()


def test_a_tenant_that_has_more_than_is_allowed_by_now_keeps_it(make_world: MakeWorld) -> None:
    world = make_world(USER_STORAGE_QUOTA="10")
    images = [an_image(version=1, size=size, status=Status.ACTIVE) for size in (8, 8, 11)]
    older.shelve(images)
    first = stored(world, images[0].id)

    world.images.save(first, replace(first, name="new"))
    moved = list(world.migration.move())

    assert sorted(moved) == [False, True, True]
    assert world.images.totals("t1").size == 27
    assert not world.migration.differences()


def test_an_image_that_grows_while_it_moves_has_to_have_room(make_world: MakeWorld) -> None:
    world = make_world(USER_STORAGE_QUOTA="10")
    images = [an_image(version=1, status=Status.ACTIVE, size=8), an_image(version=1)]
    older.shelve(images)
    list(world.migration.move())
    second = stored(world, images[1].id)

    with pytest.raises(StorageQuotaExceeded):
        world.images.save(second, replace(second, status=Status.ACTIVE, size=3))


def test_members_whose_rows_are_still_to_come_have_what_is_shared_with_them(world: World, migrating: World) -> None:
    members = [f"m{number}" for number in range(2 * spread.MAX_AT_ONCE)]
    [image] = images = [an_image(version=1, owner="o")]
    older.shelve(images, [a_membership(image, member) for member in members])
    replies = iter([None, None, cancelled("ThrottlingError")])

    with answering("TransactWriteItems", lambda _: next(replies)), pytest.raises(OutcomeUnknown):
        list(migrating.migration.move())

    assert stored(world, image.id).members_behind
    assert {member: listed(migrating, tenant=member) for member in members} == {each: [image.id] for each in members}
    assert {migrating.images.count(a_principal(member), ImageQuery()) for member in members} == {1}


@pytest.mark.parametrize("gone", [False, True], ids=["living", "changes"])
@pytest.mark.parametrize("order", [Order(key, descending) for key in SortKey for descending in (False, True)], ids=str)
def test_a_list_resumes_after_each_of_its_images_half_way(
    world: World, migrating: World, order: Order, *, gone: bool
) -> None:
    images = catalogue()
    older.shelve(images, [a_membership(images[3], "t1")])
    list(islice(world.migration.move(), len(images) // 2))
    query = ImageQuery(order=order, expected=2, changed_since=START - DAY if gone else None)
    whole = [stored(migrating, image_id) for image_id in listed(migrating, query)]

    rests = [listed(migrating, query._replace(after=position(image, order.key))) for image in whole]

    assert rests == [[image.id for image in whole[place:]] for place in range(1, len(whole) + 1)]
    assert {image_id for _, image_id in older.left()} != set()
