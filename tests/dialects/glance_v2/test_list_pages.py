"""Order and pages of lists: cases 112 to 123."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v2.glance import (
    IMAGES,
    UNKNOWN,
    an_active_one,
    create,
    ids,
    listed,
    names,
    path_of,
    says,
    share,
)


@pytest.fixture
def three(a: Caller) -> list[dict[str, Any]]:
    """Images called b, c and a, in the order of their creation; c is active."""
    return [create(a, name="b"), an_active_one(a, name="c"), create(a, name="a")]


@pytest.mark.usefixtures("three")
def test_case_112_one_key(a: Caller) -> None:
    assert names(a, "sort_key=name") == ["c", "b", "a"]
    assert names(a, "sort_key=name&sort_dir=asc") == ["a", "b", "c"]
    assert names(a, "sort_key=size&sort_dir=asc") == ["b", "a", "c"]
    assert names(a, "sort_key=size") == ["c", "a", "b"]


@pytest.mark.usefixtures("three")
def test_case_113_several_keys(a: Caller) -> None:
    assert names(a, "sort_key=status&sort_dir=asc&sort_key=name&sort_dir=desc") == ["c", "b", "a"]
    assert names(a, "sort_key=status&sort_key=name&sort_dir=asc") == ["c", "a", "b"]
    assert names(a, "sort_key=status&sort_key=name") == ["b", "a", "c"]
    answer = a.get(f"{IMAGES}?sort_key=name&sort_dir=asc&sort_dir=desc")
    assert says(answer, 400, "Number of sort dirs does not match")


@pytest.mark.usefixtures("three")
def test_case_114_only_a_direction(a: Caller) -> None:
    assert names(a, "sort_dir=asc") == ["b", "c", "a"]
    assert says(a.get(f"{IMAGES}?sort_dir=up"), 400, "Invalid sort direction: up")
    for key in ("owner", "checksum", "", "number"):
        assert says(a.get(f"{IMAGES}?sort_key={key}"), 400, f"Invalid sort key: {key}")


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", "cba"),
        ("name:desc", "cba"),
        ("status:asc,name:desc", "cba"),
        ("status,name:asc", "abc"),
        ("%20name%20:%20asc%20", "abc"),
        ("id", None),
        ("created_at:asc", "bca"),
        ("updated_at", None),
        ("disk_format", "cab"),
        ("container_format:asc", "bac"),
    ],
)
def test_case_115_the_new_syntax(a: Caller, sort: str, order: str | None) -> None:
    found = names(a, f"sort={sort}")

    assert sorted(map(str, found)) == ["a", "b", "c"]
    assert order is None or "".join(map(str, found)) == order


@pytest.mark.parametrize(
    ("sort", "text"),
    [
        ("name:up", "Invalid sort direction: up"),
        ("x:asc", "Invalid sort key: x"),
        ("", "Invalid sort key: "),
        ("name,", "Invalid sort key: "),
        ("name:", "Invalid sort direction: "),
    ],
)
def test_case_115_the_new_syntax_is_read_strictly(a: Caller, sort: str, text: str) -> None:
    assert says(a.get(f"{IMAGES}?sort={sort}"), 400, text)


@pytest.mark.parametrize("classic", ["sort_key=name", "sort_dir=asc"])
def test_case_116_there_is_one_syntax_at_a_time(a: Caller, classic: str) -> None:
    assert says(a.get(f"{IMAGES}?sort=name&{classic}"), 400, "Old and new sorting syntax cannot be combined")


def pages(caller: Caller, query: str) -> list[list[str]]:
    """The ids of the images on each page, from link to link."""
    found, link = [], f"{IMAGES}?{query}"
    while link:
        document = caller.get(link).json
        found.append([image["id"] for image in document["images"]])
        link = document.get("next", "")
    return found


@pytest.mark.parametrize(
    "sort", ["", "&sort=name", "&sort=status:asc,name", "&sort=status", "&sort_key=size", "&sort_dir=asc", "&sort=id"]
)
def test_case_117_pages_have_each_image_once(api: Api, a: Caller, admin: Caller, sort: str) -> None:
    for number in range(5):
        create(a, name=str(number % 2))
        create(admin, owner="t3", visibility="public", name="x")

    found = pages(a, f"limit=3{sort}")

    whole = [each for page in found for each in page]
    assert [len(page) for page in found] == [3, 3, 3, 1]
    assert len(set(whole)) == 10
    assert whole == ids(a, f"limit=100{sort}")


def test_case_118_limits(a: Caller, make_api: MakeApi) -> None:
    create(a)

    answer = a.get(f"{IMAGES}?limit=0")
    assert (answer.json["images"], "next" in answer.json) == ([], False)
    assert len(listed(a, "limit=100000")) == 1
    for limit in ("text", "1.5", ""):
        assert says(a.get(f"{IMAGES}?limit={limit}"), 400, "limit param must be an integer")
    assert says(a.get(f"{IMAGES}?limit=-1"), 400, "limit param must be positive")


def test_case_118_an_operator_sets_limits(make_api: MakeApi) -> None:
    a = make_api(GLANCE_V2_LIMIT_PARAM_DEFAULT="1", GLANCE_V2_API_LIMIT_MAX="2").caller("t1")
    for _ in range(3):
        create(a)

    assert len(listed(a)) == 1
    assert len(listed(a, "limit=9")) == 2


def test_case_119_a_full_page_has_a_next_one(a: Caller) -> None:
    create(a)
    create(a)

    answer = a.get(f"{IMAGES}?limit=2")
    assert a.get(answer.json["next"]).json == {
        "images": [],
        "first": "/v2/images?limit=2",
        "schema": "/v2/schemas/images",
    }


def test_case_120_a_marker_need_not_pass_the_filters(a: Caller) -> None:
    first = create(a, name="x")
    marker = create(a, name="y")
    hidden = create(a, name="z", os_hidden=True)
    last = create(a, name="x")

    assert ids(a, "name=x") == [last["id"], first["id"]]
    for each in (marker, hidden):
        assert ids(a, f"name=x&marker={each['id']}") == [first["id"]]
        assert ids(a, f"name=x&sort=status,name:asc&marker={each['id']}") == []
        assert ids(a, f"name=x&sort=status,name:desc&marker={each['id']}") == [last["id"], first["id"]]


@pytest.mark.parametrize("sort", ["", "&sort=status"])
def test_case_121_a_marker_is_an_image_that_the_caller_sees(a: Caller, b: Caller, sort: str) -> None:
    gone, other = create(a), create(b)
    a.delete(path_of(gone))

    for marker in (UNKNOWN, "nothing", "", gone["id"], other["id"]):
        answer = a.get(f"{IMAGES}?marker={marker}{sort}")
        assert says(answer, 400, f"No image found with ID {marker}")


def test_case_122_links_keep_the_query(a: Caller) -> None:
    marker = create(a, tags=["a", "b c"], name="x")
    image = create(a, tags=["a", "b c"], name="x")
    create(a, tags=["a", "b c"], name="x")
    query = f"limit=1&tag=a&tag=b%20c&sort_key=name&sort_key=status&sort_dir=desc&name=x&marker={image['id']}"

    document = a.get(f"{IMAGES}?{query}").json

    kept = {
        "limit": ["1"],
        "tag": ["a", "b c"],
        "sort_key": ["name", "status"],
        "sort_dir": ["desc"],
        "name": ["x"],
    }
    first, following = (urlsplit(document[link]) for link in ("first", "next"))
    assert first.path == following.path == IMAGES
    assert parse_qs(first.query) == kept
    assert parse_qs(following.query) == {**kept, "marker": [marker["id"]]}


@pytest.mark.parametrize("sort", ["size", "size:asc", "size,name:asc", "disk_format"])
def test_case_123_a_marker_without_a_value_is_in_order_too(a: Caller, sort: str) -> None:
    for number in range(3):
        create(a, name=str(number))
    an_active_one(a, name="active")
    whole = ids(a, f"sort={sort}")

    for place, marker in enumerate(whole):
        assert ids(a, f"sort={sort}&marker={marker}") == whole[place + 1 :]


@pytest.mark.parametrize("sort", ["created_at", "status"])
def test_a_page_ends_where_an_answer_does_and_leads_to_the_next(a: Caller, sort: str) -> None:
    tags = [f"{number:03}{chr(1) * 252}" for number in range(128)]
    made = [create(a, tags=tags)["id"] for _ in range(50)]

    seen, target = [], f"{IMAGES}?limit=1000&sort_key={sort}"
    while target:
        answer = a.get(target)
        assert answer.status == 200
        seen += [image["id"] for image in answer.json["images"]]
        target = answer.json.get("next")

    assert sorted(seen) == sorted(made)


def test_pages_of_what_is_shared(a: Caller, b: Caller) -> None:
    for _ in range(3):
        share(a, create(a))

    assert [len(page) for page in pages(b, "limit=2&member_status=pending")] == [2, 1]
