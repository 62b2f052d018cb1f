"""Any image's headers can be carried: API Gateway takes 10,240 bytes, Python's clients a hundred lines."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest

from chalicelib.catalog.image import Status
from chalicelib.storage.links import attachment
from tests.api import Answer, Api, Caller
from tests.dialects.glance_v1.glance import RAW, create, header_block, meta, properties, says
from tests.factories import an_image

CARRIED, LINES = 10_240, 100
NAME = 460
"""Bytes of what a link says of the name of a file."""
LINK = 1_900 + NAME
"""Bytes of a signed link with the token of a function's role."""
OTHERS = 12
"""Lines that the gateway adds."""
LONG = "Ünïcödé " * 1000


def size(answer: Answer) -> int:
    """The bytes of the headers of an answer, as they are sent."""
    return sum(len(name.encode("ascii")) + len(value.encode("ascii")) for name, value in answer.headers.items())


def assert_carried(answer: Answer) -> None:
    assert answer.status == 200
    assert size(answer) + LINK < CARRIED
    assert len(answer.headers) + OTHERS < LINES


LARGE: dict[str, dict[str, Any]] = {
    "many properties": {"properties": {f"property-{number:03}": "x" * 44 for number in range(128)}},
    "names to be encoded": {"properties": {"é" * 100 + str(number): "v" for number in range(17)}},
    "a description": {"properties": {"p": "x" * 7100}, "description": LONG},
    "long texts": {"name": LONG, "login_user": LONG, "os_family": LONG, "platform": LONG, "architecture": LONG},
    "texts to be encoded": {"name": "镜" * 85, "properties": {f"p{number}": "镜" * 30 for number in range(40)}},
    "a reason": {"status_reason": "x" * 500, "properties": {f"p{number}": "x" * 300 for number in range(40)}},
}
"""What other dialects, or earlier settings, can make of an image."""


@pytest.mark.parametrize("name", ["镜" * 255, "é" * 255, "😀" * 255, "x" * 255, "'" * 255, "a b" * 85])
def test_the_name_of_a_file_leaves_room_for_all_headers(name: str) -> None:
    disposition = attachment(an_image(name=name, disk_format="qcow2").file_name)

    assert len(urlencode({"response-content-disposition": disposition}, quote_via=quote)) < NAME


@pytest.mark.parametrize("fields", LARGE.values(), ids=LARGE)
def test_every_image_is_shown_and_downloaded(api: Api, t1: Caller, fields: dict[str, Any]) -> None:
    image = create(t1, RAW, b"bytes")["id"]
    stored = api.world.images.get(image)
    assert stored is not None
    api.world.images.save(stored.image, replace(stored.image, **fields))

    assert_carried(t1.head(f"/v1/images/{image}"))
    assert_carried(t1.get(f"/v1/images/{image}"))
    [listed] = t1.get("/v1/images/detail").json["images"]
    for name, value in fields.get("properties", {}).items():
        assert listed["properties"][name] == value
    if "description" in fields:
        assert listed["properties"]["description"] == LONG
    if "name" in fields:
        assert listed["name"] == fields["name"]


@pytest.mark.parametrize("fields", LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("purge", ["true", "false"])
def test_every_image_can_be_changed(api: Api, t1: Caller, fields: dict[str, Any], purge: str) -> None:
    image = api.world.images.add(an_image(**fields)).id
    headers = {**meta(min_ram="1"), "x-glance-registry-purge-props": purge}

    answer = t1.put(f"/v1/images/{image}", headers)

    assert answer.status == 200
    assert answer.json["image"]["min_ram"] == 1
    if purge == "false" and "properties" in fields:
        assert fields["properties"].items() <= answer.json["image"]["properties"].items()


def test_what_was_cut_short_changes_nothing_when_it_is_sent_back(api: Api, t1: Caller) -> None:
    image = api.world.images.add(an_image(name=LONG)).id
    shown = header_block(t1.head(f"/v1/images/{image}"))["name"]

    answer = t1.put(f"/v1/images/{image}", meta(name=shown))

    assert len(unquote(shown).encode()) <= 255
    assert (answer.status, answer.json["image"]["name"]) == (200, LONG)


def test_what_makes_an_image_smaller_is_taken(api: Api, t1: Caller) -> None:
    many = {f"p{number}": "x" * 100 for number in range(140)}
    image = api.world.images.add(an_image(properties=many)).id
    fewer = properties(**dict.fromkeys(list(many)[:120], "y" * 90))

    smaller = t1.put(f"/v1/images/{image}", fewer)
    larger = t1.put(f"/v1/images/{image}", {**properties(p0="z" * 200), "x-glance-registry-purge-props": "false"})

    assert (smaller.status, larger.status) == (200, 413)
    unseen = len(many) - 52  # 52 of these fit into headers
    assert len(smaller.json["image"]["properties"]) == 120 + unseen - (120 - 52)


def test_what_could_not_be_sent_is_refused_when_it_is_written(t1: Caller) -> None:
    many = properties(**{f"p{number:03}": "x" * 52 for number in range(128)})

    answer = t1.post("/v1/images", many)

    assert answer.status == 413
    assert says(answer, "Maximum: 7168")


def test_what_was_measured_is_left_out_last(api: Api, t1: Caller) -> None:
    many = {f"p{number}": "x" * 90 for number in range(128)}
    image = api.world.images.add(an_image(status=Status.ACTIVE, sha256="0" * 64, properties=many, size=0)).id

    block = header_block(t1.head(f"/v1/images/{image}"))

    assert (block["property-os_hash_algo"], block["property-os_hash_value"]) == ("sha256", "0" * 64)


def test_a_description_of_qingcloud_costs_no_property_of_the_image(t1: Caller, api: Api) -> None:
    image = create(t1, {**RAW, **properties(mine="x" * 6500)}, b"bytes")["id"]
    elsewhere = api.basic_caller("t1", "read_images", "create_image")
    alias_of = elsewhere.get("/v2/zone/ac1/images").json["images"][0]["image_id"]
    body = json.dumps({"image": alias_of, "description": "d" * 1000}).encode()
    assert elsewhere.put("/v2/zone/ac1/images", {"Content-Type": "application/json"}, body).status == 200

    answer = t1.head(f"/v1/images/{image}")

    assert_carried(answer)
    assert header_block(answer)["property-mine"] == "x" * 6500
    assert "property-description" not in header_block(answer)
