"""Changes of images: cases 77 to 86 and 94."""

from typing import Any

import pytest

from tests.api import Caller
from tests.dialects.scaleway.scaleway import (
    ANOTHER_VOLUME,
    BOOTSCRIPT,
    ORG_B,
    UNKNOWN,
    VOLUME,
    assert_error,
    assert_well_typed,
    create,
    image_of,
    listed_ids,
    path_of,
    put,
    send_json,
    show,
)

LONG_AGO = "2014-05-22T12:57:22.514298+00:00"
ANOTHER_BOOTSCRIPT = "b3a90d52-7e14-4d6c-95f8-0c21e6d47a55"
EXTRA = {"1": {"id": ANOTHER_VOLUME, "name": "data", "size": 20_000_000_000, "volume_type": "l_ssd"}}


def changed_keys(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    assert before.keys() == after.keys()
    return {key for key in before if before[key] != after[key]}


def test_case_077_the_whole_object_is_sent_back_with_a_new_name(a: Caller) -> None:
    image = create(a, name="old", public=True, default_bootscript=BOOTSCRIPT, extra_volumes=EXTRA)

    answer = put(a, image, {**image, "name": "new"})

    assert answer.status == 200
    after = image_of(answer)
    assert changed_keys(image, after) == {"name", "modification_date"}
    assert after["name"] == "new"
    assert show(a, image) == after
    assert_well_typed(after)


def test_case_078_a_slash_at_the_end_makes_no_difference(a: Caller) -> None:
    image = create(a)

    answer = send_json(a, "PUT", f"{path_of(image)}/", {**image, "name": "new"})

    assert answer.status == 200
    assert show(a, image)["name"] == "new"


def test_case_079_what_the_server_decides_is_not_taken_over(a: Caller) -> None:
    image = create(a)
    theirs = {
        "id": UNKNOWN,
        "creation_date": LONG_AGO,
        "modification_date": LONG_AGO,
        "from_server": UNKNOWN,
        "from_image": UNKNOWN,
        "marketplace_key": UNKNOWN,
        "state": "error",
        "root_volume": {"id": VOLUME, "name": "theirs", "size": 10_000_000_000, "volume_type": "b_ssd"},
    }

    answer = put(a, image, {**image, **theirs})

    assert answer.status == 200
    assert changed_keys(image, image_of(answer)) == {"modification_date"}
    assert image_of(answer)["modification_date"] != LONG_AGO
    assert listed_ids(a) == [image["id"]]


@pytest.mark.parametrize(
    "theirs", [{"id": 7}, {"creation_date": "yesterday"}, {"state": None}, {"from_server": []}], ids=str
)
def test_what_is_ignored_may_be_anything(a: Caller, theirs: dict[str, Any]) -> None:
    image = create(a)

    answer = put(a, image, theirs)

    assert answer.status == 200
    assert changed_keys(image, image_of(answer)) <= {"modification_date"}


def test_case_080_keys_of_later_versions_are_ignored(a: Caller) -> None:
    image = create(a)

    answer = put(a, image, {**image, "zone": "fr-par-1", "project": UNKNOWN, "tags": ["web"]})

    assert answer.status == 200
    assert changed_keys(image, image_of(answer)) == {"modification_date"}


def test_case_081_the_root_volume_may_be_sent_as_its_id(a: Caller) -> None:
    image = create(a)

    answer = put(a, image, {**image, "root_volume": VOLUME})

    assert answer.status == 200
    assert image_of(answer)["root_volume"] == image["root_volume"]


def test_case_082_keys_that_are_absent_keep_their_values(a: Caller) -> None:
    image = create(a, name="old", public=True, default_bootscript=BOOTSCRIPT, extra_volumes=EXTRA)

    answer = put(a, image, {"name": "new"})

    assert answer.status == 200
    assert changed_keys(image, image_of(answer)) == {"name", "modification_date"}
    assert show(a, image) == image_of(answer)


def test_case_083_a_change_moves_one_date_only(a: Caller) -> None:
    image = create(a)

    after = image_of(put(a, image, {"name": "new"}))

    assert after["creation_date"] == image["creation_date"]
    assert after["modification_date"] > image["modification_date"]


def test_case_083_an_unchanged_object_moves_the_date_too(a: Caller) -> None:
    """Wire §3: with every PUT that succeeds."""
    image = create(a)

    answer = put(a, image, image)

    assert answer.status == 200
    assert changed_keys(image, image_of(answer)) == {"modification_date"}
    assert image_of(answer)["modification_date"] > image["modification_date"]
    assert show(a, image) == image_of(answer)


def test_case_084_another_architecture_is_found_by_its_filter(a: Caller) -> None:
    image = create(a, arch="arm")

    answer = put(a, image, {**image, "arch": "x86_64"})

    assert answer.status == 200
    assert image_of(answer)["arch"] == "x86_64"
    assert listed_ids(a, "?arch=x86_64") == [image["id"]]
    assert listed_ids(a, "?arch=arm") == []


def test_case_085_a_published_image_is_seen_by_others(a: Caller, b: Caller) -> None:
    image = create(a)

    answer = put(a, image, {**image, "public": True})

    assert answer.status == 200
    assert image_of(answer)["public"] is True
    assert b.get(path_of(image)).status == 200
    assert listed_ids(b) == [image["id"]]


def test_case_085_a_withdrawn_image_is_not_seen_by_others(a: Caller, b: Caller) -> None:
    image = create(a, public=True)

    answer = put(a, image, {**image, "public": False})

    assert answer.status == 200
    assert image_of(answer)["public"] is False
    assert_error(b.get(path_of(image)), 403)
    assert listed_ids(b) == []
    assert listed_ids(a) == [image["id"]]


def test_case_086_a_bootscript_is_set_by_its_id(a: Caller) -> None:
    image = create(a)

    answer = put(a, image, {"default_bootscript": BOOTSCRIPT})

    assert answer.status == 200
    assert image_of(answer)["default_bootscript"]["id"] == BOOTSCRIPT
    assert show(a, image)["default_bootscript"]["id"] == BOOTSCRIPT


def test_case_086_a_bootscript_is_kept_when_it_is_sent_back(a: Caller) -> None:
    image = create(a, default_bootscript=BOOTSCRIPT)

    answer = put(a, image, {"default_bootscript": image["default_bootscript"]})

    assert answer.status == 200
    assert image_of(answer)["default_bootscript"] == image["default_bootscript"]


def test_case_086_a_bootscript_is_replaced(a: Caller) -> None:
    image = create(a, default_bootscript=BOOTSCRIPT)

    answer = put(a, image, {"default_bootscript": {"id": ANOTHER_BOOTSCRIPT}})

    assert answer.status == 200
    assert image_of(answer)["default_bootscript"]["id"] == ANOTHER_BOOTSCRIPT


def test_case_086_null_clears_a_bootscript(a: Caller) -> None:
    image = create(a, default_bootscript=BOOTSCRIPT)

    answer = put(a, image, {"default_bootscript": None})

    assert answer.status == 200
    assert image_of(answer)["default_bootscript"] is None
    assert show(a, image)["default_bootscript"] is None


def test_extra_volumes_are_replaced(a: Caller) -> None:
    image = create(a, extra_volumes=EXTRA)
    others = {"2": {"id": VOLUME, "name": "logs"}}

    answer = put(a, image, {"extra_volumes": others})

    assert answer.status == 200
    assert image_of(answer)["extra_volumes"] == others


@pytest.mark.parametrize("empty", [{}, "[]", []], ids=["object", "text", "array"])
def test_extra_volumes_are_cleared(a: Caller, empty: Any) -> None:
    image = create(a, extra_volumes=EXTRA)

    answer = put(a, image, {"extra_volumes": empty})

    assert answer.status == 200
    assert image_of(answer)["extra_volumes"] == {}


def test_case_094_patch_is_the_same_as_put(a: Caller) -> None:
    image = create(a, name="old", public=True, default_bootscript=BOOTSCRIPT)

    answer = send_json(a, "PATCH", path_of(image), {"name": "new"})

    assert answer.status == 200
    assert changed_keys(image, image_of(answer)) == {"name", "modification_date"}
    assert show(a, image) == image_of(answer)


def test_case_094_patch_refuses_what_put_refuses(a: Caller, b: Caller) -> None:
    image = create(a, public=True)

    assert_error(send_json(a, "PATCH", path_of(image), {"arch": "sparc"}), 400, "arch")
    assert_error(send_json(a, "PATCH", path_of(image), {"organization": ORG_B}), 403)
    assert_error(send_json(b, "PATCH", path_of(image), {"name": "theirs"}), 403)
    assert_error(send_json(a, "PATCH", f"/images/{UNKNOWN}", {"name": "new"}), 404)
    assert show(a, image) == image
