"""The order of lists: cases O01 to O11, and wire §6.2."""

import pytest

from tests.dialects.foreman.foreman import World, create, listed, listing, names

CREATED = ["alpha", "beta", "gamma one", "delta-1", "alphabet"]
BY_NAME = ["alpha", "alphabet", "beta", "delta-1", "gamma one"]


def values(world: World, order: str, field: str) -> list[object]:
    """What a field has in the images below CA in this order."""
    return [image[field] for image in listing(world.admin, world.ca.images, order=order)["results"]]


def test_case_o01_images_are_ordered_by_name(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, order="name")

    assert names(found) == BY_NAME
    assert found["sort"] == {"by": "name", "order": "ASC"}


def test_case_o02_an_order_is_reversed(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, order="name DESC")

    assert names(found) == BY_NAME[::-1]
    assert found["sort"] == {"by": "name", "order": "DESC"}


def test_case_o03_the_direction_is_echoed_as_it_was_sent(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, order="name desc")

    assert names(found) == BY_NAME[::-1]
    assert found["sort"] == {"by": "name", "order": "desc"}


def test_case_o05_any_other_direction_ascends(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, order="name sideways")

    assert names(found) == BY_NAME
    assert found["sort"] == {"by": "name", "order": "sideways"}


def test_case_o06_by_id_the_oldest_stands_first(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, order="id")

    assert names(found) == CREATED
    assert found["sort"] == {"by": "id", "order": "ASC"}


def test_case_o07_by_id_descending_the_newest_stands_first(stocked: World) -> None:
    found = listing(stocked.admin, stocked.ca.images, order="id DESC")

    assert names(found) == CREATED[::-1]
    assert found["sort"] == {"by": "id", "order": "DESC"}


def test_case_o09_images_are_ordered_by_the_id_of_the_operating_system(stocked: World) -> None:
    found = values(stocked, "operatingsystem DESC", "operatingsystem_id")

    ids = [stocked.ob.id] * 2 + [stocked.oa.id] * 3
    assert found == sorted(ids, reverse=True)


def test_case_o10_images_are_ordered_by_the_id_of_the_architecture(stocked: World) -> None:
    found = values(stocked, "architecture", "architecture_id")

    assert found == sorted([stocked.aa.id] * 3 + [stocked.ab.id] * 2)


def test_case_o11_false_stands_before_true(stocked: World) -> None:
    found = values(stocked, "user_data", "user_data")

    assert found == [False, False, False, True, True]


def test_true_stands_before_false_in_descending_order(stocked: World) -> None:
    found = values(stocked, "user_data DESC", "user_data")

    assert found == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("username", ["alphabet", "delta-1", "beta", "alpha", "gamma one"]),
        ("user_data", ["beta", "delta-1", "alphabet", "alpha", "gamma one"]),
        ("compute_resource", CREATED),
        ("username DESC", ["alpha", "gamma one", "beta", "delta-1", "alphabet"]),
        ("user_data DESC", ["alpha", "gamma one", "beta", "delta-1", "alphabet"]),
    ],
)
def test_of_equals_the_oldest_stands_first(stocked: World, order: str, expected: list[str]) -> None:
    found = listed(stocked.admin, stocked.ca.images, order=order)

    assert found == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("compute_resource", ["cv-cloud", "cv-cloud", "cv-cloud", "cv-libvirt"]),
        ("compute_resource DESC", ["cv-libvirt", "cv-cloud", "cv-cloud", "cv-cloud"]),
    ],
)
def test_images_are_ordered_by_the_name_of_the_compute_resource(
    stocked: World, order: str, expected: list[str]
) -> None:
    found = listing(stocked.admin, stocked.oa.images, order=order)

    assert [image["compute_resource_name"] for image in found["results"]] == expected


@pytest.mark.parametrize(
    ("order", "sort"),
    [
        ("name DESC, id ASC", {"by": "name", "order": "DESC,"}),
        ("name DESC id", {"by": "name", "order": "DESC"}),
        ("name ASC", {"by": "name", "order": "ASC"}),
        ("name asc", {"by": "name", "order": "asc"}),
    ],
)
def test_an_order_descends_only_if_the_whole_rest_says_so(stocked: World, order: str, sort: dict[str, str]) -> None:
    found = listing(stocked.admin, stocked.ca.images, order=order)

    assert names(found) == BY_NAME
    assert found["sort"] == sort


@pytest.mark.parametrize("order", ["name DESC", "name Desc", "name dEsC"])
def test_the_direction_has_any_case(stocked: World, order: str) -> None:
    found = listed(stocked.admin, stocked.ca.images, order=order)

    assert found == BY_NAME[::-1]


@pytest.mark.parametrize("order", ["", "  "], ids=["empty", "blanks"])
def test_a_blank_order_is_none(stocked: World, order: str) -> None:
    found = listing(stocked.admin, stocked.ca.images, order=order)

    assert names(found) == CREATED


def test_text_is_ordered_by_code_point(world: World) -> None:
    for turn, name in enumerate(["b", "ä", "B", "_", "a", "Z", "😀", "10", "9", "\uff41"]):
        create(world, name=name, uuid=f"cv-{turn}")

    found = listed(world.admin, world.ca.images, order="name")

    assert found == ["10", "9", "B", "Z", "_", "a", "b", "ä", "\uff41", "😀"]


def test_numbers_are_ordered_by_their_value(world: World) -> None:
    expected = [create(world, name=f"image {turn}", uuid=f"cv-{turn}")["id"] for turn in range(12)]

    found = listing(world.admin, world.ca.images, order="id")

    assert [image["id"] for image in found["results"]] == expected


@pytest.mark.parametrize("kind", ["operatingsystems", "architectures"])
def test_images_are_ordered_below_each_parent(stocked: World, kind: str) -> None:
    found = listed(stocked.admin, stocked.parent(kind).images, order="name DESC")

    assert found == sorted(found, reverse=True)
    assert found[0] == "omega-x"


def test_what_a_search_finds_is_ordered(stocked: World) -> None:
    found = listed(stocked.admin, stocked.ca.images, search="username = root", order="id DESC")

    assert found == ["gamma one", "alpha"]
