"""Lists longer than one response of DynamoDB, whose limit is 1 MB."""

from datetime import timedelta

import pytest

from chalicelib.bootstrap import World
from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Scope
from tests.factories import START, a_principal, an_image
from tests.storage.contract.faults import Reply, Request, answering
from tests.storage.contract.shelf import listed, shelve

ROW = 12_000
"""Bytes of a row; a hundred rows exceed 1 MB."""


def heavy(count: int) -> list[Image]:
    """Images with large rows, in the order of their creation."""
    return [
        an_image(description="x" * ROW, size=1, status=Status.ACTIVE, created_at=START + timedelta(seconds=place))
        for place in range(count)
    ]


class Volume:
    """No list is truncated, and requests read many rows each."""

    @pytest.mark.parametrize("key", [SortKey.CREATED, SortKey.ID, SortKey.STATUS])
    def test_a_list_of_more_than_a_megabyte_is_whole(self, world: World, key: SortKey) -> None:
        images = heavy(110)
        shelve(images)

        found = listed(world, ImageQuery(order=Order(key, descending=False), expected=1000))

        by_id = key is SortKey.ID
        assert found == (sorted(image.id for image in images) if by_id else [image.id for image in images])

    def test_the_sizes_of_more_than_a_megabyte_of_rows_are_added_up(self, world: World) -> None:
        shelve(heavy(110))

        assert world.images.totals("t1").size == 110

    @pytest.mark.parametrize("expected", [1, 25])
    def test_a_rare_image_is_found_in_few_requests(self, world: World, expected: int) -> None:
        images = [an_image(created_at=START + timedelta(seconds=place)) for place in range(600)]
        rare = an_image(zone="rare", created_at=START - timedelta(days=1))
        shelve([rare, *images])
        query = ImageQuery(conditions=(Condition("zone", Operator.EQUAL, "rare"),), expected=expected)

        world.meter.start()
        found = listed(world, query)

        # Pages of the own stream double until they reach 600; two more requests are for the other streams.
        assert found == [rare.id]
        assert world.meter.read() <= 2 + (600 // expected).bit_length()

    def test_rows_that_a_condition_excludes_do_not_travel(self, world: World) -> None:
        shelve([an_image(name="a") for _ in range(30)] + [an_image(name="b")])
        filters: list[str] = []

        def note(request: Request) -> Reply | None:
            filters.append(request.get("FilterExpression", ""))
            return None

        with answering("Query", note):
            found = listed(world, ImageQuery(conditions=(Condition("name", Operator.EQUAL, "b"),)))

        assert len(found) == 1
        assert len(filters) == 3
        assert all(filters)

    @pytest.mark.parametrize("expected", [0, 1, 3])
    def test_a_list_in_an_order_without_index_is_fetched_as_it_is_consumed(self, world: World, expected: int) -> None:
        images = [an_image(status=Status.ACTIVE, created_at=START + timedelta(seconds=n)) for n in range(9)]
        shelve(images)
        query = ImageQuery(order=Order(SortKey.STATUS, descending=False), expected=expected)

        whole = [image.id for image in world.images.images(a_principal(), query)]
        world.meter.start()
        first = next(world.images.images(a_principal(), query))

        assert whole == [image.id for image in images]
        assert first.id == whole[0]
        # Keys of the own and the public stream, one batch of rows, and what is shared.
        assert world.meter.read() == 4

    @pytest.mark.parametrize("scope", Scope, ids=lambda scope: scope.name)
    def test_an_empty_catalogue_has_empty_lists(self, world: World, scope: Scope) -> None:
        assert [listed(world, ImageQuery(scope, order=Order(key))) for key in SortKey] == [[]] * len(SortKey)
