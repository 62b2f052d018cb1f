"""Lists, their envelopes and their pages: cases L01 to L18, and wire §2.3 and §6.1."""

from typing import Any

import pytest

from tests.dialects.foreman.foreman import EVERYTHING, UNKNOWN, World, create, listed, listing, missing, names, show

FIVE = ["alpha", "beta", "gamma one", "delta-1", "alphabet"]
ROOTS = "username = root"


def test_case_l01_a_list_has_the_images_below_a_compute_resource(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images)

    assert sorted(names(found)) == sorted(FIVE)
    assert (found["total"], found["subtotal"]) == (5, 5)


def test_case_l02_a_list_has_the_images_below_an_operating_system(stocked: World) -> None:
    create(stocked, stocked.cb, name="below CB", operatingsystem_id=stocked.ob.id)

    found = listing(stocked.admin, stocked.ob.images)

    assert names(found) == ["gamma one", "delta-1", "below CB"]
    assert (found["total"], found["subtotal"]) == (3, 3)


def test_case_l03_a_list_has_the_images_below_an_architecture(stocked: World) -> None:
    create(stocked, stocked.cb, name="below CB", architecture_id=stocked.ab.id)

    found = listing(stocked.admin, stocked.ab.images)

    assert names(found) == ["beta", "delta-1", "below CB"]
    assert (found["total"], found["subtotal"]) == (3, 3)


def test_case_l04_an_entry_is_the_image_as_it_is_shown(stocked: World) -> None:
    shown = [show(stocked.admin, stocked.ca.image(stocked.images[name])) for name in FIVE]

    found = listing(stocked.admin, stocked.ca.images)

    assert found["results"] == shown


@pytest.mark.parametrize("kind", ["operatingsystems", "architectures"])
def test_an_entry_is_the_image_as_it_is_shown_below_any_parent(stocked: World, kind: str) -> None:
    parent = stocked.parent(kind)

    found = listing(stocked.admin, parent.images)

    assert found["results"] == [show(stocked.admin, parent.image(entry)) for entry in found["results"]]
    assert names(found)[-1] == "omega-x"


def test_case_l05_a_page_says_where_it_is(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, order="name", per_page=2)

    assert names(found) == ["alpha", "alphabet"]
    assert (found["total"], found["subtotal"]) == (5, 5)
    assert (found["page"], found["per_page"]) == (1, 2)
    assert found["sort"] == {"by": "name", "order": "ASC"}


def test_case_l06_the_second_page_follows_the_first(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, order="name", per_page=2, page=2)

    assert names(found) == ["beta", "delta-1"]
    assert found["page"] == 2


def test_case_l07_the_last_page_has_the_rest(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, order="name", per_page=2, page=3)

    assert names(found) == ["gamma one"]
    assert (found["total"], found["page"]) == (5, 3)


def test_case_l08_beyond_the_last_page_there_is_nothing(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, page=9, per_page=2)

    assert found["results"] == []
    assert (found["total"], found["subtotal"]) == (5, 5)
    assert (found["page"], found["per_page"]) == (9, 2)


def test_case_l09_a_page_may_be_larger_than_any_list(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, per_page=EVERYTHING)

    assert names(found) == FIVE
    assert found["per_page"] == EVERYTHING


def test_case_l10_all_are_on_one_page(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, per_page="all")

    assert names(found) == FIVE
    assert found["per_page"] == 5


@pytest.mark.parametrize("page", ["0", "-1"])
def test_case_l11_pages_are_counted_from_one(stocked: World, page: str) -> None:
    answer = stocked.admin.get(f"{stocked.ca.images}?page={page}")

    assert answer.status == 400
    assert answer.json["error"]["message"] == f"invalid page: {page}"


@pytest.mark.parametrize("page", ["abc", "", "1.0", "2x"], ids=["letters", "empty", "fraction", "letter behind"])
def test_case_l12_the_number_of_a_page_is_an_integer(stocked: World, page: str) -> None:
    answer = stocked.admin.get(f"{stocked.ca.images}?page={page}")

    assert answer.status == 400
    assert answer.json["error"]["message"] == f'invalid value for Integer(): "{page}"'


def test_case_l13_a_page_may_be_empty(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, per_page=0)

    assert found["results"] == []
    assert (found["total"], found["subtotal"], found["per_page"]) == (5, 5, 0)


def test_case_l14_a_word_counts_as_an_empty_page(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, per_page="lots")

    assert found["results"] == []
    assert (found["total"], found["subtotal"], found["per_page"]) == (5, 5, 0)


def test_case_l15_without_an_order_the_oldest_stands_first(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images)

    assert names(found) == FIVE


def test_case_l16_a_search_changes_the_subtotal_only(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, search=ROOTS, order="name DESC")

    assert names(found) == ["gamma one", "alpha"]
    assert (found["total"], found["subtotal"]) == (5, 2)
    assert found["search"] == ROOTS
    assert found["sort"] == {"by": "name", "order": "DESC"}


def test_case_l17_the_subtotal_counts_all_pages(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, search=ROOTS, per_page=1, page=2)

    assert names(found) == ["gamma one"]
    assert (found["total"], found["subtotal"]) == (5, 2)


def test_case_l18_an_empty_search_finds_everything(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, search="")

    assert names(found) == FIVE
    assert found["subtotal"] == 5
    assert found["search"] == ""


def test_a_search_of_blanks_finds_everything_and_is_echoed(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, search="  ")

    assert names(found) == FIVE
    assert (found["subtotal"], found["search"]) == (5, "  ")


@pytest.mark.parametrize(
    ("per_page", "size"),
    [("2.7", 2), ("3x", 3), ("1000", 1000), ("", 20)],
    ids=["fraction", "letter behind", "hammer", "empty"],
)
def test_the_size_of_a_page_is_read_leniently(stocked: World, per_page: str, size: int) -> None:
    found = listing(stocked.admin, stocked.ca.images, per_page=per_page)

    assert names(found) == FIVE[:size]
    assert found["per_page"] == size


@pytest.mark.parametrize("per_page", ["-1", "-20"])
def test_the_size_of_a_page_is_not_negative(stocked: World, per_page: str) -> None:
    answer = stocked.admin.get(f"{stocked.ca.images}?per_page={per_page}")

    assert answer.status == 400
    assert answer.json["error"]["message"]


def test_a_page_has_twenty_images_unless_another_size_is_asked_for(world: World) -> None:
    for turn in range(21):
        create(world, name=f"image {turn}", uuid=f"cv-{turn}")

    first, second = listing(world.admin, world.ca.images), listing(world.admin, world.ca.images, page=2)

    assert names(first) == [f"image {turn}" for turn in range(20)]
    assert names(second) == ["image 20"]
    assert {(page["total"], page["per_page"]) for page in (first, second)} == {(21, 20)}


@pytest.mark.parametrize("order", ["", "name"], ids=["none", "name"])
@pytest.mark.parametrize("size", [20, 10**30], ids=["usual", "huge"])
def test_a_far_page_is_empty(stocked: World, size: int, order: str) -> None:
    found = listing(stocked.admin, stocked.ca.images, page=10**30, per_page=size, order=order)

    assert found["results"] == []
    assert (found["page"], found["per_page"], found["total"]) == (10**30, size, 5)


@pytest.mark.parametrize("order", [None, "name", "name DESC", "username", "user_data", "architecture DESC", "id DESC"])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_of_any_order_make_the_whole_list(stocked: World, order: str | None, size: int) -> None:
    parameters: dict[str, Any] = {} if order is None else {"order": order}
    whole = listed(stocked.admin, stocked.oa.images, **parameters)

    pages = [listed(stocked.admin, stocked.oa.images, **parameters, per_page=size, page=page) for page in range(1, 6)]

    assert [name for page in pages for name in page] == whole
    assert sorted(whole) == ["alpha", "alphabet", "beta", "omega-x"]


def test_what_a_search_finds_is_paged_to_the_end(stocked: World) -> None:
    pages = [
        listing(stocked.admin, stocked.ca.images, search="name !~ beta", order="name", per_page=2, page=page)
        for page in (1, 2, 3)
    ]

    assert [names(page) for page in pages] == [["alpha", "alphabet"], ["delta-1", "gamma one"], []]
    assert {(page["total"], page["subtotal"]) for page in pages} == {(5, 4)}


@pytest.mark.parametrize("parameter", ["search=nope+%3D+1", "order=nope", "page=0", "per_page=-1"])
def test_the_parent_is_checked_before_search_order_and_page(world: World, parameter: str) -> None:
    answer = world.admin.get(f"/api/compute_resources/{UNKNOWN}/images?{parameter}")

    assert answer.status == 404
    assert answer.json == missing()


def test_unknown_parameters_are_ignored(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, name="alpha", foo="bar")

    assert names(found) == FIVE


def test_an_image_is_in_the_next_list(world: World) -> None:
    before = listed(world.admin, world.ca.images)

    create(world)

    assert (before, listed(world.admin, world.ca.images)) == ([], ["alpha"])
