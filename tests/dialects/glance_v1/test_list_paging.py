"""Order and pages of lists: cases 115 to 121."""

from collections.abc import Iterator
from itertools import chain
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.api import Caller
from tests.dialects.glance_v1.glance import MakeApi, create, ids, meta, properties, says
from tests.dialects.glance_v1.glance_more import UNKNOWN, listed_names, publish, share

SORT_KEYS = [
    "name",
    "status",
    "container_format",
    "disk_format",
    "size",
    "id",
    "created_at",
    "updated_at",
]


def test_case_115_pages_follow_each_other(t1: Caller) -> None:
    first, second, third = [create(t1)["id"] for _ in range(3)][::-1]

    assert ids(t1.get("/v1/images?limit=2")) == [first, second]
    assert ids(t1.get(f"/v1/images?marker={first}")) == [second, third]
    assert ids(t1.get(f"/v1/images?limit=1&marker={second}")) == [third]
    assert ids(t1.get(f"/v1/images?limit=2&marker={second}")) == [third]


def test_case_115_a_marker_need_not_match_the_filters(t1: Caller) -> None:
    older = create(t1, meta(name="a"))
    marker = create(t1, meta(name="b"))
    create(t1, meta(name="a"))

    assert ids(t1.get(f"/v1/images?name=a&marker={marker['id']}")) == [older["id"]]


def test_case_115_a_filter_does_not_shorten_a_page(t1: Caller) -> None:
    for name in ("a", "b", "b", "b", "b", "b", "a", "b", "a"):
        create(t1, meta(name=name))

    assert listed_names(t1.get("/v1/images?name=a&limit=2")) == ["a", "a"]
    assert listed_names(t1.get("/v1/images?name=a&limit=3")) == ["a", "a", "a"]


def test_case_116_a_limit_of_zero_is_an_empty_list(t1: Caller) -> None:
    create(t1)

    answer = t1.get("/v1/images?limit=0")

    assert answer.status == 200
    assert answer.json == {"images": []}


@pytest.mark.parametrize(
    ("limit", "complaint"),
    [
        ("-1", "limit param must be positive"),
        ("a", "limit param must be an integer"),
        ("None", "limit param must be an integer"),
        ("", "limit param must be an integer"),
        ("1.5", "limit param must be an integer"),
    ],
)
def test_case_116_a_limit_must_be_a_number(t1: Caller, limit: str, complaint: str) -> None:
    answer = t1.get(f"/v1/images?limit={limit}")

    assert answer.status == 400
    assert says(answer, complaint)


def test_case_116_a_large_limit_is_lowered(make_api: MakeApi) -> None:
    t1 = make_api(GLANCE_V1_API_LIMIT_MAX="3").caller("t1")
    created = [create(t1)["id"] for _ in range(5)]

    assert ids(t1.get("/v1/images?limit=5000")) == created[:1:-1]


def test_case_116_by_default_a_page_has_25_images(t1: Caller) -> None:
    created = [create(t1)["id"] for _ in range(27)]

    assert ids(t1.get("/v1/images")) == created[:1:-1]
    assert len(ids(t1.get("/v1/images?limit=5000"))) == 27


def test_case_116_the_default_can_be_set(make_api: MakeApi) -> None:
    t1 = make_api(GLANCE_V1_LIMIT_PARAM_DEFAULT="2").caller("t1")
    created = [create(t1)["id"] for _ in range(3)]

    assert ids(t1.get("/v1/images")) == created[:0:-1]
    assert len(ids(t1.get("/v1/images?limit=3"))) == 3


@pytest.mark.parametrize("path", ["/v1", "/v1/images", "/v1/images/detail"])
def test_a_full_page_says_where_the_next_one_is(t1: Caller, path: str) -> None:
    """The SDK pages by this key of the body only, and fails on a Link header."""
    made = [create(t1)["id"] for _ in range(3)][::-1]

    first = t1.get(f"{path}?limit=2")
    second = t1.get(first.json["next"].removeprefix("http://registry.example"))

    assert "link" not in first.headers
    assert urlsplit(first.json["next"]).path.startswith("/v1/images")
    assert [*ids(first), *ids(second)] == made
    assert "next" not in second.json


def test_a_full_page_may_be_the_last_but_for_an_empty_one(t1: Caller) -> None:
    create(t1)

    full = t1.get("/v1/images?limit=1")
    empty = t1.get(full.json["next"].removeprefix("http://registry.example"))

    assert empty.json == {"images": []}


def test_the_next_page_is_asked_for_as_this_one_was(make_api: MakeApi) -> None:
    t1 = make_api(PUBLIC_ENDPOINT="https://registry.example/prod").caller("t1")
    made = [create(t1, {**meta(name=quote("a &é")), **properties(a="b+ c")})["id"] for _ in range(4)]
    asked = "sort_dir=asc&sort_key=size&name=a%20%26%C3%A9&property-a=b%2B+c&limit=9&limit=1&is_public="
    marker, size = made[0], len("https://registry.example/prod")

    answer = t1.get(f"/v1.1/images/detail?{asked}None&marker={marker}")
    following = t1.get(answer.json["next"][size:])

    split = urlsplit(answer.json["next"])
    assert split._replace(query="").geturl() == "https://registry.example/prod/v1/images/detail"
    assert parse_qs(split.query) == {**parse_qs(f"{asked}None"), "marker": [made[1]]}
    assert (ids(answer), ids(following)) == ([made[1]], [made[2]])


def test_the_next_page_of_a_default_page_is_found_too(make_api: MakeApi) -> None:
    t1 = make_api(GLANCE_V1_LIMIT_PARAM_DEFAULT="2").caller("t1")
    made = [create(t1)["id"] for _ in range(3)][::-1]

    target: str | None = "/v1/images/detail"
    found = []
    while target:
        page = t1.get(target.removeprefix("http://registry.example"))
        found += ids(page)
        target = page.json.get("next")

    assert found == made


def test_case_117_a_marker_must_look_like_an_id(t1: Caller) -> None:
    answer = t1.get("/v1/images?marker=4")

    assert answer.status == 400
    assert says(answer, "Invalid marker format")


def test_case_117_a_marker_must_be_there_and_visible(t1: Caller, t2: Caller) -> None:
    hidden = create(t2)
    deleted = create(t1)
    t1.delete(f"/v1/images/{deleted['id']}")
    markers = [UNKNOWN, hidden["id"], deleted["id"], ""]

    answers = [t1.get(f"/v1/images?marker={marker}") for marker in markers]

    assert [answer.status for answer in answers] == [400] * 4
    assert all(says(answer, "Invalid marker") for answer in answers)


def test_case_117_a_deleted_marker_is_fine_among_changes(t1: Caller) -> None:
    older, deleted, newer = create(t1), create(t1), create(t1)
    t1.delete(f"/v1/images/{deleted['id']}")

    answer = t1.get(f"/v1/images?changes-since=2012-01-31&marker={deleted['id']}")

    assert answer.status == 200
    assert ids(answer) == [older["id"]]
    assert ids(t1.get(f"/v1/images?marker={newer['id']}")) == [older["id"]]


def test_case_118_names_in_ascending_order(t1: Caller) -> None:
    created = {name: create(t1, meta(name=name))["id"] for name in ("b", "B", "é", "a", "aa")}
    target = "/v1/images?sort_key=name&sort_dir=asc"

    assert listed_names(t1.get(target)) == ["B", "a", "aa", "b", "é"]
    assert listed_names(t1.get(f"{target}&marker={created['aa']}")) == ["b", "é"]
    assert listed_names(t1.get(f"{target}&marker={created['a']}&limit=2")) == ["aa", "b"]
    assert listed_names(t1.get(f"{target}&marker={created['é']}")) == []


def test_case_118_sizes_in_descending_order(t1: Caller) -> None:
    created = {size: create(t1, meta(name=size, size=size))["id"] for size in ("9", "100", "20", "0")}
    target = "/v1/images?sort_key=size&sort_dir=desc"

    assert listed_names(t1.get(target)) == ["100", "20", "9", "0"]
    assert listed_names(t1.get(f"{target}&marker={created['20']}")) == ["9", "0"]
    assert listed_names(t1.get(f"{target}&marker={created['0']}")) == []


@pytest.mark.parametrize("key", ["created_at", "updated_at"])
def test_case_118_times_in_ascending_order(t1: Caller, key: str) -> None:
    first, second, third = [create(t1)["id"] for _ in range(3)]
    t1.put(f"/v1/images/{first}", meta(name="changed last"))
    expected = {"created_at": [first, second, third], "updated_at": [second, third, first]}[key]
    target = f"/v1/images?sort_key={key}&sort_dir=asc"

    assert ids(t1.get(target)) == expected
    assert ids(t1.get(f"{target}&marker={expected[1]}")) == expected[2:]
    assert ids(t1.get(f"/v1/images?sort_key={key}")) == expected[::-1]


def test_case_118_equal_values_are_ordered_by_creation_in_the_same_direction(t1: Caller) -> None:
    created = [create(t1, meta(name="same"))["id"] for _ in range(3)]

    assert ids(t1.get("/v1/images?sort_key=name&sort_dir=asc")) == created
    assert ids(t1.get("/v1/images?sort_key=name&sort_dir=desc")) == created[::-1]


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("sort_key=asdf", "Unsupported sort_key"),
        ("sort_key=", "Unsupported sort_key"),
        ("sort_key=owner", "Unsupported sort_key"),
        ("sort_dir=asdf", "Unsupported sort_dir"),
        ("sort_dir=", "Unsupported sort_dir"),
    ],
)
def test_case_119_other_orders_are_refused(t1: Caller, query: str, complaint: str) -> None:
    answer = t1.get(f"/v1/images?{query}")

    assert answer.status == 400
    assert says(answer, complaint)


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("key", ["name", "disk_format", "container_format"])
def test_case_120_an_image_without_a_value_may_be_the_marker(t1: Caller, key: str, direction: str) -> None:
    without = [create(t1)["id"] for _ in range(2)]
    with_value = create(t1, meta(name="a", disk_format="raw", container_format="bare"))["id"]
    expected = [*without, with_value] if direction == "asc" else [with_value, *without[::-1]]
    target = f"/v1/images?sort_key={key}&sort_dir={direction}"

    assert ids(t1.get(target)) == expected
    for place, marker in enumerate(expected):
        answer = t1.get(f"{target}&marker={marker}")
        assert answer.status == 200
        assert ids(answer) == expected[place + 1 :]


def pages(caller: Caller, target: str, size: int) -> Iterator[list[str]]:
    """The pages of a list, as a client walks through them: until one is shorter than asked."""
    page = ids(caller.get(f"{target}&limit={size}"))
    while len(page) == size:
        yield page
        page = ids(caller.get(f"{target}&limit={size}&marker={page[-1]}"))
    yield page


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_case_121_pages_show_each_image_once(t1: Caller, t2: Caller, admin: Caller, direction: str) -> None:
    created = [create(t1, meta(name="same", size="7"))["id"] for _ in range(3)]
    for caller in (t1, t2):
        public, private = create(caller, meta(name="same")), create(caller, meta(size="7"))
        publish(admin, public)
        share(caller, private, "t1")
        created += [public["id"], private["id"]]
    targets = [f"/v1/images/detail?sort_key={key}&sort_dir={direction}" for key in SORT_KEYS]

    wholes = [ids(t1.get(target)) for target in targets]
    walked = [list(chain.from_iterable(pages(t1, target, 2))) for target in targets]

    assert [sorted(whole) for whole in wholes] == [sorted(created)] * len(SORT_KEYS)
    assert walked == wholes


def test_case_121_directions_are_opposite(t1: Caller) -> None:
    for size in ("7", "7", "0"):
        create(t1, meta(name="same", size=size))
    create(t1)

    ascending = [ids(t1.get(f"/v1/images?sort_key={key}&sort_dir=asc")) for key in SORT_KEYS]
    descending = [ids(t1.get(f"/v1/images?sort_key={key}&sort_dir=desc")) for key in SORT_KEYS]

    assert descending == [order[::-1] for order in ascending]
    assert {len(order) for order in ascending} == {4}
