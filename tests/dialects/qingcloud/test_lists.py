"""What a list shows, its pages and its order: cases 29 to 34, 49 and 51."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api import ORDINARY, Api, Caller
from tests.conftest import MakeApi
from tests.dialects.qingcloud.qingcloud import (
    IMAGES,
    add,
    add_system_image,
    brief,
    capture,
    capture_image,
    delete_image,
    ids,
    listed,
    listed_ids,
    listing,
    query,
    show,
)
from tests.dialects.qingcloud.shapes import (
    assert_image,
    assert_malformed,
)
from tests.factories import START

NO_LIMITS = ["ten", "-1", "0", "1.5", "-0", "1e2", "0x10", "1_0", "ten 5", "²", "NaN", "true", "null", "[]"]
NO_OFFSETS = ["ten", "-1", "1.5", "-10", "1e2", "0x10", "1_0", "²", "NaN", "true", "null", "[]"]


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
def twelve(api: Api) -> list[str]:
    """The ids of twelve images in the order of lists."""
    return [add(api, created_at=at(minute * 60)) for minute in range(12)][::-1]


@pytest.fixture
def crowd(api: Api) -> set[str]:
    """The ids of one image more than fit on a page."""
    return {add(api, created_at=at(number)) for number in range(101)}


def test_case_029_a_list_has_an_envelope_and_whole_images(api: Api, alice: Caller, stopped: str) -> None:
    capture_image(alice, stopped, image_name="web")
    capture(alice, stopped)
    add(api)
    add_system_image(api, name="CentOS 7.9", os_family="centos", platform="linux", architecture="x86_64")

    found = listing(alice)

    assert found["total_count"] == 4
    assert len(found["images"]) == 4
    for image in found["images"]:
        assert_image(image)


def test_case_029_an_empty_list_has_it_too(alice: Caller) -> None:
    found = listing(alice)

    assert (found["images"], found["total_count"]) == ([], 0)
    assert type(found["total_count"]) is int


def test_case_030_a_page_has_ten_images_from_the_first_on(alice: Caller, twelve: list[str]) -> None:
    found = listing(alice)

    assert ids(found["images"]) == twelve[:10]
    assert found["total_count"] == 12


@pytest.mark.parametrize("size", [1, 5, 7, 12, 13])
def test_case_031_pages_tile_the_list(alice: Caller, twelve: list[str], size: int) -> None:
    pages = [listing(alice, query(offset=offset, limit=size)) for offset in range(0, 12, size)]

    assert [image_id for page in pages for image_id in ids(page["images"])] == twelve
    assert {page["total_count"] for page in pages} == {12}


def test_case_031_pages_tile_a_list_of_several_sources(api: Api, alice: Caller, stopped: str) -> None:
    whole = {capture_image(alice, stopped)["image_id"] for _ in range(3)}
    whole |= {add_system_image(api), add_system_image(api), add(api), add(api)}

    pages = [listing(alice, query(offset=offset, limit=2)) for offset in range(0, 8, 2)]

    tiled = [image_id for page in pages for image_id in ids(page["images"])]
    assert tiled == listed_ids(alice)
    assert (set(tiled), len(tiled)) == (whole, 7)
    assert {page["total_count"] for page in pages} == {7}


def test_case_031_pages_tile_what_a_filter_finds(api: Api, alice: Caller) -> None:
    wanted = [add(api, name=f"web {number}", created_at=at(2 * number)) for number in range(5)][::-1]
    for number in range(5):
        add(api, name="db", created_at=at(2 * number + 1))

    pages = [listing(alice, query(search_word="web", offset=offset, limit=2)) for offset in (0, 2, 4)]

    assert [ids(page["images"]) for page in pages] == [wanted[:2], wanted[2:4], wanted[4:]]
    assert {page["total_count"] for page in pages} == {5}


def test_pages_of_a_list_that_is_longer_than_may_be_read_know_the_total(make_api: MakeApi) -> None:
    api = make_api(MAX_SCAN="3")
    alice = api.basic_caller("t1", *ORDINARY)
    whole = [add(api, created_at=at(minute * 60)) for minute in range(12)][::-1]

    found = listing(alice, query(offset=4, limit=5))
    beyond = listing(alice, query(offset=10**30))

    assert (ids(found["images"]), found["total_count"]) == (whole[4:9], 12)
    assert (beyond["images"], beyond["total_count"]) == ([], 12)


def test_images_of_one_second_are_in_order_of_their_ids_over_the_ends_of_pages(api: Api, alice: Caller) -> None:
    of_one_second = sorted(add(api, created_at=at(1 + place / 100)) for place in range(7))
    rest = [add(api, created_at=at(second)) for second in (5, 0)]

    pages = [listing(alice, query(offset=offset, limit=3)) for offset in range(0, 9, 3)]

    tiled = [image_id for page in pages for image_id in ids(page["images"])]
    assert tiled == [rest[0], *of_one_second, rest[1]]


def test_case_032_a_page_has_a_hundred_images_at_most(alice: Caller, crowd: set[str]) -> None:
    pages = [listing(alice, query(limit=limit)) for limit in (100, 101, 1000, 10**30)]

    assert [(len(page["images"]), page["total_count"]) for page in pages] == [(100, 101)] * 4
    assert all(set(ids(page["images"])) < crowd for page in pages)


def test_more_ids_than_a_page_holds_may_be_asked_for(alice: Caller, crowd: set[str]) -> None:
    found = listing(alice, query(images=",".join(crowd), limit=100))

    assert (len(found["images"]), found["total_count"]) == (100, 101)


@pytest.mark.parametrize("value", NO_LIMITS)
def test_case_033_an_odd_limit_is_refused(alice: Caller, value: str) -> None:
    answer = alice.get(IMAGES + query(limit=value))

    assert_malformed(answer)


@pytest.mark.parametrize("value", NO_OFFSETS)
def test_case_033_an_odd_offset_is_refused(alice: Caller, value: str) -> None:
    answer = alice.get(IMAGES + query(offset=value))

    assert_malformed(answer)


@pytest.mark.parametrize("offset", [12, 13, 1000, 10**30])
def test_case_034_behind_the_last_image_there_is_an_empty_page(alice: Caller, twelve: list[str], offset: int) -> None:
    found = listing(alice, query(offset=offset))

    assert (found["images"], found["total_count"]) == ([], 12)


def test_case_049_the_newest_image_comes_first(api: Api, alice: Caller, stopped: str) -> None:
    captured = []
    for _ in range(3):
        api.clock.advance(5)
        captured += capture(alice, stopped)["resource_ids"]

    found = listed(alice)

    assert ids(found) == captured[::-1]
    times = [image["create_time"] for image in found]
    assert times == sorted(times, reverse=True)


def test_case_049_what_others_made_is_sorted_in(api: Api, alice: Caller) -> None:
    images = [
        add(api, created_at=at(1)),
        add_system_image(api, created_at=at(2)),
        add(api, created_at=at(3)),
        add_system_image(api, created_at=at(4)),
    ]

    assert listed_ids(alice) == images[::-1]


@pytest.mark.parametrize("fraction", [0, 0.1], ids=["the same time", "the same second"])
def test_case_049_images_of_one_time_are_sorted_by_id(api: Api, alice: Caller, fraction: float) -> None:
    images = [add(api, created_at=at(7 + number * fraction)) for number in range(8)]

    found = listed(alice)

    assert len({image["create_time"] for image in found}) == 1
    assert ids(found) == sorted(images)


def test_case_049_so_are_images_with_ids_of_either_form(api: Api, alice: Caller, stopped: str) -> None:
    created = api.clock.now().replace(microsecond=0)
    images = [add(api, created_at=created), add_system_image(api, created_at=created)]
    images += [capture(alice, stopped)["resource_ids"][0] for _ in range(4)]

    found = listed(alice)

    assert ids(found) == [image["image_id"] for image in sorted(found, key=lambda image: image["image_id"])]
    assert sorted(images) == ids(found)


def test_case_049_pages_tile_images_of_one_time(api: Api, alice: Caller) -> None:
    images = sorted(add(api, created_at=at(7 + number / 10)) for number in range(9))

    pages = [listed_ids(alice, query(offset=offset, limit=2)) for offset in range(0, 9, 2)]

    assert [image_id for page in pages for image_id in page] == images


@pytest.mark.parametrize(
    "parameters",
    [
        "?verbose=1",
        "?verbose=0&unknown=x&Limit=0",
        "?",
        "?limit=10&",
        "?&",
        "?offset=0&limit=10",
        "?images=&status=&processor_type=&os_family=&visibility=&provider=&search_word=&offset=&limit=",
        "?images.1=&status.1=",
        "?search_word=&search_word=",
        "?search_word",
    ],
    ids=brief,
)
def test_case_051_what_says_nothing_has_no_effect(alice: Caller, twelve: list[str], parameters: str) -> None:
    found = listing(alice, parameters)

    assert (ids(found["images"]), found["total_count"]) == (twelve[:10], 12)


def test_a_list_says_what_a_look_at_each_image_says(alice: Caller, twelve: list[str]) -> None:
    found = listed(alice)

    assert found == [show(alice, image_id) for image_id in twelve[:10]]


def test_times_are_in_utc(api: Api, alice: Caller) -> None:
    created = datetime(2025, 12, 31, 23, 59, 59, 999_999, UTC)
    image = add(api, created_at=created, status_changed_at=datetime(2026, 1, 1, tzinfo=UTC))

    found = show(alice, image)

    assert (found["create_time"], found["status_time"]) == ("2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z")


def test_a_deleted_image_is_not_listed_or_counted(alice: Caller, twelve: list[str]) -> None:
    delete_image(alice, twelve[0])

    found = listing(alice, "?limit=100")

    assert (ids(found["images"]), found["total_count"]) == (twelve[1:], 11)
