"""Conditions, orders and places, apart from any storage."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.position import KEY_BYTES, SortKey, position
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, beyond, in_order, instant_text
from tests.factories import START, an_image

# A place separates value and time by NUL, so that names with one are in some order, but not in this one.
NAMES = st.none() | st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=KEY_BYTES // 4)
TIMES = st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # the zone is beside it
SIZES = st.none() | st.integers(0, 2**63 - 1)
IMAGES = st.builds(an_image, name=NAMES, size=SIZES, created_at=TIMES, updated_at=TIMES, status=st.sampled_from(Status))
ORDERS = st.builds(Order, st.sampled_from(SortKey), st.booleans())


@pytest.mark.parametrize(
    ("field", "operator", "value", "holds"),
    [
        ("name", Operator.EQUAL, "web", True),
        ("name", Operator.EQUAL, "WEB", False),
        ("name", Operator.EQUAL, None, False),
        ("name", Operator.UNEQUAL, "db", True),
        ("description", Operator.EQUAL, None, True),
        ("description", Operator.EQUAL, "", False),
        ("description", Operator.UNEQUAL, "x", True),
        ("size", Operator.AT_LEAST, 10, True),
        ("size", Operator.AT_LEAST, 11, False),
        ("size", Operator.AT_MOST, 10, True),
        ("size", Operator.AT_MOST, 9, False),
        ("virtual_size", Operator.AT_LEAST, 0, True),
        ("virtual_size", Operator.AT_LEAST, 1, False),
        ("virtual_size", Operator.AT_MOST, 0, True),
        ("virtual_size", Operator.AT_MOST, -1, False),
        ("status", Operator.IN, (Status.ACTIVE, Status.QUEUED), True),
        ("status", Operator.IN, (Status.KILLED,), False),
        ("status", Operator.IN, (), False),
        (("properties", "role"), Operator.EQUAL, "db", True),
        (("properties", "null"), Operator.EQUAL, None, True),
        (("properties", "unknown"), Operator.EQUAL, None, True),
        (("properties", "unknown"), Operator.EQUAL, "", False),
        (("properties", "unknown"), Operator.UNEQUAL, "x", True),
    ],
)
def test_a_condition_compares_a_field(field: Any, operator: Operator, value: Any, holds: bool) -> None:
    image = an_image(name="web", size=10, properties={"role": "db", "null": None})

    assert Condition(field, operator, value).holds(image) is holds


@pytest.mark.parametrize(
    ("status", "since", "admitted"),
    [
        (Status.ACTIVE, None, True),
        (Status.DELETED, None, False),
        (Status.PENDING_DELETE, None, False),
        (Status.ACTIVE, START - timedelta(microseconds=1), True),
        (Status.DELETED, START - timedelta(microseconds=1), True),
        (Status.ACTIVE, START, False),
        (Status.DELETED, START, False),
    ],
)
def test_a_query_admits_deleted_images_by_their_time_of_change_only(
    status: Status, since: datetime | None, admitted: bool
) -> None:
    assert ImageQuery(changed_since=since).admits(an_image(status=status)) is admitted


def test_a_query_admits_what_satisfies_all_its_conditions() -> None:
    both = (Condition("name", Operator.EQUAL, "web"), Condition("size", Operator.AT_LEAST, 1))

    found = [ImageQuery(conditions=both).admits(an_image(name="web", size=size)) for size in (0, 1)]

    assert found == [False, True]


def value_of(image: Image, key: SortKey) -> Any:
    found = getattr(image, key.value)
    return found or (0 if key in (SortKey.SIZE, SortKey.NUMBER) else "")


@given(st.lists(IMAGES, max_size=5), ORDERS)
def test_places_compare_like_value_creation_and_id(images: list[Image], order: Order) -> None:
    found = in_order(images, order)

    expected = sorted(
        images,
        key=lambda image: (value_of(image, order.key), image.created_at, image.id),
        reverse=order.descending,
    )
    if order.key is SortKey.ID:
        expected = sorted(images, key=lambda image: image.id, reverse=order.descending)
    assert found == expected


@given(st.lists(IMAGES, max_size=5), IMAGES, ORDERS)
def test_what_is_beyond_a_place_comes_after_it(images: list[Image], marker: Image, order: Order) -> None:
    query = ImageQuery(order=order, after=position(marker, order.key))

    rest = [image for image in in_order(images, order) if beyond(position(image, order.key), query)]

    whole = in_order([*images, marker], order)
    assert rest == whole[whole.index(marker) + 1 :]


@given(IMAGES, st.sampled_from(SortKey))
def test_a_place_fits_into_a_sort_key(image: Image, key: SortKey) -> None:
    assert len(position(image, key).encode()) <= 1024


def test_the_place_of_the_longest_name_fits_into_a_sort_key() -> None:
    image = an_image(name="\U0001f600" * 10_000)

    assert len(position(image, SortKey.NAME).encode()) <= 1024


@pytest.mark.parametrize("order", [Order(key) for key in SortKey], ids=str)
def test_no_two_images_have_one_place(order: Order) -> None:
    one, two = an_image(), an_image()

    assert position(one, order.key) != position(two, order.key)


def test_everything_comes_after_no_place() -> None:
    assert beyond("", ImageQuery())


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2016, 5, 10, 21, 35, 15, tzinfo=UTC), "2016-05-10T21:35:15.000000"),
        (datetime(2016, 5, 10, 21, 35, 15, 1, tzinfo=UTC), "2016-05-10T21:35:15.000001"),
        (datetime(2016, 5, 10, 23, 35, tzinfo=timezone(timedelta(hours=2))), "2016-05-10T21:35:00.000000"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000"),
    ],
)
def test_an_instant_is_text_of_one_width(instant: datetime, text: str) -> None:
    assert instant_text(instant) == text
