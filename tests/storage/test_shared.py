"""What is shared with very many, and how much one tenant can be given: whole, or refused as a whole."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count as counting
from itertools import cycle

import pytest

from chalicelib.bootstrap import World
from chalicelib.catalog import lookup
from chalicelib.catalog.errors import MemberQuotaExceeded, StaleImage
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.outages import OutcomeUnknown
from chalicelib.catalog.query import Condition, ImageQuery, Operator
from chalicelib.dialects import CATALOGUES
from chalicelib.storage import keys, spread
from chalicelib.storage.items import image_of_row
from chalicelib.storage.row import RowItem
from tests.factories import START, a_membership, a_principal, an_image
from tests.storage.contract.faults import Reply, Request, answering, cancelled
from tests.storage.contract.shelf import MakeWorld, listed, stored

MANY = [f"m{number:03d}" for number in range(100)]


def share(world: World, image: Image, members: Sequence[str]) -> Image:
    world.memberships.change(image, [a_membership(image, member) for member in members], [])
    return stored(world, image.id)


def given(member: str) -> list[Image]:
    """The rows of a tenant's list of what is shared with it."""
    return [image_of_row(row.serialize()) for row in RowItem.query(keys.shared(member), consistent_read=True)]


def number(world: World, member: str, *conditions: Condition) -> int:
    return world.images.count(a_principal(member), ImageQuery(conditions=conditions))


@pytest.mark.parametrize(
    ("change", "visible"),
    [
        ({"visibility": Visibility.PUBLIC}, 1),
        ({"status": Status.PENDING_DELETE, "deleted_at": START}, 0),
        ({"status": Status.DELETED, "deleted_at": START}, 0),
        ({"name": "new"}, 1),
        ({"owner": MANY[50]}, 1),
        ({"owner": None}, 1),
    ],
    ids=str,
)
def test_what_becomes_of_an_image_of_very_many_members_counts_for_each_and_can_be_undone(
    world: World, change: dict[str, object], visible: int
) -> None:
    image = share(world, world.images.add(an_image(owner="o", name="web", status=Status.ACTIVE)), MANY)

    changed = world.images.save(image, replace(image, **change))  # type: ignore[arg-type]
    seen = {member: number(world, member) for member in MANY}
    world.images.save(stored(world, changed.id), replace(image, members_behind=False))

    assert set(seen.values()) == {visible}
    assert {member: number(world, member) for member in MANY} == dict.fromkeys(MANY, 1)
    assert not world.migration.differences()
    assert not stored(world, image.id).members_behind


def test_many_members_keep_what_they_said_and_lose_what_is_shared_no_longer(world: World) -> None:
    image = share(world, world.images.add(an_image(owner="o", name="web", status=Status.ACTIVE)), MANY)
    said = dict(zip(MANY, cycle(MemberStatus), strict=False))
    for member, status in said.items():
        before = a_membership(image, member)
        world.memberships.change(stored(world, image.id), [], [], [(before, before._replace(status=status))])

    shared = stored(world, image.id)
    private = world.images.save(shared, replace(shared, visibility=Visibility.PRIVATE))
    assert {number(world, member) for member in MANY} == {0}
    assert not world.migration.differences()
    private = stored(world, private.id)
    world.images.save(private, replace(private, name="new", visibility=Visibility.SHARED))

    listed = {member: number(world, member) for member in MANY}
    assert listed == {member: int(status is not MemberStatus.REJECTED) for member, status in said.items()}
    assert not world.migration.differences()


def test_an_image_can_be_shared_with_its_own_owner(world: World) -> None:
    image = share(world, world.images.add(an_image(owner="o")), ["o", "t2"])

    assert given("o") == []
    assert number(world, "o") == 1
    world.images.save(image, replace(image, name="new"))
    world.memberships.change(stored(world, image.id), [], [a_membership(image, "o")])
    assert not world.migration.differences()


def test_an_image_that_is_given_to_a_member_and_taken_back_is_counted_once(world: World) -> None:
    image = share(world, world.images.add(an_image(owner="o")), ["t2", "t3"])

    theirs = world.images.save(image, replace(image, owner="t2"))
    assert (len(given("t2")), number(world, "t2"), number(world, "o")) == (0, 1, 0)
    world.images.save(theirs, replace(theirs, owner="o"))

    assert (len(given("t2")), number(world, "t2"), number(world, "o")) == (1, 1, 1)
    assert not world.migration.differences()


def test_what_is_shared_while_members_are_behind_reaches_all(world: World) -> None:
    image = share(world, world.images.add(an_image(owner="o", name="old")), MANY)
    with answering("TransactWriteItems", after(2)), pytest.raises(OutcomeUnknown):
        world.images.save(image, replace(image, name="new"))
    behind = stored(world, image.id)

    world.memberships.change(behind, [a_membership(image, "late")], [a_membership(image, MANY[n]) for n in (0, 99)])

    assert behind.members_behind
    assert not stored(world, image.id).members_behind
    assert {row.name for member in [*MANY[1:99], "late"] for row in given(member)} == {"new"}
    assert (given(MANY[0]), given(MANY[99])) == ([], [])
    assert not world.migration.differences()


def after(most: int) -> Callable[[Request], Reply | None]:
    """Let `most` transactions pass, and throttle further ones."""
    numbers = counting()
    return lambda _request: cancelled("ThrottlingError") if next(numbers) >= most else None


def test_a_change_that_others_always_meet_while_it_reaches_members_is_not_said_to_be_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "ATTEMPTS", 2)
    image = share(world, world.images.add(an_image(owner="o", name="old")), MANY)
    numbers = counting()

    def meet(_request: Request) -> Reply | None:
        return cancelled("TransactionConflict") if next(numbers) else None

    with answering("TransactWriteItems", meet), pytest.raises(OutcomeUnknown):
        world.images.save(image, replace(image, name="new"))

    behind = stored(world, image.id)
    assert (behind.name, behind.members_behind) == ("new", True)


@pytest.mark.parametrize("wins", ["first", "second"])
def test_two_writers_of_an_image_of_very_many_members_leave_what_the_later_one_wrote(world: World, wins: str) -> None:
    image = share(world, world.images.add(an_image(owner="o", name="old", status=Status.ACTIVE)), MANY)
    place, numbers = {"first": 1, "second": 3}[wins], counting()

    def interfere(_request: Request) -> None:
        if next(numbers) == place:
            now = stored(world, image.id)
            world.images.save(now, replace(now, name="later", visibility=Visibility.PUBLIC))

    with answering("TransactWriteItems", interfere):
        world.images.save(image, replace(image, name="earlier"))

    assert {row.name for member in MANY for row in given(member)} == {"later"}
    assert not world.migration.differences()
    assert not stored(world, image.id).members_behind


def test_an_image_of_as_many_members_as_are_written_at_once_has_room_for_all_else_that_may_change(world: World) -> None:
    names = {dialect.name: dialect.name for dialect in CATALOGUES}
    facts = {"name": "x", "os_title": "t", "architecture": "a", "compute_resource": 3, "provider_image_id": "p"}
    others = {"name": "y", "os_title": "u", "architecture": "b", "compute_resource": 4, "provider_image_id": "q"}
    image = world.images.add(
        an_image(number=7, size=3, visibility=Visibility.PUBLIC, aliases=names, tenant_aliases=names, **facts)
    )
    image = share(world, replace(image), MANY[: spread.MAX_AT_ONCE])

    with answering("TransactWriteItems", lambda _: None) as calls:
        pending = {"status": Status.PENDING_DELETE, "deleted_at": START, "visibility": Visibility.SHARED}
        world.images.save(image, replace(image, owner="t2", **others, **pending))  # type: ignore[arg-type]

    assert [len(call["TransactItems"]) <= 100 for call in calls] == [True]


@pytest.mark.parametrize("after", [MemberStatus.REJECTED, MemberStatus.ACCEPTED, None])
def test_a_membership_that_was_read_before_its_image_is_read_again(world: World, after: MemberStatus | None) -> None:
    image = share(world, world.images.add(an_image(owner="o")), ["t2"])
    pending = a_membership(image, "t2")
    accepted, rejected = (pending._replace(status=each) for each in (MemberStatus.ACCEPTED, MemberStatus.REJECTED))
    world.memberships.change(image, [], [], [(pending, rejected)])
    now = stored(world, image.id)
    gone, changed = ([pending], []) if after is None else ([], [(pending, pending._replace(status=after))])

    with pytest.raises(StaleImage):
        world.memberships.change(now, [], gone, changed)
    with pytest.raises(StaleImage):
        world.memberships.change(now, [pending], [])
    with pytest.raises(StaleImage):
        world.memberships.change(now, [], [], [(rejected._replace(can_share=True), accepted)])

    assert [row.status for row in world.memberships.of_image(image.id)] == [MemberStatus.REJECTED]
    assert not world.migration.differences()


def test_nobody_is_given_anything_if_nothing_may_be_given(make_world: MakeWorld) -> None:
    world = make_world(SHARED_IMAGES_QUOTA="0")
    image = world.images.add(an_image(owner="o"))

    with pytest.raises(MemberQuotaExceeded):
        share(world, image, ["t2"])


def test_a_tenant_can_be_given_as_much_as_is_allowed_and_no_more(make_world: MakeWorld) -> None:
    world = make_world(SHARED_IMAGES_QUOTA="2")
    images = [world.images.add(an_image(owner="o")) for _ in range(3)]
    for image in images[:2]:
        share(world, image, ["t2"])

    with pytest.raises(MemberQuotaExceeded) as refusal:
        share(world, images[2], ["t2"])

    assert "Attempted: 3, Maximum: 2" in str(refusal.value)
    world.memberships.change(stored(world, images[0].id), [], [a_membership(images[0], "t2")])
    share(world, images[2], ["t2"])
    assert number(world, "t2") == 2
    assert not world.migration.differences()


@pytest.mark.parametrize("place", [0, 40, 99])
def test_an_image_is_shared_with_none_of_many_if_one_of_them_has_no_room(make_world: MakeWorld, place: int) -> None:
    world = make_world(SHARED_IMAGES_QUOTA="2")
    for others in ([MANY[7]], []):
        share(world, world.images.add(an_image(owner="o")), [MANY[place], *others])
    image = world.images.add(an_image(owner="o"))

    with pytest.raises(MemberQuotaExceeded):
        share(world, image, MANY)

    assert stored(world, image.id).member_count == 0
    assert world.memberships.of_image(image.id) == []


@pytest.mark.parametrize("members", [["t2"], ["t2", *MANY]], ids=["few", "many"])
def test_an_image_is_shared_again_only_if_all_its_members_have_room(make_world: MakeWorld, members: list[str]) -> None:
    world = make_world(SHARED_IMAGES_QUOTA="1")
    image = share(world, world.images.add(an_image(owner="o")), members)
    world.images.save(image, replace(image, visibility=Visibility.PRIVATE))
    private, other = stored(world, image.id), world.images.add(an_image(owner="o"))
    share(world, other, ["t2"])

    with pytest.raises(MemberQuotaExceeded) as refusal:
        world.images.save(private, replace(private, visibility=Visibility.SHARED))

    assert "Attempted: 2, Maximum: 1" in str(refusal.value)
    assert stored(world, image.id) == private
    assert not world.migration.differences()
    world.memberships.change(stored(world, other.id), [], [a_membership(other, "t2")])
    world.images.save(private, replace(private, visibility=Visibility.SHARED))
    assert number(world, "t2") == 1
    assert not world.migration.differences()


@pytest.mark.parametrize("zone", ["ac.1", "a_b-c", "", "é:/%"])
def test_an_image_is_counted_in_a_zone_of_any_name(world: World, zone: str) -> None:
    image = share(world, world.images.add(an_image(owner="o", zone=zone)), ["t2"])

    of_zone = Condition("zone", Operator.IN, (None, zone))
    assert (number(world, "o", of_zone), number(world, "t2", of_zone)) == (1, 1)
    assert number(world, "t2", Condition("zone", Operator.EQUAL, None)) == 0
    world.images.save(image, replace(image, zone=None))
    assert not world.migration.differences()


@pytest.mark.parametrize("tenant", ["a/b", "%2F", "%", "count", "é" * 255, "🙂" * 255, "/" * 255, "a\x00b", " "])
def test_a_tenant_of_any_name_is_given_what_is_shared_with_it(world: World, tenant: str) -> None:
    image = world.images.add(an_image(owner=f"{tenant}'"))
    share(world, image, [tenant, "other"])
    own = world.images.add(an_image(owner=tenant))

    assert set(listed(world, tenant=tenant)) == {image.id, own.id}
    assert number(world, tenant) == 2
    assert not world.migration.differences()
