"""Tombstones: where deleted images still appear, what they keep, and when they expire."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import ClaimTaken, IdTaken
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.position import SortKey, position
from chalicelib.catalog.query import ImageQuery, Order, Scope, beyond
from chalicelib.storage.tables import ImageItem
from tests.api import a_caller
from tests.factories import START, an_image
from tests.storage.contract.faults import answering
from tests.storage.contract.shelf import MakeWorld, listed, rows, scopes, stored

YESTERDAY, TODAY, TOMORROW = START - timedelta(days=1), START, START + timedelta(days=1)
ORDERS = [Order(key, descending) for key in SortKey for descending in (False, True)]


def delete(world: World, image: Image, when: datetime = TODAY) -> Image:
    """Turn an image into a tombstone, as the catalogue does."""
    return world.images.save(image, replace(image, status=Status.DELETED, deleted_at=when, updated_at=when))


class Tombstones:
    """A deleted image keeps its id and its aliases, and appears only in lists of changes."""

    def test_a_deleted_image_is_found_by_its_id(self, world: World) -> None:
        tombstone = delete(world, world.images.add(an_image()))

        assert stored(world, tombstone.id) == tombstone
        assert world.images.many([tombstone.id]) == [tombstone]

    @pytest.mark.parametrize("order", ORDERS, ids=str)
    @pytest.mark.parametrize("scope", Scope, ids=lambda scope: scope.name)
    def test_only_a_list_of_changes_has_a_deleted_image(self, world: World, order: Order, scope: Scope) -> None:
        live = world.images.add(an_image(updated_at=TODAY))
        tombstone = delete(world, world.images.add(an_image(visibility=Visibility.PUBLIC)))

        usual = listed(world, ImageQuery(scope, order=order))
        changes = listed(world, ImageQuery(scope, order=order, changed_since=YESTERDAY))
        later = listed(world, ImageQuery(scope, order=order, changed_since=TODAY))

        assert usual == [live.id]
        assert sorted(changes) == sorted([live.id, tombstone.id])
        assert later == []

    @pytest.mark.parametrize("order", ORDERS, ids=str)
    def test_a_deleted_image_is_not_counted(self, world: World, order: Order) -> None:
        world.images.add(an_image())
        delete(world, world.images.add(an_image()))

        assert world.images.count(a_caller("t1"), ImageQuery(order=order)) == 1

    @pytest.mark.parametrize("order", ORDERS, ids=str)
    def test_an_image_that_waits_for_its_deletion_is_listed_like_a_deleted_one(
        self, world: World, order: Order
    ) -> None:
        image = world.images.add(an_image(status=Status.ACTIVE))
        world.images.save(image, replace(image, status=Status.PENDING_DELETE, deleted_at=TODAY, updated_at=TODAY))

        usual = listed(world, ImageQuery(order=order))
        changes = listed(world, ImageQuery(order=order, changed_since=YESTERDAY))

        assert usual == []
        assert changes == [image.id]

    @pytest.mark.parametrize("order", ORDERS, ids=str)
    def test_a_list_of_changes_resumes_after_each_of_its_images(self, world: World, order: Order) -> None:
        for hour in range(4):
            image = world.images.add(an_image(name=f"{hour % 2}", created_at=START - timedelta(hours=hour)))
            if hour % 2:
                delete(world, image, START + timedelta(hours=hour))
        query = ImageQuery(order=order, changed_since=YESTERDAY, expected=2)
        whole = [stored(world, image_id) for image_id in listed(world, query)]

        for place, image in enumerate(whole):
            rest = listed(world, query._replace(after=position(image, order.key)))
            assert rest == [image.id for image in whole[place + 1 :]]
        assert len(whole) == 4

    @pytest.mark.parametrize("order", ORDERS, ids=str)
    def test_a_list_of_changes_resumes_after_what_is_older_than_all_of_them(self, world: World, order: Order) -> None:
        old, new = (world.images.add(an_image(created_at=moment)) for moment in (START - timedelta(days=2), TODAY))
        query = ImageQuery(order=order, changed_since=YESTERDAY, after=position(old, order.key))

        with answering("Query", lambda _: None) as calls:
            rest = listed(world, query)

        assert rest == [image.id for image in (new,) if beyond(position(image, order.key), query)]
        for call in calls:  # DynamoDB refuses other values; its stand-ins do not
            bounds = [value["S"] for name, value in sorted(call["ExpressionAttributeValues"].items())]
            if " BETWEEN " in call["KeyConditionExpression"]:
                assert bounds[1] <= bounds[2]

    def test_changes_are_later_than_the_instant_by_a_microsecond_at_least(self, world: World) -> None:
        moment = START + timedelta(microseconds=5)
        image = world.images.add(an_image(updated_at=moment))

        at_once = listed(world, ImageQuery(changed_since=moment))
        just_before = listed(world, ImageQuery(changed_since=moment - timedelta(microseconds=1)))

        assert at_once == []
        assert just_before == [image.id]

    def test_a_deleted_image_has_rows_only_in_the_order_of_changes(self, world: World) -> None:
        tombstone = delete(world, world.images.add(an_image(name="a", size=1, number=1)))

        found = rows(tombstone.id)

        assert {row.scope for row in found} == scopes(tombstone.id) != set()
        for row in found:
            assert [row.created_key, row.name_key, row.size_key] == [None] * 3

    def test_a_tombstone_expires_with_its_rows(self, make_world: MakeWorld) -> None:
        world = make_world(TOMBSTONE_DAYS="2")
        tombstone = delete(world, world.images.add(an_image()))
        end = int((TODAY + timedelta(days=2)).timestamp())

        expires = {row.scope: row.expires for row in rows(tombstone.id)}

        assert ImageItem.get(tombstone.id).expires == end
        assert expires == {**dict.fromkeys(scopes(tombstone.id), end), "deleted": None}
        assert {"gone/tenant/t1", "deleted"} < expires.keys()

    def test_a_live_image_never_expires(self, world: World) -> None:
        image = world.images.add(an_image())
        waiting = world.images.save(image, replace(image, status=Status.PENDING_DELETE, deleted_at=TODAY))

        assert ImageItem.get(image.id).expires is None
        assert {row.expires for row in rows(waiting.id)} == {None}

    def test_the_id_of_a_deleted_image_stays_taken(self, world: World) -> None:
        tombstone = delete(world, world.images.add(an_image()))

        with pytest.raises(IdTaken):
            world.images.add(an_image(id=tombstone.id))

        assert stored(world, tombstone.id) == tombstone

    def test_a_deleted_image_keeps_its_aliases_but_not_its_names(self, world: World) -> None:
        facts: dict[str, Any] = {"number": 1, "compute_resource": 1, "name": "web", "provider_image_id": "ami"}
        facts |= {"tenant_aliases": {"x": "1"}}
        delete(world, world.images.add(an_image(aliases={"x": "1"}, **facts)))

        heir = world.images.add(an_image(**facts))
        with pytest.raises(ClaimTaken) as refusal:
            world.images.add(an_image(aliases={"x": "1"}))

        assert stored(world, heir.id) == heir
        assert refusal.value.claims == ("alias/x/1",)

    def test_undoing_a_deletion_claims_the_names_again(self, world: World) -> None:
        image = world.images.add(an_image(number=1, aliases={"x": "1"}))
        tombstone = delete(world, image)

        world.images.save(tombstone, image)

        assert listed(world) == [image.id]
        assert ImageItem.get(image.id).expires is None
        with pytest.raises(ClaimTaken) as refusal:
            world.images.add(an_image(number=1, aliases={"x": "1"}))
        assert refusal.value.claims == ("alias/x/1", "number/1")
