"""Showing and deleting: cases 36 to 41."""

import re

import pytest

from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v2.glance import (
    HELLO,
    IMAGES,
    UNKNOWN,
    an_active_one,
    change,
    create,
    path_of,
    record,
    says,
    share,
    shown,
    upload,
)


def test_case_036_times_have_whole_seconds(a: Caller) -> None:
    image = shown(a, create(a))

    for name in ("created_at", "updated_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", image[name])
    assert image.keys().isdisjoint({"direct_url", "locations", "stores"})


@pytest.mark.parametrize("image_id", [UNKNOWN, "nothing", UNKNOWN.replace("-", "")])
def test_case_037_an_image_that_is_not_there_is_not_found(a: Caller, image_id: str) -> None:
    assert says(a.get(f"{IMAGES}/{image_id}"), 404, f"No image found with ID {image_id}")


def test_case_037_an_image_that_is_hidden_is_not_found(a: Caller, b: Caller) -> None:
    image = create(a)

    assert says(b.get(path_of(image)), 404, f"No image found with ID {image['id']}")


def test_an_id_may_be_in_upper_case(a: Caller) -> None:
    image = create(a)

    assert a.get(f"{IMAGES}/{image['id'].upper()}").json == image


@pytest.mark.parametrize("delayed", ["true", "false"])
def test_case_038_a_deleted_image_is_gone_for_everybody(make_api: MakeApi, delayed: str) -> None:
    api = make_api(DELAYED_DELETE=delayed)
    a, admin = api.caller("t1"), api.caller("ops", "admin")
    image = an_active_one(a)
    share(a, image)

    answer = a.delete(path_of(image))

    assert (answer.status, answer.body) == (204, b"")
    assert "json" not in answer.headers["content-type"]
    for caller in (a, admin):
        assert caller.get(path_of(image)).status == 404
        assert caller.delete(path_of(image)).status == 404
        assert change(caller, image, name="x").status == 404
        assert upload(caller, image, HELLO).status == 404


def test_case_039_a_protected_image_stays(a: Caller, admin: Caller) -> None:
    image = create(a, protected=True)

    for caller in (a, admin):
        assert says(caller.delete(path_of(image)), 403, "is protected and cannot be deleted")
    assert change(a, image, protected=False).status == 200
    assert a.delete(path_of(image)).status == 204


@pytest.mark.parametrize("image_id", [UNKNOWN, "nothing"])
def test_case_040_what_is_not_there_cannot_be_deleted(a: Caller, image_id: str) -> None:
    assert says(a.delete(f"{IMAGES}/{image_id}"), 404, f"Failed to find image {image_id} to delete")


def test_case_041_administrators_and_colleagues_delete(a: Caller, colleague: Caller, admin: Caller) -> None:
    for caller in (colleague, admin):
        image = create(a)
        assert caller.delete(path_of(image)).status == 204
        assert a.get(path_of(image)).status == 404


def test_the_bytes_go_with_the_image(api: Api, a: Caller) -> None:
    image = an_active_one(a)
    assert len(api.stored()) == 1

    a.delete(path_of(image))

    assert api.stored() == []
    assert record(api, image).gone
