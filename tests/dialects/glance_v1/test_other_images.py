"""Images that other dialects have registered, as they are listed, found, shown and changed here."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.api import ORDINARY, Api, Caller, a_caller, basic
from tests.dialects.glance_v1.glance import create, header_block, ids, listed_one, meta, record
from tests.dialects.glance_v1.glance_more import listed_names
from tests.factories import an_image

JSON = {"Content-Type": "application/json"}
KEPT = {"x-glance-registry-purge-props": "false"}
DETAIL = "/v1/images/detail"


@pytest.fixture
def devops(api: Api) -> Caller:
    """A caller of devops-service in the tenant t1, where names are optional."""
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY, user="ann"))
    return Caller(api, basic("ann", secret))


def registered(devops: Caller, image_id: str, **fields: Any) -> None:
    """Register an image through devops-service."""
    body = {"id": image_id, "provider": "ec2", "remote_user": "root", **fields}
    answer = devops.post("/v3/image", JSON, json.dumps(body).encode())
    assert answer.status == 200, answer.text


def test_an_image_that_another_dialect_has_not_named_is_called_by_its_id_there(devops: Caller, t1: Caller) -> None:
    registered(devops, "ami-1")

    image = listed_one(t1)

    assert image["name"] == "ami-1"
    assert [brief["name"] for brief in t1.get("/v1/images").json["images"]] == ["ami-1"]
    assert header_block(t1.head(f"/v1/images/{image['id']}"))["name"] == "ami-1"
    assert devops.get("/v3/image/ami-1").json["name"] == ""


@pytest.mark.parametrize("name", [None, ""])
def test_a_captured_image_without_a_name_is_called_by_the_id_it_was_given(
    api: Api, t1: Caller, name: str | None
) -> None:
    api.world.images.add(an_image(number=1, aliases={"qingcloud": "img-0A1B2C3D"}, name=name))

    assert listed_one(t1)["name"] == "img-0A1B2C3D"


def test_an_image_is_called_by_its_name_if_it_has_one(devops: Caller, t1: Caller) -> None:
    registered(devops, "ami-1", name="centos")

    assert listed_one(t1)["name"] == "centos"
    assert listed_names(t1.get(f"{DETAIL}?name=ami-1")) == []


def test_an_image_that_was_registered_here_without_a_name_has_none(t1: Caller) -> None:
    image = create(t1)

    assert image["name"] is listed_one(t1)["name"] is None
    assert "name" not in header_block(t1.head(f"/v1/images/{image['id']}"))


def test_a_name_that_another_dialect_took_away_is_empty(devops: Caller, t1: Caller) -> None:
    image = create(t1, meta(name="cirros"))

    answer = devops.put(f"/v3/image/{image['id']}", JSON, b'{"name": null}')

    assert answer.status == 200
    assert listed_one(t1)["name"] == ""
    assert devops.get(f"/v3/image/{image['id']}").json["name"] == ""


def test_a_name_that_qingcloud_took_away_is_empty(api: Api, t1: Caller) -> None:
    image = create(t1, meta(name="cirros"))
    body = json.dumps({"image": image["id"], "image_name": ""}).encode()
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY))

    answer = api.anonymous().put("/v2/zone/ac1/images", {**JSON, "Authorization": f"Bearer {secret}"}, body)

    assert answer.status == 200
    assert listed_one(t1)["name"] == ""


def test_below_a_compute_resource_several_images_may_have_lost_their_names(api: Api, devops: Caller) -> None:
    lost = [
        api.world.images.add(an_image(number=place, name=f"{place}", compute_resource=1)).id for place in range(1, 3)
    ]

    answers = [devops.put(f"/v3/image/{image_id}", JSON, b'{"name": ""}').status for image_id in lost]

    assert answers == [200, 200]


@pytest.mark.parametrize("more", ["", "&sort_key=name", "&sort_key=size&sort_dir=asc", "&changes-since=2026-01-01"])
def test_an_image_is_found_by_what_it_is_called(devops: Caller, t1: Caller, more: str) -> None:
    registered(devops, "ami-1")
    registered(devops, "ami-2", name="other")
    named = create(t1, meta(name="ami-1"))
    create(t1)

    found = t1.get(f"{DETAIL}?name=ami-1{more}")

    assert listed_names(found) == ["ami-1", "ami-1"]
    assert named["id"] in ids(found)


@pytest.mark.parametrize("more", ["", "&changes-since=2026-01-01"])
def test_images_are_in_the_order_of_what_they_are_called(devops: Caller, t1: Caller, more: str) -> None:
    registered(devops, "b")
    for name in ("c", "a"):
        create(t1, meta(name=name))

    whole = t1.get(f"{DETAIL}?sort_key=name&sort_dir=asc{more}")
    rest = t1.get(f"{DETAIL}?sort_key=name&sort_dir=asc&marker={ids(whole)[1]}{more}")

    assert listed_names(whole) == ["a", "b", "c"]
    assert listed_names(rest) == ["c"]


def test_what_an_image_is_called_does_not_become_its_name_when_it_is_sent_back(
    api: Api, devops: Caller, t1: Caller
) -> None:
    registered(devops, "ami-1")
    image = listed_one(t1)

    answer = t1.put(f"/v1/images/{image['id']}", {**meta(name="ami-1", min_disk="4"), **KEPT})

    assert answer.status == 200
    assert (answer.json["image"]["name"], answer.json["image"]["min_disk"]) == ("ami-1", 4)
    assert record(api, image["id"]).name is None
    assert devops.get("/v3/image/ami-1").json["name"] == ""


def test_an_image_can_be_named_here(devops: Caller, t1: Caller) -> None:
    registered(devops, "ami-1")
    image = listed_one(t1)

    answer = t1.put(f"/v1/images/{image['id']}", {**meta(name=quote("named here")), **KEPT})

    assert answer.json["image"]["name"] == "named here"
    assert devops.get("/v3/image/ami-1").json["name"] == "named here"
    assert listed_names(t1.get(f"{DETAIL}?name=ami-1")) == []
