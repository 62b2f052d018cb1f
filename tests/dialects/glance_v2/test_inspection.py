"""What the worker has found in the bytes of an image is shown, and nobody else writes it."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.catalog.image import Inspecting
from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v2.glance import (
    IMAGES,
    an_active_one,
    change,
    create,
    listed,
    patch,
    path_of,
    post,
    says,
    shown,
)

GIGABYTE = 1 << 30
FOUND = {"formats": ["iso"], "partition_table": "gpt", "findings": ["unusual_gpt", "snapshots"]}
SHOWN = {
    "inspection_formats": "iso",
    "inspection_partition_table": "gpt",
    "inspection_findings": "unusual_gpt,snapshots",
}


def inspected(api: Api, image: dict[str, Any], **facts: Any) -> None:
    """Have an image look as if the worker had read it."""
    found = api.world.images.get(image["id"])
    assert found is not None
    api.world.images.save(found.image, replace(found.image, **{"inspection": FOUND, **facts}))


def about_inspection(image: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in image.items() if name.startswith("inspection_")}


def test_what_was_found_is_shown_in_properties(api: Api, a: Caller) -> None:
    image = an_active_one(a)
    inspected(api, image, virtual_size=7)

    found = shown(a, image)

    assert about_inspection(found) == SHOWN
    assert found["virtual_size"] == 7
    assert a.get(IMAGES).json["images"] == [found]


def test_nothing_is_shown_of_bytes_that_nobody_looked_at(a: Caller) -> None:
    image = an_active_one(a)

    assert about_inspection(shown(a, image)) == {}


@pytest.mark.parametrize(
    ("facts", "policy"),
    [
        ({"inspecting": Inspecting.OFF}, "off"),
        ({"inspecting": Inspecting.ENFORCE}, "enforce"),
        ({"allowed": True}, "record"),
        ({"inspecting": Inspecting.ENFORCE, "allowed": True}, "record"),
    ],
    ids=["off", "enforce", "let through", "let through all the same"],
)
def test_what_was_decided_for_the_image_is_shown(api: Api, a: Caller, facts: dict[str, Any], policy: str) -> None:
    image = an_active_one(a)
    inspected(api, image, inspection=None, **facts)

    assert about_inspection(shown(a, image)) == {"inspection_policy": policy}
    assert [each["id"] for each in a.get(f"{IMAGES}?inspection_policy={policy}").json["images"]] == [image["id"]]
    assert a.get(f"{IMAGES}?inspection_policy=x").json["images"] == []


def test_the_virtual_size_of_a_raw_image_is_not_guessed_once_it_was_inspected(api: Api, a: Caller) -> None:
    image = an_active_one(a)
    inspected(api, image, inspection={"compression": "gzip"})

    assert shown(a, image)["virtual_size"] is None


@pytest.mark.parametrize("name", [*SHOWN, "inspection_policy", "inspection_x"])
def test_nobody_registers_an_image_with_a_finding(a: Caller, name: str) -> None:
    assert says(post(a, {name: "x"}), 403, f"Attribute '{name}' is reserved.")


@pytest.mark.parametrize("operation", ["add", "replace", "remove"])
def test_nobody_changes_a_finding(api: Api, a: Caller, operation: str) -> None:
    image = an_active_one(a)
    inspected(api, image)

    answer = patch(a, image, [{"op": operation, "path": "/inspection_formats", "value": "x"}])

    assert says(answer, 403, "Attribute 'inspection_formats' is reserved.")
    assert about_inspection(shown(a, image)) == SHOWN


def test_a_promised_disk_that_is_too_small_is_a_finding(api: Api, a: Caller) -> None:
    image, other = an_active_one(a, min_disk=2), an_active_one(a, min_disk=2)
    inspected(api, image, virtual_size=2 * GIGABYTE + 1)
    inspected(api, other, virtual_size=2 * GIGABYTE)

    assert shown(a, image)["inspection_findings"] == "unusual_gpt,snapshots,disk_too_small"
    assert shown(a, other)["inspection_findings"] == "unusual_gpt,snapshots"
    assert [each["id"] for each in listed(a, "inspection_findings=disk_too_small")] == [image["id"]]


def test_an_image_cannot_promise_a_disk_that_is_too_small(make_api: MakeApi) -> None:
    api = make_api(INSPECTION="enforce")
    a = api.caller("t1")
    image = an_active_one(a, min_disk=5)
    inspected(api, image, virtual_size=2 * GIGABYTE + 1)

    refused = change(a, image, min_disk=2)
    answers = [change(a, image, min_disk=size).status for size in (3, 0)]

    assert says(
        refused,
        400,
        "Invalid value for min_disk: the disk of the image has 3 GB. Declare at least that, or 0 for no minimum",
    )
    assert answers == [200, 200]


@pytest.mark.parametrize("inspection", ["record", "off"])
def test_an_image_may_promise_any_disk_where_nothing_is_enforced(make_api: MakeApi, inspection: str) -> None:
    api = make_api(INSPECTION=inspection)
    a = api.caller("t1")
    image = an_active_one(a)
    inspected(api, image, virtual_size=2 * GIGABYTE)

    assert change(a, image, min_disk=1).status == 200


def test_findings_stay_when_properties_change(api: Api, a: Caller) -> None:
    image = an_active_one(a)
    inspected(api, image)

    answer = patch(a, image, [{"op": "add", "path": "/p", "value": "x"}])

    assert about_inspection(answer.json) == SHOWN
    assert answer.json["p"] == "x"


def test_a_property_that_another_dialect_has_named_so_is_no_finding(api: Api, a: Caller) -> None:
    image = create(a)
    found = api.world.images.get(image["id"])
    assert found is not None
    api.world.images.save(found.image, replace(found.image, properties={"inspection_findings": "none"}))

    assert about_inspection(shown(a, image)) == {}
    assert a.get(path_of(image)).status == 200


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("inspection_formats=iso", True),
        ("inspection_formats=qcow2", False),
        ("inspection_findings=snapshots", True),
        ("inspection_findings=snap", False),
        ("inspection_compression=gzip", False),
        ("inspection_compression=", False),
    ],
)
def test_lists_are_filtered_by_what_was_found(api: Api, a: Caller, query: str, matches: bool) -> None:
    image = an_active_one(a)
    create(a)
    inspected(api, image)

    found = [each["id"] for each in a.get(f"{IMAGES}?{query}").json["images"]]

    assert found == ([image["id"]] if matches else [])
