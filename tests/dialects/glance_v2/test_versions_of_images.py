"""Changes that mean one version of an image, which no client of the original asks for."""

import json

import pytest

from tests.api import Caller
from tests.dialects.glance_v2.glance import IMAGES, create

PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


def rename(caller: Caller, image_id: str, name: str, version: str | None = None) -> int:
    """The status that a change of the name is answered."""
    headers = PATCH if version is None else {**PATCH, "If-Match": version}
    patch = [{"op": "replace", "path": "/name", "value": name}]
    return caller.request("PATCH", f"{IMAGES}/{image_id}", headers, json.dumps(patch).encode()).status


def version_of(caller: Caller, image_id: str) -> str:
    return caller.get(f"{IMAGES}/{image_id}").headers["etag"]


def test_a_change_of_the_version_that_was_seen_is_made(a: Caller) -> None:
    image_id = create(a, name="seen")["id"]
    seen = version_of(a, image_id)

    assert rename(a, image_id, "changed", seen) == 200
    assert version_of(a, image_id) != seen


@pytest.mark.parametrize("version", ['"0"', "", "1", 'W/"0", "999"'])
def test_a_change_of_another_version_is_refused(a: Caller, version: str) -> None:
    image_id = create(a, name="seen")["id"]

    assert rename(a, image_id, "changed", version) == 412
    assert a.get(f"{IMAGES}/{image_id}").json["name"] == "seen"


def test_a_deletion_of_another_version_is_refused(a: Caller) -> None:
    image_id = create(a, name="seen")["id"]
    seen = version_of(a, image_id)
    rename(a, image_id, "changed")

    assert a.delete(f"{IMAGES}/{image_id}", {"If-Match": seen}).status == 412
    assert a.delete(f"{IMAGES}/{image_id}", {"If-Match": version_of(a, image_id)}).status == 204


@pytest.mark.parametrize("version", [None, "*", '"0", {}'])
def test_any_version_may_be_meant_or_several(a: Caller, version: str | None) -> None:
    image_id = create(a, name="seen")["id"]
    meant = version and version.replace("{}", version_of(a, image_id))

    assert rename(a, image_id, "changed", meant) == 200


def test_a_patch_of_nothing_shows_the_version(a: Caller) -> None:
    image_id = create(a, name="seen")["id"]

    answer = a.request("PATCH", f"{IMAGES}/{image_id}", PATCH, b"[]")

    assert answer.headers["etag"] == version_of(a, image_id)


def test_what_is_not_seen_is_not_found_whichever_version_is_meant(a: Caller, b: Caller) -> None:
    image_id = create(a, name="seen")["id"]

    assert rename(b, image_id, "changed", '"0"') == 404
