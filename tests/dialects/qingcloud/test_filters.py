"""Which images a list is narrowed to: cases 35 to 44."""

from typing import Any

import pytest

from chalicelib.catalog.image import Status
from tests.api import Api, Caller
from tests.dialects.qingcloud.qingcloud import (
    IMAGES,
    UNKNOWN,
    add,
    brief,
    capture,
    capture_image,
    delete_image,
    ids,
    listed_ids,
    listed_names,
    listing,
    query,
)
from tests.dialects.qingcloud.shapes import (
    assert_malformed,
    assert_not_found,
)

STATUSES = {
    "making": Status.SAVING,
    "usable": Status.ACTIVE,
    "also usable": Status.ACTIVE,
    "old": Status.DEPRECATED,
}
MACHINES: dict[str, dict[str, Any]] = {
    "centos 64": {"os_family": "centos", "architecture": "x86_64"},
    "centos 32": {"os_family": "centos", "architecture": "i386"},
    "ubuntu 64": {"os_family": "ubuntu", "architecture": "x86_64"},
    "plan9 32": {"os_family": "Plan9", "architecture": "i386"},
    "unknown": {},
}


@pytest.fixture
def three(alice: Caller, stopped: str) -> list[str]:
    """The ids of three images that were captured, sorted, as they are in a list of images of one second."""
    captured = [capture(alice, stopped, image_name=name)["resource_ids"][0] for name in ("one", "two", "three")]
    alice.api.work()
    return sorted(captured)


@pytest.fixture
def statuses(api: Api) -> None:
    """Four images in three statuses."""
    for name, status in STATUSES.items():
        add(api, name=name, status=status)


@pytest.fixture
def systems(api: Api) -> None:
    """Images of several systems and processors."""
    for name, facts in MACHINES.items():
        add(api, name=name, **facts)


@pytest.mark.parametrize("parameters", ["?images={0}&images={2}", "?images={2}&images={0}"], ids=str)
def test_case_035_ids_may_be_repeated(alice: Caller, three: list[str], parameters: str) -> None:
    found = listing(alice, parameters.format(*three))

    assert sorted(ids(found["images"])) == [three[0], three[2]]
    assert found["total_count"] == 2


@pytest.mark.parametrize(
    "parameters",
    ["?images.1={0}&images.2={2}", "?images.1={0}&images.2={2}&images.10={0}", "?images.10={2}&images.2={0}"],
    ids=str,
)
def test_case_036_ids_may_be_numbered(alice: Caller, three: list[str], parameters: str) -> None:
    found = listing(alice, parameters.format(*three))

    assert sorted(ids(found["images"])) == [three[0], three[2]]
    assert found["total_count"] == 2


@pytest.mark.parametrize(
    "parameters",
    [
        "?images[0]={0}&images[1]={2}",
        "?images%5B0%5D={0}&images%5B1%5D={2}",
        "?images[]={0}&images[]={2}",
        "?images[10]={2}&images[2]={0}",
        "?images[0]={0},{2}",
        "?images[]={0}&images={2}&images.1={0}",
    ],
    ids=str,
)
def test_ids_may_be_given_as_php_writes_lists(alice: Caller, three: list[str], parameters: str) -> None:
    found = listing(alice, parameters.format(*three))

    assert sorted(ids(found["images"])) == [three[0], three[2]]
    assert found["total_count"] == 2


def test_case_036_numbers_have_any_number_of_digits(alice: Caller, three: list[str]) -> None:
    found = listed_ids(alice, f"?images.1={three[0]}&images.2={three[1]}&images.10={three[2]}")

    assert sorted(found) == three


@pytest.mark.parametrize(
    "parameters",
    [
        "?images={0},{2}",
        "?images={2}%2C{0}",
        "?images={0},%20{2}",
        "?images=,{0},,{2},",
        "?images=%20{2}%20,%20,{0}%20",
        "?images={0},{2},{0},{0}",
        "?images={0}&images.1={2}",
        "?images.1={0},{2}&images={0}",
    ],
    ids=["plain", "quoted", "blank", "empty items", "blanks", "double", "mixed", "mixed and double"],
)
def test_case_037_ids_may_be_parted_by_commas(alice: Caller, three: list[str], parameters: str) -> None:
    found = listing(alice, parameters.format(*three))

    assert sorted(ids(found["images"])) == [three[0], three[2]]
    assert found["total_count"] == 2


@pytest.mark.parametrize("parameters", ["?images=,", "?images=%20,%20,", "?images.1=,"], ids=str)
def test_commas_alone_ask_for_nothing_special(alice: Caller, three: list[str], parameters: str) -> None:
    found = listed_ids(alice, parameters)

    assert sorted(found) == three


@pytest.mark.parametrize("unknown", [UNKNOWN, "img-9SSE88S", "centos65x64d", "测试", "x" * 2000, "%25"], ids=brief)
def test_case_038_an_unknown_id_is_not_found(alice: Caller, three: list[str], unknown: str) -> None:
    alone = alice.get(f"{IMAGES}?images={unknown}")
    among = alice.get(f"{IMAGES}?images={three[0]},{unknown},{three[1]}")

    assert_not_found(alone)
    assert_not_found(among)


def test_case_038_that_is_so_whatever_else_is_asked(alice: Caller, three: list[str]) -> None:
    answer = alice.get(IMAGES + query(images=f"{three[0]},{UNKNOWN}", search_word="one", status="suspended", limit=1))

    assert_not_found(answer)


def test_an_id_is_its_own_only_in_its_own_letters(alice: Caller, three: list[str]) -> None:
    answer = alice.get(IMAGES + query(images=three[0].swapcase()))

    assert_not_found(answer)


def test_ids_and_other_filters_all_count(alice: Caller, three: list[str]) -> None:
    found = listed_names(alice, query(images=",".join(three), search_word="three", status="available"))

    assert found == ["three"]


def test_a_deleted_image_is_shown_to_whoever_asks_for_it(alice: Caller, three: list[str]) -> None:
    delete_image(alice, three[1])

    asked = listed_ids(alice, query(images=f"{three[0]},{three[1]}"))

    assert sorted(asked) == three[:2]
    assert sorted(listed_ids(alice)) == [three[0], three[2]]


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ("?status=pending", ["making"]),
        ("?status=available", ["also usable", "usable"]),
        ("?status=pending,deprecated", ["making", "old"]),
        ("?status=deprecated&status=available", ["also usable", "old", "usable"]),
        ("?status.1=pending&status.2=deprecated", ["making", "old"]),
        ("?status=%20deprecated%20,,pending,pending", ["making", "old"]),
        ("?status=suspended", []),
        ("?status=deleted,ceased", []),
        ("?status=pending,available,deprecated,suspended,deleted,ceased", sorted(STATUSES)),
    ],
    ids=brief,
)
def test_case_039_images_are_listed_by_status(alice: Caller, statuses: None, parameters: str, names: list[str]) -> None:
    found = listing(alice, parameters)

    assert sorted(image["image_name"] for image in found["images"]) == names
    assert found["total_count"] == len(names)


@pytest.mark.parametrize(
    "parameters",
    [
        "?status=running",
        "?status=available,running",
        "?status.1=available&status.2=running",
        "?status=creating",
        "?status=active",
        "?status=*",
        "?processor_type=128bit",
        "?processor_type=x86_64",
        "?processor_type=64bit,32bit",
        "?visibility=secret",
        "?visibility=true",
        "?visibility=public,private",
        "?provider=other",
        "?provider=self,system",
        "?provider=t1",
    ],
    ids=str,
)
def test_case_040_other_values_of_closed_lists_are_refused(alice: Caller, parameters: str) -> None:
    answer = alice.get(IMAGES + parameters)

    assert_malformed(answer)


@pytest.mark.parametrize("word", ["web", "WEB", "wEb s", "server", " web ", "Web Server 1", "r 1"], ids=repr)
def test_case_041_images_are_found_by_a_part_of_their_name(api: Api, alice: Caller, word: str) -> None:
    add(api, name="Web Server 1")
    add(api, name="database")
    add(api, name=None)

    found = listed_names(alice, query(search_word=word))

    assert found == ["Web Server 1"]


@pytest.mark.parametrize(("start", "end"), [(0, None), (4, None), (0, 9), (5, 11)], ids=str)
def test_case_042_images_are_found_by_a_part_of_their_id(
    alice: Caller, three: list[str], start: int, end: int | None
) -> None:
    word = three[1][start:end]

    found = [listed_ids(alice, query(search_word=part)) for part in (word, word.lower(), word.upper(), f" {word} ")]

    assert found == [[three[1]]] * 4


def test_case_042_images_of_other_dialects_are_found_so_too(api: Api, alice: Caller, three: list[str]) -> None:
    image = add(api)

    found = [listed_ids(alice, query(search_word=part)) for part in (image, image[9:28].upper())]

    assert found == [[image], [image]]


def test_images_are_not_found_by_an_id_that_is_not_shown(api: Api, alice: Caller, stopped: str) -> None:
    image = capture_image(alice, stopped, image_name="web")
    numbered = add(api, name="db", provider_image_id="ami-12345678", aliases={"other": "known-elsewhere"})

    found = [listed_ids(alice, query(search_word=word)) for word in (stopped, "ami-", "known-elsewhere")]

    assert found == [[], [], []]
    assert sorted(listed_ids(alice)) == sorted([image["image_id"], numbered])


@pytest.mark.parametrize(
    ("word", "name"),
    [("%", "100%"), ("_", "a_b"), ("*", "a*b"), (".", "a.b"), ("[a]", "[a]"), ("\\", "a\\b"), (",", "a,b"), ("^", "^")],
)
def test_case_043_a_search_is_literal(api: Api, alice: Caller, word: str, name: str) -> None:
    for each in ("100%", "a_b", "a*b", "a.b", "[a]", "a\\b", "a,b", "^", "plain"):
        add(api, name=each)

    found = listed_names(alice, query(search_word=word))

    assert found == [name]


def test_case_043_descriptions_are_not_searched(api: Api, alice: Caller) -> None:
    add(api, name="web", description="a database", os_family="database", login_user="database")

    found = listed_names(alice, query(search_word="database"))

    assert found == []


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ("?os_family=centos", ["centos 32", "centos 64"]),
        ("?os_family=CentOS", ["centos 32", "centos 64"]),
        ("?os_family=plan9", ["plan9 32"]),
        ("?os_family=PLAN9", ["plan9 32"]),
        ("?os_family=cent", []),
        ("?os_family=beos", []),
        ("?os_family=%25", []),
        ("?processor_type=64bit", ["centos 64", "ubuntu 64"]),
        ("?processor_type=32bit", ["centos 32", "plan9 32"]),
        ("?os_family=Centos&processor_type=64bit", ["centos 64"]),
        ("?os_family=ubuntu&processor_type=32bit", []),
        ("?os_family=centos&processor_type=32bit&search_word=cent&status=available&provider=self", ["centos 32"]),
    ],
    ids=brief,
)
def test_case_044_images_are_listed_by_system_and_processor(
    alice: Caller, systems: None, parameters: str, names: list[str]
) -> None:
    found = listing(alice, parameters)

    assert sorted(image["image_name"] for image in found["images"]) == names
    assert found["total_count"] == len(names)
