"""Memberships: each change is also a new version of the image."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import StaleImage
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.membership import Membership, MemberStatus
from chalicelib.storage.items import shared_row_of
from chalicelib.storage.memberships import item_of
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import MembershipItem
from tests.factories import START, a_membership, an_image
from tests.storage.contract.faults import Reply, Request, answering, cancelled
from tests.storage.contract.shelf import listed, shelve, stored


def share(world: World, image: Image, *members: str) -> Image:
    """Share an image with these tenants, and return it as it is then."""
    world.memberships.change(image, [a_membership(image, member) for member in members], [])
    return stored(world, image.id)


def memberships(image: Image, members: Sequence[str]) -> list[Membership]:
    return [a_membership(image, member) for member in members]


def named(memberships: Sequence[Membership]) -> list[str]:
    return [row.member for row in memberships]


class Sharing:
    """Memberships are added, replaced and removed atomically."""

    def test_a_membership_is_read_as_it_was_written(self, world: World) -> None:
        image = world.images.add(an_image())
        membership = a_membership(image, "t2", can_share=True, created_at=START + timedelta(microseconds=1))

        world.memberships.change(image, [membership], [])

        assert world.memberships.of_image(image.id) == [membership]
        assert world.memberships.of_member("t2") == [membership]

    def test_an_image_is_read_with_the_requested_memberships(self, world: World) -> None:
        image = share(world, world.images.add(an_image()), "t2", "t3", "t4")

        found = world.images.get(image.id, "t2", None, "t4", "t2", "stranger", "")

        assert found is not None
        assert (found.image, set(found.memberships)) == (image, {"t2", "t4"})
        assert found.memberships["t4"] == a_membership(image, "t4")

    def test_memberships_come_in_the_order_of_their_creation(self, world: World) -> None:
        image = world.images.add(an_image())
        later, first, same = (
            a_membership(image, member, created_at=START + timedelta(seconds=seconds))
            for member, seconds in (("a", 9), ("c", 1), ("d", 1))
        )

        world.memberships.change(image, [later, same, first], [])

        assert world.memberships.of_image(image.id) == [first, same, later]

    def test_a_change_counts_in_the_version_of_its_image(self, world: World) -> None:
        image = world.images.add(an_image())

        shared = share(world, image, "t2", "t3")

        assert shared == replace(image, version=image.version + 1, member_count=2)
        with pytest.raises(StaleImage):
            world.images.save(image, replace(image, name="slower"))

    def test_a_change_of_an_image_that_was_changed_meanwhile_is_stale(self, world: World) -> None:
        image = world.images.add(an_image())
        shared = share(world, image, "t2")

        with pytest.raises(StaleImage):
            world.memberships.change(image, [a_membership(image, "t3")], [a_membership(image, "t2")])

        assert named(world.memberships.of_image(image.id)) == ["t2"]
        assert stored(world, image.id) == shared

    def test_a_change_of_an_image_that_does_not_exist_is_stale(self, world: World) -> None:
        image = an_image(version=1)

        with pytest.raises(StaleImage):
            world.memberships.change(image, [a_membership(image, "t2")], [])

        assert world.images.get(image.id, "t2") is None
        assert world.memberships.of_member("t2") == []

    def test_memberships_are_added_replaced_and_removed_together(self, world: World) -> None:
        image = share(world, world.images.add(an_image()), "gone", "kept", "changed")
        gone, before = a_membership(image, "gone"), a_membership(image, "changed")
        changed = before._replace(can_share=True)

        world.memberships.change(image, [a_membership(image, "new")], [gone], [(before, changed)])

        found = {row.member: row.can_share for row in world.memberships.of_image(image.id)}
        assert found == {"kept": False, "changed": True, "new": False}

    def test_a_change_of_nothing_does_not_write_the_image(self, world: World) -> None:
        image = world.images.add(an_image())

        world.memberships.change(image, [], [])

        assert stored(world, image.id) == image

    def test_more_members_than_a_transaction_holds_are_replaced(self, world: World) -> None:
        old, new = [f"old-{n:03d}" for n in range(105)], [f"new-{n:03d}" for n in range(101)]
        image = share(world, world.images.add(an_image()), *old)

        world.memberships.change(image, memberships(image, new), memberships(image, old))

        assert named(world.memberships.of_image(image.id)) == new
        assert stored(world, image.id).member_count == len(new)

    def test_a_long_replacement_that_others_interrupt_is_stale_and_may_be_made_again(self, world: World) -> None:
        image = world.images.add(an_image())
        members = [a_membership(image, f"{n:03d}") for n in range(120)]
        replies = iter([None, cancelled("ConditionalCheckFailed")])

        def interrupt_the_second(_request: Request) -> Reply | None:
            return next(replies)

        with answering("TransactWriteItems", interrupt_the_second), pytest.raises(StaleImage):
            world.memberships.change(image, members, [])
        halfway, there = stored(world, image.id), named(world.memberships.of_image(image.id))
        world.memberships.change(halfway, [row for row in members if row.member not in there], [])

        assert stored(world, image.id).member_count == len(members)
        assert halfway.version == image.version + 1
        assert named(world.memberships.of_image(image.id)) == [row.member for row in members]

    @pytest.mark.parametrize(
        ("before", "after"), [(0, 120), (120, 0), (120, 110)], ids=["added", "removed", "replaced"]
    )
    def test_a_long_change_that_others_interrupt_leaves_no_more_members_than_are_counted(
        self, world: World, before: int, after: int
    ) -> None:
        old, new = [f"old-{n:03d}" for n in range(before)], [f"new-{n:03d}" for n in range(after)]
        image = world.images.add(an_image())
        if old:
            image = share(world, image, *old)
        replies = iter([None, cancelled("ConditionalCheckFailed")])

        with answering("TransactWriteItems", lambda _: next(replies)), pytest.raises(StaleImage):
            world.memberships.change(image, memberships(image, new), memberships(image, old))

        there = len(world.memberships.of_image(image.id))
        assert 0 < there <= stored(world, image.id).member_count

    def test_all_memberships_of_a_deleted_image_are_removed(self, world: World) -> None:
        image, other = world.images.add(an_image()), world.images.add(an_image())
        share(world, image, *(f"{n}" for n in range(30)))
        share(world, other, "0")

        world.memberships.clear(image.id)

        assert world.memberships.of_image(image.id) == []
        assert [row.image_id for row in world.memberships.of_member("0")] == [other.id]

    def test_the_memberships_of_a_deleted_image_are_still_known(self, world: World) -> None:
        image = share(world, world.images.add(an_image()), "t2")

        world.images.save(image, replace(image, status=Status.DELETED, deleted_at=START))

        assert named(world.memberships.of_image(image.id)) == ["t2"]
        assert [row.image_id for row in world.memberships.of_member("t2")] == [image.id]

    def test_more_shared_images_than_fit_into_a_batch_are_listed(self, world: World) -> None:
        images = [an_image(owner="t2", created_at=START + timedelta(seconds=n)) for n in range(130)]
        shelve(images)
        with MembershipItem.batch_write() as batch, RowItem.batch_write() as given:
            for image in images:
                batch.save(item_of(a_membership(image, "t1")))
                given.save(RowItem.from_raw_data(dict(shared_row_of(image, "t1", MemberStatus.PENDING))))

        found = listed(world)

        assert found == [image.id for image in reversed(images)]
        assert len(world.memberships.of_member("t1")) == len(images)

    def test_a_shared_image_leaves_the_list_when_unshared_or_deleted(self, world: World) -> None:
        dropped, deleted, kept = (share(world, world.images.add(an_image(owner="t2")), "t1") for _ in range(3))

        world.memberships.change(dropped, [], memberships(dropped, ["t1"]))
        world.images.save(deleted, replace(deleted, status=Status.DELETED, deleted_at=START))

        assert listed(world) == [kept.id]

    @pytest.mark.parametrize("facts", [{"visibility": Visibility.PUBLIC}, {"owner": "t1"}], ids=["public", "own"])
    def test_a_shared_image_that_the_tenant_sees_anyway_is_listed_once(
        self, world: World, facts: dict[str, str]
    ) -> None:
        image = share(world, world.images.add(an_image(owner="t2")), "t1")

        world.images.save(image, replace(image, **facts))  # type: ignore[arg-type]  # each has its field's type

        assert listed(world) == [image.id]
