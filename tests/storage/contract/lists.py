"""Lists: which images they have, their orders, and how they resume after a marker."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import ScanTooLarge
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.position import SortKey, position
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Predicate, Scope
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.catalog.total import Facet
from tests.factories import START, a_membership, a_principal, an_image
from tests.storage.contract.faults import Reply, Request, answering
from tests.storage.contract.shelf import EVERYTHING, MakeWorld, add, listed, shelve

ORDERS = [Order(key, descending) for key in SortKey for descending in (False, True)]
NAMES = [None, "", "b", "b", "B", "a\x01", "é", "\uffff", "\U0001f600"]
"""Null, empty and equal names, and names whose order must be that of code points."""
CALLED_WEB = Condition("name", Operator.CONTAINS, "web")
UNINDEXED = [SortKey.STATUS, SortKey.DISK_FORMAT, SortKey.CONTAINER_FORMAT]


def assorted() -> list[Image]:
    """Images with null, equal and different values in all sort keys."""
    return [
        an_image(
            name=name,
            disk_format=name,
            container_format=NAMES[-place],
            number=0 if place % 4 == 0 else 20 - place,
            size=[None, 0, 10, 9, 2**63 - 1, 10][place % 6],
            status=[Status.QUEUED, Status.ACTIVE, Status.KILLED][place % 3],
            created_at=START + timedelta(microseconds=place // 2),
            updated_at=START + timedelta(days=place % 2),
        )
        for place, name in enumerate(NAMES)
    ]


def in_code_points(order: Order) -> Callable[[Image], tuple[Any, datetime, str]]:
    """The sort key of images: value, creation time, id; null counts as an empty text or zero."""
    nothing: dict[SortKey, Any] = {SortKey.SIZE: 0, SortKey.NUMBER: 0}
    return lambda image: (
        getattr(image, order.key.value) or nothing.get(order.key, ""),
        image.created_at,
        image.id,
    )


class Lists:
    """A list has the images that its reader may see, in a total order, and resumes after any position."""

    @pytest.mark.parametrize("order", ORDERS, ids=str)
    def test_images_come_by_value_then_creation_then_id(self, world: World, order: Order) -> None:
        images = assorted()
        shelve(images)

        found = listed(world, ImageQuery(order=order))

        expected = sorted(images, key=in_code_points(order), reverse=order.descending)
        assert found == [image.id for image in expected]

    @pytest.mark.parametrize("order", ORDERS, ids=str)
    def test_a_list_resumes_after_each_of_its_images(self, world: World, order: Order) -> None:
        images = assorted()
        shelve(images)
        query = ImageQuery(order=order, expected=2)
        whole = listed(world, query)

        by_id = {image.id: image for image in images}
        for place, image_id in enumerate(whole):
            rest = listed(world, query._replace(after=position(by_id[image_id], order.key)))
            assert rest == whole[place + 1 :]

    @pytest.mark.parametrize("order", [Order(SortKey.NAME), Order(SortKey.STATUS)], ids=str)
    def test_a_list_resumes_after_an_image_that_is_not_in_it(self, world: World, order: Order) -> None:
        _, later = add(world, [an_image(name="z", status=Status.QUEUED), an_image(name="a", status=Status.ACTIVE)])
        absent = an_image(name="m", status=Status.KILLED, owner="t2")

        rest = listed(world, ImageQuery(order=order, after=position(absent, order.key)))

        assert rest == [later.id]

    def test_a_tenant_sees_its_own_images_public_ones_and_what_is_shared_with_it(self, world: World) -> None:
        own, public, own_public, shared, public_and_shared, hidden = add(
            world,
            [
                an_image(),
                an_image(owner="t2", visibility=Visibility.PUBLIC),
                an_image(visibility=Visibility.PUBLIC),
                an_image(owner="t2"),
                an_image(owner="t2", visibility=Visibility.PUBLIC),
                an_image(owner="t2"),
            ],
        )
        for image in (shared, public_and_shared, own):
            world.memberships.change(image, [a_membership(image, "t1")], [])

        found = listed(world)

        assert sorted(found) == sorted(image.id for image in (own, public, own_public, shared, public_and_shared))
        assert hidden.id not in found

    def test_community_images_are_listed_on_request(self, world: World) -> None:
        theirs = world.images.add(an_image(owner="t2", visibility=Visibility.COMMUNITY, tags=("a",)))
        own = world.images.add(an_image(owner="t1", visibility=Visibility.COMMUNITY, hidden=True))
        world.images.add(an_image(owner="t2", visibility=Visibility.PRIVATE))
        tagged = Condition("tags", Operator.CONTAINS, "a")
        shown = Condition("hidden", Operator.EQUAL, value=False)

        def found(query: ImageQuery) -> list[str]:
            assert world.images.count(a_principal(), query) == len(list(world.images.images(a_principal(), query)))
            return [image.id for image in world.images.images(a_principal(), query)]

        assert found(ImageQuery()) == [own.id]
        assert set(found(ImageQuery(community=True))) == {own.id, theirs.id}
        assert found(ImageQuery(community=True, conditions=(tagged,))) == [theirs.id]
        assert found(ImageQuery(community=True, conditions=(shown,))) == [theirs.id]

    def test_a_list_that_must_be_empty_is_not_read(self, world: World) -> None:
        public = Condition("visibility", Operator.EQUAL, Visibility.PUBLIC)
        community = Condition("visibility", Operator.EQUAL, Visibility.COMMUNITY)

        with answering("Query", lambda _: None) as calls:
            list(world.images.images(a_principal(), ImageQuery(conditions=(public,), community=True)))
            list(world.images.images(a_principal(), ImageQuery(conditions=(community,), community=True)))

        scopes = [next(iter(call["ExpressionAttributeValues"].values()))["S"] for call in calls]
        assert sorted(scopes) == ["community", "public", "tenant/t1", "tenant/t1"]

    def test_a_caller_without_tenant_sees_public_images_only(self, world: World) -> None:
        public, *_ = add(world, [an_image(visibility=Visibility.PUBLIC), an_image(), an_image(owner=None)])

        assert listed(world, tenant=None) == [public.id]

    def test_the_own_scope_has_neither_public_nor_shared_images(self, world: World) -> None:
        own, own_public, _, shared = add(
            world,
            [
                an_image(),
                an_image(visibility=Visibility.PUBLIC),
                an_image(owner="t2", visibility=Visibility.PUBLIC),
                an_image(owner="t2"),
            ],
        )
        world.memberships.change(shared, [a_membership(shared, "t1")], [])

        assert sorted(listed(world, ImageQuery(Scope.OWN))) == sorted([own.id, own_public.id])
        assert listed(world, ImageQuery(Scope.OWN), tenant=None) == []

    def test_a_list_is_counted_as_it_is_read(self, world: World) -> None:
        statuses = [an_image(status=status) for status in Status]
        public = [an_image(owner=owner, visibility=Visibility.PUBLIC) for owner in ("t1", "t2")]
        [shared] = add(world, [an_image(owner="t2")])
        world.memberships.change(shared, [a_membership(shared, "t1")], [])
        shelve([*statuses, *public])

        assert world.images.count(a_principal(), ImageQuery()) == len(listed(world)) == len(Status) - 2 + 3
        assert world.images.count(a_principal(None), ImageQuery()) == 2
        assert world.images.count(a_principal(), ImageQuery(Scope.OWN)) == len(Status) - 2 + 1

    @pytest.mark.parametrize("order", ORDERS, ids=str)
    def test_images_after_a_marker_are_counted(self, world: World, order: Order) -> None:
        images = assorted()
        shelve(images)
        query = ImageQuery(order=order)
        by_id = {image.id: image for image in images}
        whole = [by_id[image_id] for image_id in listed(world, query)]

        counts = [
            world.images.count(a_principal(), query._replace(after=position(image, order.key))) for image in whole
        ]

        assert counts == list(reversed(range(len(whole))))

    def test_counting_reads_no_rows_where_conditions_can_be_expressed(self, world: World) -> None:
        shelve([an_image(name=f"web-{number}") for number in range(3)])
        asked: list[Request] = []

        def note(request: Request) -> Reply | None:
            asked.append(request)
            return None

        with answering("Query", note):
            count = world.images.count(a_principal(), ImageQuery(Scope.OWN, (CALLED_WEB,)))

        assert count == 3
        assert [request.get("Select") for request in asked] == ["COUNT"]

    @pytest.mark.parametrize("descending", [False, True])
    def test_a_list_of_one_name_resumes_and_is_counted_after_each_image(
        self, world: World, *, descending: bool
    ) -> None:
        called = Condition("name", Operator.EQUAL, "a")
        names = ["a", "a\x00a", "a", "ab", "a", None, "a", "A"]
        images = [
            an_image(name=name, created_at=START + timedelta(days=place // 3), visibility=visibility)
            for visibility in Visibility
            for place, name in enumerate(names)
        ]
        gone = an_image(name="a", status=Status.DELETED)
        shelve([*images, gone])
        query = ImageQuery(conditions=(called,), order=Order(descending=descending), expected=2)

        rests = {image.id: query._replace(after=position(image, SortKey.CREATED)) for image in images}

        key = in_code_points(query.order)
        ordered = sorted(images, key=key, reverse=descending)
        for place, image in enumerate(ordered):
            expected = [each.id for each in ordered[place + 1 :] if each.name == "a"]
            assert listed(world, rests[image.id]) == expected
            assert world.images.count(a_principal(), rests[image.id]) == len(expected)

    @pytest.mark.parametrize("changed_since", [None, START - timedelta(days=1)], ids=["plain", "gone too"])
    def test_an_image_without_a_name_is_sorted_by_its_chosen_id(
        self, world: World, changed_since: datetime | None
    ) -> None:
        nameless = [an_image(tenant_aliases={"n": "b"}), an_image(name="", aliases={"n": "c"}), an_image()]
        named = [an_image(name=name, tenant_aliases={"n": f"other {name}"}) for name in ("a", "c", "d")]
        shelve([*nameless, *named])
        query = ImageQuery(order=Order(SortKey.NAME, descending=False), changed_since=changed_since)
        called = [*sorted(("c", image.id) for image in (nameless[1], named[1]))]

        found = listed(world, query)

        places = [nameless[2].id, named[0].id, nameless[0].id, *(image_id for _, image_id in called), named[2].id]
        assert found == places
        for place, image_id in enumerate(places):
            [image] = [image for image in (*nameless, *named) if image.id == image_id]
            assert listed(world, query._replace(after=position(image, SortKey.NAME))) == places[place + 1 :]

    @pytest.mark.parametrize("order", [Order(), Order(SortKey.NAME), Order(SortKey.STATUS)], ids=str)
    @pytest.mark.parametrize("text", ["a", "b", ""])
    def test_images_are_found_by_name_or_chosen_id(self, world: World, order: Order, text: str) -> None:
        images = [
            an_image(name=name, tenant_aliases=chosen)
            for place, name in enumerate(("a", "", None, "b", ""))
            for chosen in ({}, {"n": ("b", "a", "c", "d", "e")[place]})
        ]
        shelve(images)
        query = ImageQuery(conditions=(Condition("called", Operator.EQUAL, text),), order=order)

        found = listed(world, query)

        assert sorted(found) == sorted(image.id for image in images if image.called == text)
        assert world.images.count(a_principal(), query) == len(found)

    def test_images_of_one_name_are_found_without_reading_others(self, world: World) -> None:
        shelve([an_image(name=f"image-{place}") for place in range(60)] + [an_image(name="image-1")])
        query = ImageQuery(conditions=(Condition("name", Operator.EQUAL, "image-1"),), expected=2)

        world.meter.start()
        found = listed(world, query)

        assert len(found) == 2
        assert world.meter.read() <= 4

    def test_conditions_that_cannot_be_expressed_are_counted_too(self, world: World) -> None:
        shelve([an_image(name="web"), an_image(name="db"), an_image(visibility=Visibility.PUBLIC)])
        odd = Predicate(lambda image: image.name != "db")

        assert world.images.count(a_principal(), ImageQuery(conditions=(odd,))) == 2

    def test_everything_is_every_image_once(self, world: World) -> None:
        images = add(
            world, [an_image(), an_image(owner="t2"), an_image(owner=None), an_image(visibility=Visibility.PUBLIC)]
        )

        assert sorted(listed(world, EVERYTHING)) == sorted(image.id for image in images)

    @pytest.mark.parametrize("order", ORDERS, ids=str)
    def test_everything_is_merged_in_order_from_all_shards(self, world: World, order: Order) -> None:
        images = [an_image(name=f"{place % 7}", number=place) for place in range(40)]
        shelve(images)

        found = listed(world, ImageQuery(Scope.EVERYTHING, order=order, expected=2))

        assert found == [image.id for image in sorted(images, key=in_code_points(order), reverse=order.descending)]

    def test_shared_images_are_merged_in_order_and_resume(self, world: World) -> None:
        images = [an_image(name=name, owner=owner) for name, owner in zip("abcdef", ["t1", "t2"] * 3, strict=True)]
        for image in add(world, images):
            world.memberships.change(image, [a_membership(image, "t1")], [])
        query = ImageQuery(order=Order(SortKey.NAME, descending=False))

        whole = listed(world, query)
        rest = listed(world, query._replace(after=position(images[2], SortKey.NAME)))

        assert whole == [image.id for image in images]
        assert rest == whole[3:]

    def test_the_bytes_of_an_owner_are_the_sum_of_its_images(self, world: World) -> None:
        with_bytes = (
            *(Status.ACTIVE, Status.DEPRECATED, Status.DEACTIVATED, Status.PENDING_DELETE),
            Status.UPLOADING,
        )
        images = [an_image(status=status, size=2**place) for place, status in enumerate(with_bytes)]
        images += [an_image(status=status, size=1000) for status in Status if status not in with_bytes]
        images += [an_image(status=Status.ACTIVE, size=None), an_image(status=Status.ACTIVE, size=1000, owner="t2")]
        shelve(images)

        assert world.images.totals("t1").size == 0b11111
        assert world.images.totals("nobody").size == 0

    def test_the_totals_of_a_tenant_count_own_and_shared_images(self, world: World) -> None:
        for status in (Status.ACTIVE, Status.KILLED, Status.PENDING_DELETE):
            world.images.add(an_image(status=status, size=1))
            given = world.images.add(an_image(status=status, owner="t2"))
            world.memberships.change(given, [a_membership(given, member) for member in ("t1", "t3")], [])

        own, other = world.images.totals("t1"), world.images.totals("t3")

        assert own.facets == {Facet(Visibility.SHARED): 1, Facet(Visibility.SHARED, killed=True): 1}
        assert (own.size, own.given) == (2, 3)
        assert (dict(other.facets), other.size, other.given) == ({}, 0, 3)

    @pytest.mark.parametrize("key", UNINDEXED)
    def test_an_order_that_would_read_too_much_is_refused(self, make_world: MakeWorld, key: SortKey) -> None:
        world = make_world(MAX_SCAN="3")
        images = [an_image() for _ in range(4)]
        shelve(images)

        with pytest.raises(ScanTooLarge):
            listed(world, ImageQuery(order=Order(key)))

        assert len(listed(world, ImageQuery(order=Order(key)), tenant="t2")) == 0
        assert len(listed(world, ImageQuery(order=Order(SortKey.NAME)))) == len(images)

    def test_an_order_that_reads_as_much_as_allowed_is_not_refused(self, make_world: MakeWorld) -> None:
        world = make_world(MAX_SCAN="4")
        shelve([an_image() for _ in range(4)])

        assert len(listed(world, ImageQuery(order=Order(SortKey.STATUS)))) == 4

    def test_all_of_a_list_that_is_too_long_is_refused(self, make_world: MakeWorld) -> None:
        world = make_world(MAX_SCAN="3")
        shelve([an_image() for _ in range(4)])

        with pytest.raises(ScanTooLarge):
            listed(world, ImageQuery(expected=None))

    def test_all_of_a_list_may_be_as_long_as_is_allowed(self, make_world: MakeWorld) -> None:
        world = make_world(MAX_SCAN="4")
        shelve([an_image() for _ in range(4)])

        assert len(listed(world, ImageQuery(order=Order(SortKey.ID), expected=None))) == 4
        assert len(listed(world, ImageQuery(order=Order(SortKey.STATUS), expected=None))) == 4

    @pytest.mark.parametrize("order", ORDERS, ids=str)
    def test_images_below_a_parent_are_listed_in_every_order(self, world: World, order: Order) -> None:
        images = [an_image(name=f"{n % 3}", number=n, size=n, architecture="arm64") for n in range(5)]
        shelve([*images, an_image(architecture="x86_64")])
        parent = Reference(
            kind=Kind.ARCHITECTURE, owner="t1", facts={"name": "arm64"}, created_at=START, updated_at=START
        )

        found = listed(world, ImageQuery(Scope.OWN, order=order, below=parent))

        assert found == [image.id for image in sorted(images, key=in_code_points(order), reverse=order.descending)]

    def test_shared_images_are_read_no_further_than_the_others(self, make_world: MakeWorld) -> None:
        world = make_world(MAX_SCAN="3")
        images = add(world, [an_image(owner="t2", created_at=START + timedelta(seconds=n)) for n in range(4)])
        for image in images:
            world.memberships.change(image, [a_membership(image, "t1")], [])

        assert listed(world) == [image.id for image in reversed(images)]
        assert world.images.count(a_principal(), ImageQuery()) == len(images)

    def test_a_list_is_read_no_further_than_it_is_consumed(self, world: World) -> None:
        shelve([an_image() for _ in range(40)])
        images = world.images.images(a_principal(), ImageQuery(expected=10))

        world.meter.start()
        taken = [next(images).id for _ in range(10)]

        assert len(set(taken)) == 10
        assert world.meter.read() == 3
