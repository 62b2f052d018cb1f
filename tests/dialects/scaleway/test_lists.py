"""Which images are listed, and in which order: cases 54 to 59 and 65 to 67."""

from itertools import chain

import pytest

from tests.api import Api, Caller
from tests.dialects.scaleway.scaleway import (
    BOOTSCRIPT,
    ORG_A,
    ORG_B,
    UNKNOWN,
    VOLUME,
    assert_well_typed,
    create,
    is_json,
    listed,
    listed_ids,
    pages,
    path_of,
    put,
    register,
    show,
    total,
)
from tests.factories import START


def test_case_054_a_list_has_one_key_and_whole_images(a: Caller, b: Caller) -> None:
    create(a)
    create(a, public=True, default_bootscript=BOOTSCRIPT, extra_volumes={"1": {"id": VOLUME}})
    create(b, organization=ORG_B, public=True)

    answer = a.get("/images")

    assert answer.status == 200
    assert is_json(answer)
    assert set(answer.json) == {"images"}
    assert len(answer.json["images"]) == 3
    for image in answer.json["images"]:
        assert_well_typed(image)


def test_case_055_a_slash_at_the_end_makes_no_difference(a: Caller) -> None:
    image = create(a)

    answer = a.get("/images/")

    assert answer.status == 200
    assert answer.json == {"images": [image]}


def test_case_056_an_image_is_listed_as_it_is_shown(a: Caller) -> None:
    image = create(a, name="the one", default_bootscript=BOOTSCRIPT)
    create(a, name="another")

    found = listed(a, "?name=the%20one")

    assert found == [show(a, image)]


def test_an_image_is_listed_as_it_was_changed(a: Caller) -> None:
    image = create(a, name="old")

    put(a, image, {"name": "new"})

    assert listed(a) == [show(a, image)]
    assert listed(a)[0]["name"] == "new"


def test_case_057_others_see_what_is_public(a: Caller, b: Caller) -> None:
    create(a)
    public = create(a, public=True)

    assert listed(b) == [public]


def test_own_and_public_images_are_listed(a: Caller, a2: Caller, b: Caller) -> None:
    own = create(a, name="own")
    colleagues = create(a2, name="a colleague's")
    create(b, organization=ORG_B, name="private of B")
    public = create(b, organization=ORG_B, name="public of B", public=True)

    assert listed_ids(a) == [public["id"], colleagues["id"], own["id"]]


def test_an_own_image_that_is_public_is_listed_and_counted_once(a: Caller) -> None:
    image = create(a, public=True)

    answer = a.get("/images")

    assert answer.json == {"images": [image]}
    assert total(answer) == 1


def test_what_cannot_be_seen_is_not_counted(a: Caller, b: Caller) -> None:
    create(a)
    create(a, public=True)
    create(b, organization=ORG_B)

    assert total(a.get("/images")) == 2
    assert total(b.get("/images")) == 2


def test_case_058_the_images_of_ones_own_organization(a: Caller, b: Caller) -> None:
    private, public = create(a), create(a, public=True)
    create(b, organization=ORG_B, public=True)

    answer = a.get(f"/images?organization={ORG_A}")

    assert answer.json == {"images": [public, private]}
    assert total(answer) == 2


def test_case_059_the_public_images_of_another_organization(a: Caller, b: Caller) -> None:
    create(a, public=True)
    create(b, organization=ORG_B)
    public = create(b, organization=ORG_B, public=True)

    answer = a.get(f"/images?organization={ORG_B}")

    assert answer.json == {"images": [public]}
    assert total(answer) == 1


def test_an_organization_without_images_has_an_empty_list(a: Caller) -> None:
    create(a)

    answer = a.get(f"/images?organization={UNKNOWN}")

    assert answer.status == 200
    assert answer.json == {"images": []}


def test_case_065_a_list_may_be_empty(a: Caller) -> None:
    create(a, name="something")

    answer = a.get("/images?name=nothing")

    assert answer.status == 200
    assert answer.json == {"images": []}
    assert answer.headers["x-total-count"] == "0"


def test_a_catalogue_without_images_has_a_list(a: Caller) -> None:
    answer = a.get("/images")

    assert answer.status == 200
    assert answer.json == {"images": []}
    assert answer.headers["x-total-count"] == "0"
    assert pages(answer) == {"last": 1}


@pytest.mark.parametrize("query", ["foo=bar", "state=error", "id=x", "order_by=name", "tags=a%2Cb", "foo", "=x"])
def test_case_066_unknown_parameters_are_ignored(a: Caller, query: str) -> None:
    image = create(a)

    answer = a.get(f"/images?{query}")

    assert answer.status == 200
    assert answer.json == {"images": [image]}
    assert pages(answer) == {"last": 1}


def test_the_body_of_a_list_request_is_ignored(a: Caller) -> None:
    image = create(a)

    answer = a.get("/images", {"Content-Type": "application/json"}, b"{}")

    assert answer.status == 200
    assert answer.json == {"images": [image]}


def test_case_067_the_newest_image_stands_first(a: Caller) -> None:
    created = [create(a, name=name)["id"] for name in ("b", "c", "a")]

    assert listed_ids(a) == created[::-1]


def test_a_change_does_not_move_an_image(a: Caller) -> None:
    older, newer = create(a), create(a)

    put(a, older, {"name": "changed"})

    assert listed_ids(a) == [newer["id"], older["id"]]


def test_organizations_do_not_part_the_order(a: Caller, b: Caller) -> None:
    created = [
        create(a)["id"],
        create(b, organization=ORG_B, public=True)["id"],
        create(a, public=True)["id"],
        create(b, organization=ORG_B, public=True)["id"],
        create(a)["id"],
    ]

    assert listed_ids(a) == created[::-1]


def test_the_order_of_images_of_one_instant_is_stable(api: Api, a: Caller) -> None:
    registered = {register(api, created_at=START)["id"] for _ in range(5)}

    whole = listed_ids(a)
    parts = [listed_ids(a, f"?per_page=2&page={page}") for page in (1, 2, 3)]

    assert set(whole) == registered
    assert [*chain.from_iterable(parts)] == whole


def test_an_image_is_listed_at_once_and_gone_at_once(a: Caller) -> None:
    image = create(a)
    before = listed_ids(a)

    a.delete(path_of(image))

    assert before == [image["id"]]
    assert listed_ids(a) == []
