"""What the worker has found in the bytes of an image is shown in properties, and never taken from clients."""

from typing import Any

import pytest

from chalicelib.catalog.image import Image, Inspecting, Status
from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1.glance import DELETE_OK, create, header_block, ids, listed_one, properties, record
from tests.factories import an_image

DETAIL = "/v1/images/detail"
FOUND = {"formats": ["iso"], "partition_table": "gpt", "findings": ["unusual_gpt", "snapshots"]}
SHOWN = {
    "inspection_formats": "iso",
    "inspection_partition_table": "gpt",
    "inspection_findings": "unusual_gpt,snapshots",
}
CLAIMED = {"inspection_formats": "raw", "inspection_compression": "none", "inspection_x": "y"}
PURGES = pytest.mark.parametrize("purge", ["true", "false"])


def add(api: Api, **facts: Any) -> Image:
    """An image of t1 whose bytes the worker has read, unless the facts say otherwise."""
    usual = {"status": Status.ACTIVE, "inspection": FOUND, "virtual_size": 7, "properties": {"os": "x"}}
    return api.world.images.add(an_image(number=api.world.images.number(), **{**usual, **facts}))


def shown(caller: Caller, image: Image) -> dict[str, str]:
    """The properties that headers carry."""
    headers = header_block(caller.head(f"/v1/images/{image.id}"))
    return {name.removeprefix("property-"): value for name, value in headers.items() if name.startswith("property-")}


def update(caller: Caller, image: Image, purge: str, **named: str) -> None:
    headers = {**properties(**named), "x-glance-registry-purge-props": purge}
    answer = caller.put(f"/v1/images/{image.id}", headers)
    assert answer.status == 200, answer.text


def test_what_was_found_is_in_headers_and_in_the_detailed_list(api: Api, t1: Caller) -> None:
    image = add(api)

    listed = listed_one(t1)

    assert listed["properties"] == shown(t1, image) == {**SHOWN, "os": "x"}
    assert listed["virtual_size"] == 7


def test_nothing_is_said_of_bytes_that_nobody_has_looked_at(api: Api, t1: Caller) -> None:
    image = add(api, inspection=None, inline=True, uninspected=True)

    assert listed_one(t1)["properties"] == shown(t1, image) == {"os": "x"}


def test_what_was_found_in_bytes_of_a_request_is_shown_without_their_hash(api: Api, t1: Caller) -> None:
    image = add(api, inline=True, sha256="0" * 64)

    assert listed_one(t1)["properties"] == shown(t1, image) == {**SHOWN, "os": "x"}
    assert ids(t1.get(f"{DETAIL}?property-inspection_formats=iso")) == [image.id]


def test_what_was_decided_for_the_image_is_shown(api: Api, t1: Caller) -> None:
    image = add(api, inspection=None, inspecting=Inspecting.ENFORCE)

    assert listed_one(t1)["properties"] == shown(t1, image) == {"inspection_policy": "enforce", "os": "x"}
    assert ids(t1.get(f"{DETAIL}?property-inspection_policy=enforce")) == [image.id]
    assert ids(t1.get(f"{DETAIL}?property-inspection_policy=off")) == []


def test_what_is_claimed_at_creation_is_ignored(t1: Caller) -> None:
    image = create(t1, properties(**CLAIMED, other="kept"))

    assert image["properties"] == {"other": "kept"}


@PURGES
def test_findings_survive_an_update_that_claims_others(api: Api, t1: Caller, purge: str) -> None:
    image = add(api)

    update(t1, image, purge, os="y", **CLAIMED)

    assert shown(t1, image) == {**SHOWN, "os": "y"}
    assert record(api, image.id).properties == {"os": "y"}


@PURGES
def test_findings_that_are_sent_back_are_not_stored(api: Api, t1: Caller, purge: str) -> None:
    image = add(api)

    update(t1, image, purge, **shown(t1, image))

    assert shown(t1, image) == {**SHOWN, "os": "x"}
    assert record(api, image.id).properties == {"os": "x"}


@PURGES
def test_findings_survive_an_update_that_does_not_name_them(api: Api, t1: Caller, purge: str) -> None:
    image = add(api)

    update(t1, image, purge, other="z")

    assert shown(t1, image).items() >= {**SHOWN, "other": "z"}.items()


def test_findings_do_not_count_as_properties(make_api: MakeApi) -> None:
    api = make_api(IMAGE_PROPERTY_QUOTA="1")
    t1 = api.caller("t1")
    image = add(api)

    update(t1, image, "true", **{**SHOWN, "os": "y"})

    assert record(api, image.id).properties == {"os": "y"}


def test_a_property_that_a_client_once_named_so_is_no_finding(api: Api, t1: Caller) -> None:
    image = add(api, inspection=None, properties={"inspection_findings": "none", "os": "x"})

    assert listed_one(t1)["properties"] == shown(t1, image) == {"os": "x"}
    assert ids(t1.get(f"{DETAIL}?property-inspection_findings=none")) == []


@pytest.mark.parametrize("name", ["Inspection_Formats", "inspection-formats", "INSPECTION_x", "Os_Hash_Value"])
def test_no_property_is_taken_for_what_was_found_where_names_have_no_case(api: Api, t1: Caller, name: str) -> None:
    image = add(api, properties={name: "raw", "os": "x"})

    assert shown(t1, image) == listed_one(t1)["properties"] == {**SHOWN, "os": "x"}


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("property-inspection_formats=iso", True),
        ("property-Inspection-Formats=iso", True),
        ("property-inspection_formats=qcow2", False),
        ("property-inspection_findings=snapshots", True),
        ("property-inspection_findings=snap", False),
        ("property-inspection_compression=", False),
        ("property-inspection_formats=iso&property-os=x", True),
        ("property-inspection_formats=iso&property-os=y", False),
    ],
)
@pytest.mark.parametrize("path", [DETAIL, "/v1/images"])
def test_lists_are_filtered_by_what_was_found(api: Api, t1: Caller, path: str, query: str, matches: bool) -> None:
    image = add(api)
    add(api, inspection=None)

    found = ids(t1.get(f"{path}?{query}"))

    assert found == ([image.id] if matches else [])


def test_a_deleted_image_has_no_findings(api: Api, t1: Caller) -> None:
    image = add(api)
    assert t1.delete(f"/v1/images/{image.id}").status == DELETE_OK

    changed = t1.get(f"{DETAIL}?changes-since=2020-01-01T00:00:00Z")
    found = t1.get(f"{DETAIL}?changes-since=2020-01-01T00:00:00Z&property-inspection_formats=iso")

    assert [each["properties"] for each in changed.json["images"]] == [{}]
    assert ids(found) == []
