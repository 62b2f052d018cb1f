"""Windows over a stream of images."""

from collections.abc import Iterator

import pytest

from chalicelib.catalog.image import Image
from chalicelib.catalog.query import ImageQuery, Order, Scope, SortKey, position
from chalicelib.http.paging import first, page_after
from tests.factories import an_image

QUERY = ImageQuery(scope=Scope.EVERYTHING, order=Order(SortKey.NAME, descending=False))


def test_a_first_page_begins_at_the_start() -> None:
    page = page_after(QUERY, None, 10)

    assert page.after is None
    assert page.expected == 10
    assert (page.scope, page.order) == (QUERY.scope, QUERY.order)


def test_a_page_begins_after_its_marker() -> None:
    marker = an_image(name="m")

    assert page_after(QUERY, marker, 10).after == position(marker, SortKey.NAME)


def test_a_page_of_nothing_still_expects_something() -> None:
    assert page_after(QUERY, None, 0).expected == 1


@pytest.mark.parametrize(("size", "taken"), [(0, 0), (2, 2), (5, 3)])
def test_no_more_images_are_read_than_the_page_has(size: int, taken: int) -> None:
    read = []

    def stream() -> Iterator[Image]:
        for _ in range(3):
            read.append(an_image())
            yield read[-1]

    page = first(stream(), size)

    assert page == read
    assert len(page) == taken
