"""Changes of images that were registered through other dialects (wire §7 and §11)."""

from typing import Any

import pytest

from chalicelib.catalog.image import Status, Visibility
from tests.api import Api, Caller
from tests.dialects.scaleway.scaleway import (
    ANOTHER_VOLUME,
    ORG_A,
    ORG_B,
    assert_error,
    image_of,
    listed_ids,
    path_of,
    put,
    register,
    send_json,
    share,
    show,
    stored,
)

OTHERS = pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": "cirros", "architecture": "amd64"},
        {"name": "cirros", "architecture": "armv7l", "status": Status.ACTIVE, "size": 2**40},
        {"name": "cirros", "architecture": "i386"},
        {"name": "cirros", "architecture": None, "protected": True},
        {"name": None, "architecture": "aarch64", "status": Status.DEACTIVATED},
        {"name": None, "status": Status.KILLED},
        {"name": "cirros", "description": "kept", "properties": {"distro": "arch"}, "login_user": "root"},
    ],
    ids=["bare", "amd64", "armv7l", "i386", "protected", "nameless", "killed", "described"],
)
KEPT = ("name", "architecture", "status", "visibility", "protected", "size", "description", "properties", "login_user")


def canonical(api: Api, image: dict[str, Any]) -> dict[str, Any]:
    """What other dialects know of an image."""
    found = stored(api, image["id"])
    return {field: getattr(found, field) for field in KEPT}


@OTHERS
def test_an_image_is_sent_back_as_it_is_shown(api: Api, a: Caller, fields: dict[str, Any]) -> None:
    image = show(a, register(api, **fields))

    answer = put(a, image, image)

    after = image_of(answer)
    assert answer.status == 200
    assert after == {**image, "modification_date": after["modification_date"]}
    assert after["modification_date"] > image["modification_date"]


@OTHERS
def test_what_is_sent_back_changes_nothing_for_other_dialects(api: Api, a: Caller, fields: dict[str, Any]) -> None:
    image = show(a, register(api, **fields))
    before = canonical(api, image)

    answer = put(a, image, image)

    assert answer.status == 200
    assert canonical(api, image) == before


@OTHERS
def test_a_new_name_is_all_that_changes_for_other_dialects(api: Api, a: Caller, fields: dict[str, Any]) -> None:
    image = show(a, register(api, **fields))
    before = canonical(api, image)

    answer = put(a, image, {**image, "name": "new"})

    assert answer.status == 200
    assert image_of(answer)["name"] == "new"
    assert image_of(answer)["arch"] == image["arch"]
    assert canonical(api, image) == {**before, "name": "new"}


@OTHERS
def test_the_root_volume_that_is_shown_may_be_sent_as_its_id(api: Api, a: Caller, fields: dict[str, Any]) -> None:
    image = show(a, register(api, **fields))

    answer = put(a, image, {"root_volume": image["root_volume"]["id"]})

    assert answer.status == 200
    assert image_of(answer)["root_volume"] == image["root_volume"]


def test_a_root_volume_that_was_made_up_cannot_be_changed(api: Api, a: Caller) -> None:
    image = show(a, register(api, name="cirros"))

    answer = put(a, image, {"root_volume": ANOTHER_VOLUME})

    assert_error(answer, 400, "root_volume")
    assert show(a, image) == image


@pytest.mark.parametrize("architecture", [None, "amd64", "i386"])
def test_an_architecture_of_another_dialect_may_be_replaced(api: Api, a: Caller, architecture: str | None) -> None:
    image = show(a, register(api, architecture=architecture))

    answer = put(a, image, {**image, "arch": "arm64"})

    assert answer.status == 200
    assert image_of(answer)["arch"] == "arm64"
    assert stored(api, image["id"]).architecture == "arm64"
    assert listed_ids(a, "?arch=arm64") == [image["id"]]


@pytest.mark.parametrize(
    ("architecture", "arch"),
    [("arm", "unknown_arch"), ("amd64", "amd64"), ("i386", "ppc64le"), (None, "i386")],
    ids=["known to unknown", "not as it is shown", "another", "unknown to another"],
)
def test_an_architecture_that_is_not_shown_is_refused(api: Api, a: Caller, architecture: str | None, arch: str) -> None:
    image = show(a, register(api, architecture=architecture))

    answer = put(a, image, {**image, "arch": arch})

    assert_error(answer, 400, "arch")
    assert show(a, image) == image


def test_patch_keeps_what_is_shown_as_well(api: Api, a: Caller) -> None:
    image = show(a, register(api))
    before = canonical(api, image)

    answer = send_json(a, "PATCH", path_of(image), {**image, "name": "new"})

    assert answer.status == 200
    assert canonical(api, image) == {**before, "name": "new"}


def test_a_public_image_is_sent_back_without_the_policy_for_publishing(api: Api) -> None:
    ordinary = api.caller(ORG_A)
    image = show(ordinary, register(api, visibility=Visibility.PUBLIC))

    answer = put(ordinary, image, {**image, "name": "new"})

    assert answer.status == 200
    assert image_of(answer)["public"] is True
    assert image_of(answer)["name"] == "new"


def test_a_public_image_of_nobody_cannot_be_changed(api: Api, a: Caller) -> None:
    image = show(a, register(api, owner=None, visibility=Visibility.PUBLIC))

    assert_error(put(a, image, {"name": "mine"}), 403)
    assert_error(a.delete(path_of(image)), 403)
    assert show(a, image) == image


def test_a_protected_image_may_be_changed(api: Api, a: Caller) -> None:
    image = show(a, register(api, name="old", protected=True))

    answer = put(a, image, {"name": "new"})

    assert answer.status == 200
    assert image_of(answer)["name"] == "new"


def test_members_keep_an_image_that_is_sent_back(api: Api, a: Caller, b: Caller) -> None:
    registered = register(api)
    share(api, registered, ORG_B)
    image = show(a, registered)

    put(a, image, {**image, "name": "new"})

    assert show(b, image)["name"] == "new"
    assert listed_ids(b) == [image["id"]]
