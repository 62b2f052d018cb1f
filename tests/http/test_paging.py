"""Windows over a stream of images."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle

import pytest

from chalicelib.catalog.image import Image, Visibility
from chalicelib.catalog.position import SortKey, position
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Scope
from chalicelib.http.paging import first, numbered, page_after
from tests.api import Api
from tests.factories import a_principal, an_image
from tests.storage.contract.faults import Reply, Request, answering, nothing_left
from tests.storage.contract.shelf import listed, shelve

QUERY = ImageQuery(scope=Scope.EVERYTHING, order=Order(SortKey.NAME, descending=False))
NAMELESS = Condition("description", Operator.UNEQUAL, "x")
READER = replace(a_principal(), policies=frozenset({Policy.READ_IMAGES}))


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


@pytest.mark.parametrize("count", [0, 1, 6, 7])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_numbered_pages_join_to_the_list_and_know_its_length(api: Api, count: int, size: int) -> None:
    shelve([an_image(visibility=visibility) for visibility, _ in zip(cycle(Visibility), range(count), strict=False)])
    catalog = api.world.catalog(READER)

    pages = [numbered(catalog, ImageQuery(), number, size) for number in range(1, count // size + 2)]

    assert [image.id for page in pages for image in page.images] == listed(api.world)
    assert {page.total for page in pages} == {count}


@pytest.mark.parametrize("number", [2, 10**18, 10**300], ids=["the next", "far", "beyond all numbers"])
def test_a_page_beyond_the_last_is_empty(api: Api, number: int) -> None:
    shelve([an_image() for _ in range(3)])

    page = numbered(api.world.catalog(READER), ImageQuery(), number, 3)

    assert page == ([], 3)


def test_a_total_counts_what_was_read_though_images_go_meanwhile(api: Api) -> None:
    shelve([an_image() for _ in range(5)])

    with answering("BatchGetItem", nothing_left):
        page = numbered(api.world.catalog(READER), ImageQuery(Scope.OWN), 2, 2)

    assert (len(page.images), page.total) == (2, 4)


def test_what_comes_after_a_page_is_not_read(api: Api) -> None:
    shelve([an_image() for _ in range(30)])
    read: list[str] = []

    def note(request: Request) -> Reply | None:
        read.append(f"{request.get('Limit')} {request.get('Select')}")
        return None

    other = Condition("zone", Operator.UNEQUAL, "ac9")
    with answering("Query", note):
        page = numbered(api.world.catalog(READER), ImageQuery(Scope.OWN), 2, 5)
        filtered = numbered(api.world.catalog(READER), ImageQuery(Scope.OWN, (NAMELESS, other)), 2, 5)

    assert (len(page.images), page.total) == (len(filtered.images), filtered.total) == (5, 30)
    assert read == ["11 None", "11 None", "None COUNT"]
