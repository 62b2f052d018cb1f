"""Filters of lists: cases 60 to 64."""

from urllib.parse import quote

import pytest

from tests.api import Caller
from tests.dialects.scaleway.scaleway import (
    ORG_A,
    ORG_B,
    assert_error,
    create,
    listed,
    listed_ids,
    put,
    total,
)

YES = ["true", "True", "TRUE", "1", "yes", "Yes", "on", "ON"]
NO = ["false", "False", "FALSE", "0", "no", "No", "off", "OFF"]


@pytest.mark.parametrize("arch", ["arm", "arm64", "x86_64"])
def test_case_060_images_of_one_architecture(a: Caller, arch: str) -> None:
    created = {each: create(a, arch=each) for each in ("arm", "arm64", "x86_64")}

    answer = a.get(f"/images?arch={arch}")

    assert answer.json == {"images": [created[arch]]}
    assert total(answer) == 1


@pytest.mark.parametrize("arch", ["x86_64", "sparc", "ARM", "ar", "armhf"])
def test_case_060_an_architecture_without_images_has_an_empty_list(a: Caller, arch: str) -> None:
    create(a, arch="arm")
    create(a, arch="arm64")

    answer = a.get(f"/images?arch={arch}")

    assert answer.status == 200
    assert answer.json == {"images": []}
    assert total(answer) == 0


def test_case_061_a_whole_name_finds_its_image_only(a: Caller) -> None:
    image = create(a, name="debian jessie")
    create(a, name="ubuntu trusty")

    answer = a.get("/images?name=debian%20jessie")

    assert answer.json == {"images": [image]}
    assert total(answer) == 1


@pytest.mark.parametrize("part", ["debian", "jess", "8.1", "n j", "d", "1"])
def test_case_062_a_part_of_a_name_finds_its_image(a: Caller, part: str) -> None:
    image = create(a, name="debian jessie 8.1")
    create(a, name="ubuntu")

    found = listed_ids(a, f"?name={quote(part)}")

    assert image["id"] in found


@pytest.mark.parametrize("part", ["jessie", "n j"])
def test_a_part_of_a_name_finds_no_other_image(a: Caller, part: str) -> None:
    image = create(a, name="debian jessie")
    create(a, name="ubuntu trusty")

    assert listed_ids(a, f"?name={quote(part)}") == [image["id"]]


@pytest.mark.parametrize(
    "part",
    ["Debian", "JESSIE", "jessie debian", "debian jessie 8", "debian*", ".*", "%25"],
    ids=["capital", "capitals", "turned around", "longer", "star", "expression", "percent"],
)
def test_a_name_is_found_by_what_it_contains_in_the_same_case(a: Caller, part: str) -> None:
    create(a, name="debian jessie")

    assert listed(a, f"?name={quote(part, safe='%')}") == []


@pytest.mark.parametrize("name", ["Grüße 東京 😀", "a,b&c=d", "50% + more", '"quoted" \\', "a/b?c#d"])
def test_a_name_of_any_characters_is_found(a: Caller, name: str) -> None:
    image = create(a, name=name)
    create(a, name="plain")

    assert listed_ids(a, f"?name={quote(name, safe='')}") == [image["id"]]


def test_the_new_name_is_found_and_the_old_one_is_not(a: Caller) -> None:
    image = create(a, name="old")

    put(a, image, {"name": "new"})

    assert listed_ids(a, "?name=new") == [image["id"]]
    assert listed_ids(a, "?name=old") == []


@pytest.mark.parametrize("value", YES)
def test_case_063_public_images(a: Caller, value: str) -> None:
    public = create(a, public=True)
    create(a)

    answer = a.get(f"/images?public={value}")

    assert answer.json == {"images": [public]}
    assert total(answer) == 1


@pytest.mark.parametrize("value", NO)
def test_case_063_private_images(a: Caller, value: str) -> None:
    create(a, public=True)
    private = create(a)

    answer = a.get(f"/images?public={value}")

    assert answer.json == {"images": [private]}
    assert total(answer) == 1


@pytest.mark.parametrize("value", ["maybe", "2", "", "null"], ids=["word", "number", "empty", "null"])
def test_case_064_public_is_yes_or_no(a: Caller, value: str) -> None:
    answer = a.get(f"/images?public={value}")

    assert_error(answer, 400, "public")


def test_all_that_is_wrong_with_a_query_is_named_at_once(a: Caller) -> None:
    answer = a.get("/images?public=maybe&page=0&per_page=many")

    assert_error(answer, 400, "public", "page", "per_page")


def test_private_images_of_others_stay_hidden_whatever_is_asked(a: Caller, b: Caller) -> None:
    create(b, organization=ORG_B, name="hidden", arch="arm")
    queries = ["?public=false", f"?organization={ORG_B}", "?name=hidden", "?arch=arm"]

    found = [listed(a, query) for query in queries]

    assert found == [[]] * len(queries)


def test_filters_are_combined_with_and(a: Caller, b: Caller) -> None:
    image = create(a, name="web", arch="arm", public=True)
    create(a, name="db", arch="arm", public=True)
    create(a, name="web", arch="x86_64", public=True)
    create(a, name="web", arch="arm", public=False)
    create(b, organization=ORG_B, name="web", arch="arm", public=True)

    answer = a.get(f"/images?organization={ORG_A}&name=we&arch=arm&public=true")

    assert answer.json == {"images": [image]}
    assert total(answer) == 1


def test_filters_that_exclude_each_other_find_nothing(a: Caller, b: Caller) -> None:
    create(b, organization=ORG_B, public=True)

    answer = a.get(f"/images?organization={ORG_B}&public=false")

    assert answer.json == {"images": []}
    assert total(answer) == 0


@pytest.mark.parametrize("filters", [f"name={'x' * 2000}", f"name={'x' * 1997}&arch=arm"], ids=["one", "several"])
def test_filters_that_the_links_of_an_answer_just_hold_are_taken(a: Caller, filters: str) -> None:
    answer = a.get(f"/images?{filters}")

    assert (answer.status, answer.json) == (200, {"images": []})


@pytest.mark.parametrize("organization", [ORG_A, ORG_B], ids=["own", "another"])
def test_an_organization_is_the_same_in_capitals(a: Caller, b: Caller, organization: str) -> None:
    create(a, organization=ORG_A, public=True)
    create(b, organization=ORG_B, public=True)

    found = listed_ids(a, f"?organization={organization.upper()}")

    assert len(found) == 1
    assert found == listed_ids(a, f"?organization={organization}")


def test_a_filter_that_the_links_of_an_answer_could_not_hold_is_refused(a: Caller) -> None:
    answer = a.get(f"/images?name={'x' * 2001}&arch=arm")

    assert answer.status == 400
    assert answer.json["fields"] == {"name": ["length of value is too large"]}
