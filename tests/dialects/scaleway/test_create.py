"""Images that are made: cases 1 to 11."""

from typing import Any

import pytest

from tests.api import Caller
from tests.dialects.scaleway.scaleway import (
    ANOTHER_VOLUME,
    BOOTSCRIPT,
    FOURTEEN,
    ORG_A,
    UNKNOWN,
    VOLUME,
    assert_well_typed,
    create,
    image_of,
    listed_ids,
    minimal,
    post,
    send_json,
    show,
)

LONG_AGO = "2014-05-22T12:57:22.514298+00:00"
EXTRA = {"1": {"id": ANOTHER_VOLUME, "name": "data", "size": 20_000_000_000, "volume_type": "l_ssd"}}


def test_case_001_four_keys_make_an_image(a: Caller) -> None:
    answer = post(a, {"organization": ORG_A, "name": "my_image", "arch": "arm", "root_volume": VOLUME})

    assert answer.status == 201
    image = image_of(answer)
    assert set(image) == FOURTEEN
    assert (image["organization"], image["name"], image["arch"]) == (ORG_A, "my_image", "arm")
    assert image["root_volume"]["id"] == VOLUME


def test_case_001_a_new_image_is_well_typed(a: Caller) -> None:
    image = create(a)

    assert_well_typed(image)


def test_case_002_the_other_keys_have_defaults(a: Caller) -> None:
    image = create(a)

    assert image["public"] is False
    assert image["extra_volumes"] == {}
    assert image["default_bootscript"] is None
    assert image["from_server"] is None
    assert image["from_image"] is None
    assert image["marketplace_key"] is None
    assert image["state"] == "available"
    assert image["creation_date"] == image["modification_date"]


def test_case_003_the_location_is_that_of_the_image(a: Caller) -> None:
    answer = post(a, minimal())

    assert answer.headers["location"].endswith(f"/images/{image_of(answer)['id']}")


def test_case_004_a_slash_at_the_end_makes_no_difference(a: Caller) -> None:
    answer = send_json(a, "POST", "/images/", minimal())

    assert answer.status == 201
    assert listed_ids(a) == [image_of(answer)["id"]]


@pytest.mark.parametrize("arch", ["arm", "arm64", "x86_64"])
def test_case_005_there_are_three_architectures(a: Caller, arch: str) -> None:
    answer = post(a, minimal(arch=arch))

    assert answer.status == 201
    assert image_of(answer)["arch"] == arch


@pytest.mark.parametrize("public", [True, False], ids=["public", "private"])
def test_case_006_an_image_is_public_if_it_says_so(a: Caller, public: bool) -> None:
    answer = post(a, minimal(public=public))

    assert answer.status == 201
    assert image_of(answer)["public"] is public


def test_case_007_a_bootscript_given_by_its_id_is_shown_as_an_object(a: Caller) -> None:
    answer = post(a, minimal(default_bootscript=BOOTSCRIPT))

    assert answer.status == 201
    assert image_of(answer)["default_bootscript"]["id"] == BOOTSCRIPT


def test_a_bootscript_may_be_given_as_an_object(a: Caller) -> None:
    answer = post(a, minimal(default_bootscript={"id": BOOTSCRIPT, "title": "stable"}))

    assert answer.status == 201
    assert image_of(answer)["default_bootscript"]["id"] == BOOTSCRIPT


def test_a_bootscript_may_be_null(a: Caller) -> None:
    answer = post(a, minimal(default_bootscript=None))

    assert answer.status == 201
    assert image_of(answer)["default_bootscript"] is None


@pytest.mark.parametrize("empty", [{}, "[]", []], ids=["object", "text", "array"])
def test_case_008_no_extra_volumes_are_an_empty_object(a: Caller, empty: Any) -> None:
    answer = post(a, minimal(extra_volumes=empty))

    assert answer.status == 201
    assert image_of(answer)["extra_volumes"] == {}


def test_extra_volumes_are_kept(a: Caller) -> None:
    image = create(a, extra_volumes=EXTRA)

    assert image["extra_volumes"] == EXTRA
    assert show(a, image)["extra_volumes"] == EXTRA


def test_case_009_names_are_not_unique(a: Caller) -> None:
    first, second = create(a, name="twice"), create(a, name="twice")

    assert first["id"] != second["id"]
    assert set(listed_ids(a)) == {first["id"], second["id"]}


@pytest.mark.parametrize(
    "name",
    [
        "Grüße aus 東京 😀",
        "n" * 255,
        "😀" * 255,
        "n",
        " spaces around ",
        'quotes "and" \\',
        "e\u0301",
    ],
    ids=["Unicode", "long", "long Unicode", "short", "spaces", "quotes", "combining"],
)
def test_case_010_a_name_is_kept_as_it_was_sent(a: Caller, name: str) -> None:
    image = create(a, name=name)

    assert image["name"] == name
    assert show(a, image)["name"] == name


def test_case_011_the_server_chooses_id_and_dates(a: Caller) -> None:
    image = create(a, id=UNKNOWN, creation_date=LONG_AGO, modification_date=LONG_AGO)

    assert image["id"] != UNKNOWN
    assert image["creation_date"] != LONG_AGO
    assert image["modification_date"] != LONG_AGO


def test_the_server_decides_where_an_image_came_from_and_its_state(a: Caller) -> None:
    image = create(a, from_server=UNKNOWN, from_image=UNKNOWN, marketplace_key=UNKNOWN, state="error")

    assert (image["from_server"], image["from_image"], image["marketplace_key"]) == (None, None, None)
    assert image["state"] == "available"


def test_keys_of_later_versions_are_accepted_and_not_returned(a: Caller) -> None:
    image = create(a, tags=["web"], project=ORG_A, zone="fr-par-1")

    assert set(image) == FOURTEEN


def test_a_returned_object_can_be_posted_again(a: Caller) -> None:
    image = create(a, public=True, default_bootscript=BOOTSCRIPT, extra_volumes=EXTRA)

    answer = post(a, image)

    own = {"id", "creation_date", "modification_date"}
    again = image_of(answer)
    assert answer.status == 201
    assert again["id"] != image["id"]
    assert {key: again[key] for key in FOURTEEN - own} == {key: image[key] for key in FOURTEEN - own}


def test_of_a_root_volume_only_the_id_is_read(a: Caller) -> None:
    sent = {"id": VOLUME, "name": "theirs", "size": "much", "volume_type": 7, "server": None}

    image = create(a, name="mine", root_volume=sent)

    assert image["root_volume"] == {"id": VOLUME, "name": "mine", "size": 0, "volume_type": "l_ssd"}


def test_a_root_volume_without_content_is_described(a: Caller) -> None:
    image = create(a, name="mine", root_volume=VOLUME)

    assert image["root_volume"] == {"id": VOLUME, "name": "mine", "size": 0, "volume_type": "l_ssd"}


def test_two_images_may_have_the_same_root_volume(a: Caller) -> None:
    first, second = create(a), create(a)

    assert first["id"] != second["id"]
    assert first["root_volume"] == second["root_volume"]
