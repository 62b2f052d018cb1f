"""Pages of lists: cases 68 to 76."""

from itertools import chain
from urllib.parse import quote

import pytest

from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.scaleway.scaleway import (
    EVERY_RIGHT,
    ORG_A,
    ORG_B,
    assert_error,
    create,
    ids,
    links,
    listed_ids,
    pages,
    register,
    total,
    walk,
)

BEYOND_ALL = "1" + "0" * 30


@pytest.fixture
def five(a: Caller) -> list[str]:
    """The ids of five images, newest first."""
    return [create(a, name=f"image {number}")["id"] for number in range(5)][::-1]


def test_case_068_five_images_make_three_pages_of_two(a: Caller, five: list[str]) -> None:
    answers = [a.get(f"/images?page={page}&per_page=2") for page in (1, 2, 3)]

    assert [ids(answer.json["images"]) for answer in answers] == [five[:2], five[2:4], five[4:]]
    assert [answer.headers["x-total-count"] for answer in answers] == ["5", "5", "5"]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (1, {"next": 2, "last": 3}),
        (2, {"first": 1, "previous": 1, "next": 3, "last": 3}),
        (3, {"first": 1, "previous": 2, "last": 3}),
    ],
    ids=["first page", "second page", "third page"],
)
@pytest.mark.usefixtures("five")
def test_case_069_pages_lead_to_each_other(a: Caller, page: int, expected: dict[str, int]) -> None:
    answer = a.get(f"/images?page={page}&per_page=2")

    assert pages(answer) == expected
    assert {link.parameters["per_page"] for link in links(answer).values()} == {"2"}


def test_case_069_without_a_page_it_is_the_first_one(a: Caller, five: list[str]) -> None:
    answer = a.get("/images?per_page=2")

    assert ids(answer.json["images"]) == five[:2]
    assert pages(answer) == {"next": 2, "last": 3}


@pytest.mark.parametrize("path", ["/images", "/images/"], ids=["no slash", "slash"])
@pytest.mark.usefixtures("five")
def test_case_070_targets_begin_at_the_root_of_the_dialect(make_api: MakeApi, path: str) -> None:
    behind_a_prefix = make_api(PUBLIC_ENDPOINT="https://cloud.example/some/prefix").caller(ORG_A, *EVERY_RIGHT)

    answer = behind_a_prefix.get(f"{path}?page=2&per_page=2")

    assert set(links(answer)) == {"first", "previous", "next", "last"}
    for link in links(answer).values():
        assert link.target.startswith(("/images?", "/images/?"))


def test_case_071_filters_are_kept_from_page_to_page(a: Caller) -> None:
    wanted = [create(a, name=f"web {number}", arch="arm64", public=True)["id"] for number in range(5)]
    create(a, name="db", arch="arm64", public=True)
    create(a, name="web", arch="arm", public=True)
    create(a, name="web", arch="arm64", public=False)

    answers = list(walk(a, "/images?name=web&arch=arm64&public=true&per_page=2"))

    found = chain.from_iterable(ids(answer.json["images"]) for answer in answers)
    kept = [link.parameters for answer in answers for link in links(answer).values()]
    assert list(found) == wanted[::-1]
    assert [total(answer) for answer in answers] == [5, 5, 5]
    assert {(each["name"], each["arch"], each["public"]) for each in kept} == {("web", "arm64", "true")}


@pytest.mark.parametrize("name", ["a,b", "a b+c", 'a&b="c"', "ü > ö", "50%", "x>; rel=y"])
def test_case_071_a_filter_of_any_characters_is_kept(a: Caller, name: str) -> None:
    wanted = [create(a, name=f"{name} {number}")["id"] for number in range(3)]
    create(a, name="plain")

    answers = list(walk(a, f"/images?name={quote(name, safe='')}&per_page=2"))

    found = chain.from_iterable(ids(answer.json["images"]) for answer in answers)
    assert list(found) == wanted[::-1]
    assert {link.parameters["name"] for answer in answers for link in links(answer).values()} == {name}


@pytest.mark.usefixtures("five")
def test_case_072_a_single_page_leads_nowhere_else(a: Caller) -> None:
    answer = a.get("/images?name=image%203")

    assert total(answer) == 1
    assert pages(answer) == {"last": 1}


@pytest.mark.usefixtures("five")
def test_a_page_that_is_just_full_has_no_next_one(a: Caller) -> None:
    answer = a.get("/images?per_page=5")

    assert len(answer.json["images"]) == 5
    assert pages(answer) == {"last": 1}


@pytest.mark.parametrize("page", ["9", BEYOND_ALL], ids=["nine", "beyond all numbers"])
@pytest.mark.usefixtures("five")
def test_case_073_a_page_past_the_end_is_empty(a: Caller, page: str) -> None:
    answer = a.get(f"/images?page={page}&per_page=2")

    assert answer.status == 200
    assert answer.json == {"images": []}
    assert total(answer) == 5
    assert pages(answer) == {"first": 1, "previous": 3, "last": 3}


@pytest.mark.parametrize("parameter", ["page", "per_page"])
@pytest.mark.parametrize(
    "value",
    ["0", "-1", "two", "", "1.5", "1e1", "0x1"],
    ids=["zero", "negative", "word", "empty", "fraction", "exponent", "hexadecimal"],
)
def test_case_074_pages_are_counted_in_positive_numbers(a: Caller, parameter: str, value: str) -> None:
    answer = a.get(f"/images?{parameter}={value}")

    assert_error(answer, 400, parameter)


def test_case_075_a_page_may_have_a_hundred_images(a: Caller, five: list[str]) -> None:
    assert listed_ids(a, "?per_page=100") == five


@pytest.mark.parametrize("value", ["101", "1000", BEYOND_ALL], ids=["one more", "a thousand", "beyond all numbers"])
def test_case_075_a_page_may_not_have_more(a: Caller, value: str) -> None:
    answer = a.get(f"/images?per_page={value}")

    assert_error(answer, 400, "per_page")


def test_a_page_has_fifty_images_unless_it_is_told(api: Api, a: Caller) -> None:
    for number in range(51):
        register(api, name=f"image {number}")

    answers = list(walk(a, "/images"))

    assert [len(answer.json["images"]) for answer in answers] == [50, 1]
    assert links(answers[0])["next"].parameters == {"page": "2", "per_page": "50"}


@pytest.mark.usefixtures("five")
def test_case_076_head_counts_what_matches(a: Caller) -> None:
    create(a, name="another")

    answer = a.head("/images?name=image")

    assert answer.status == 200
    assert answer.headers["x-total-count"] == "5"
    assert answer.body == b""


@pytest.mark.parametrize(
    "query",
    ["", "?per_page=2", "?page=2&per_page=2", "?page=9", "?name=image%203", "?name=none", "?arch=arm&per_page=1"],
)
@pytest.mark.usefixtures("five")
def test_case_076_head_has_the_headers_of_get(a: Caller, query: str) -> None:
    get = a.get(f"/images{query}")

    head = a.head(f"/images{query}")

    assert (head.status, head.body) == (200, b"")
    assert head.headers["x-total-count"] == get.headers["x-total-count"]
    assert head.headers["link"] == get.headers["link"]


@pytest.mark.parametrize("query", ["?page=0", "?per_page=101", "?public=maybe"])
def test_head_refuses_what_get_refuses(a: Caller, query: str) -> None:
    answer = a.head(f"/images{query}")

    assert answer.status == 400
    assert answer.body == b""


def test_pages_go_through_own_and_public_images_in_one_order(a: Caller, b: Caller) -> None:
    created = [
        create(a)["id"],
        create(b, organization=ORG_B, public=True)["id"],
        create(a, public=True)["id"],
        create(b, organization=ORG_B, public=True)["id"],
        create(a)["id"],
    ]
    create(b, organization=ORG_B)

    answers = list(walk(a, "/images?per_page=2"))

    found = chain.from_iterable(ids(answer.json["images"]) for answer in answers)
    assert list(found) == created[::-1]
    assert [total(answer) for answer in answers] == [5, 5, 5]


def test_pages_of_another_organization_keep_it(a: Caller, b: Caller) -> None:
    wanted = [create(b, organization=ORG_B, public=True)["id"] for _ in range(3)]
    create(a)

    answers = list(walk(a, f"/images?organization={ORG_B}&per_page=2"))

    found = chain.from_iterable(ids(answer.json["images"]) for answer in answers)
    assert list(found) == wanted[::-1]
