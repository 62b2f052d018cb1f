"""What the worker has found in the bytes of an image decides what may be said of it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.api import Api
from tests.conftest import MakeApi
from tests.dialects.glance_v1.glance import create, meta, record, says

GIGABYTE = 1 << 30


def inspected(api: Api, **facts: Any) -> str:
    """An image that looks as if the worker had read it."""
    image_id: str = create(api.caller("t1"), data=b"bytes")["id"]
    image = record(api, image_id)
    found = {"inspection": {"formats": ["raw"]}, "virtual_size": 2 * GIGABYTE + 1}
    api.world.images.save(image, replace(image, **{**found, **facts}))
    return f"/v1/images/{image_id}"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            meta(min_disk="2"),
            "Invalid value for min_disk: the disk of the image has 3 GB. Declare at least that, or 0 for no minimum",
        ),
        (meta(disk_format="qcow2"), "Invalid value for disk_format: The image is raw, not qcow2."),
    ],
    ids=["min_disk", "disk_format"],
)
def test_an_image_is_not_declared_what_it_is_known_not_to_be(
    make_api: MakeApi, changes: dict[str, str], reason: str
) -> None:
    api = make_api(INSPECTION="enforce")
    path = inspected(api)

    answer = api.caller("t1").put(path, changes)

    assert (answer.status, says(answer, reason)) == (400, True)


@pytest.mark.parametrize("inspection", ["record", "off"])
def test_an_image_may_be_declared_anything_where_nothing_is_enforced(make_api: MakeApi, inspection: str) -> None:
    api = make_api(INSPECTION=inspection)
    path = inspected(api)

    assert api.caller("t1").put(path, {**meta(min_disk="2"), **meta(disk_format="qcow2")}).status == 200


def test_what_fits_may_be_declared(make_api: MakeApi) -> None:
    api = make_api(INSPECTION="enforce")
    path = inspected(api, inspection={"formats": ["luks"]})

    answers = [api.caller("t1").put(path, headers).status for headers in (meta(min_disk="3"), meta(min_disk="0"))]

    assert answers == [200, 200]


def test_what_is_unknown_may_be_declared_anything(make_api: MakeApi) -> None:
    api = make_api(INSPECTION="enforce")
    path = inspected(api, inspection={"formats": ["tar"]}, container_format="ova", virtual_size=None)

    assert api.caller("t1").put(path, {**meta(min_disk="1"), **meta(disk_format="vmdk")}).status == 200


def test_a_virtual_size_that_was_found_stays(api: Api) -> None:
    path = inspected(api)

    changed = api.caller("t1").put(path, meta(virtual_size="1"))
    same = api.caller("t1").put(path, meta(virtual_size=str(2 * GIGABYTE + 1)))

    assert (changed.status, says(changed, "Forbidden to modify 'virtual_size' of active image")) == (403, True)
    assert same.status == 200
