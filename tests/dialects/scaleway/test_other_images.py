"""Images that were registered through other dialects, as they are shown here (wire §11)."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from chalicelib.catalog.image import Status, Visibility
from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.scaleway.scaleway import (
    EVERY_RIGHT,
    ORG_A,
    ORG_B,
    assert_error,
    assert_well_typed,
    is_uuid,
    listed,
    listed_ids,
    path_of,
    put,
    register,
    share,
    show,
    total,
)

ARCHES = {
    "x86_64": "x86_64",
    "amd64": "x86_64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "armhf": "arm",
    "armv7l": "arm",
    "arm": "arm",
    "i386": "i386",
    "ppc64le": "ppc64le",
    "SPARC v9, big endian": "SPARC v9, big endian",
    None: "unknown_arch",
}
STATES = {
    Status.QUEUED: "creating",
    Status.UPLOADING: "creating",
    Status.SAVING: "creating",
    Status.ACTIVE: "available",
    Status.DEPRECATED: "available",
    Status.DEACTIVATED: "available",
    Status.KILLED: "error",
}
HIDDEN = [status for status in Status if status not in STATES]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": "cirros", "disk_format": "qcow2", "container_format": "bare", "properties": {"distro": "arch"}},
        {"visibility": Visibility.PUBLIC, "status": Status.ACTIVE, "size": 7, "checksum": "f" * 32},
        {
            "name": "centos",
            "description": "CentOS",
            "os_title": "CentOS 7.9",
            "login_user": "root",
            "zone": "cn-east-1",
        },
        {
            "name": "ami",
            "provider": "ec2",
            "provider_image_id": "ami-1",
            "dialect_facts": {"devops": {"bootstrap_template": "chef"}, "foreman": {"iam_role": "web"}},
        },
    ],
    ids=["bare", "of a disk", "public", "of a machine", "of a cloud"],
)
def test_an_image_of_another_dialect_is_whole_and_well_typed(api: Api, a: Caller, fields: dict[str, Any]) -> None:
    image = register(api, **fields)

    assert_well_typed(show(a, image))
    assert listed(a) == [show(a, image)]


def test_an_image_without_a_name_shows_its_id(api: Api, a: Caller) -> None:
    image = register(api, name=None)

    assert show(a, image)["name"] == image["id"]
    assert listed(a)[0]["name"] == image["id"]


def test_an_alias_is_not_an_id(api: Api, a: Caller) -> None:
    image = register(api, aliases={"other": "img-12345678"})

    assert show(a, image)["id"] == image["id"]
    assert_error(a.get("/images/img-12345678"), 404)


@pytest.mark.parametrize(("architecture", "arch"), ARCHES.items())
def test_an_architecture_is_shown_in_the_words_of_this_dialect(
    api: Api, a: Caller, architecture: str | None, arch: str
) -> None:
    image = register(api, architecture=architecture)

    assert show(a, image)["arch"] == arch


def test_the_filter_finds_the_architecture_that_is_shown(api: Api, a: Caller) -> None:
    registered = {architecture: register(api, architecture=architecture)["id"] for architecture in ARCHES}

    found = {arch: set(listed_ids(a, f"?arch={quote(arch)}")) for arch in ARCHES.values()}

    assert found == {
        arch: {image_id for architecture, image_id in registered.items() if ARCHES[architecture] == arch}
        for arch in ARCHES.values()
    }


@pytest.mark.parametrize("arch", ["amd64", "aarch64", "armhf", "armv7l", "None", "null"])
def test_the_filter_finds_no_architecture_that_is_not_shown(api: Api, a: Caller, arch: str) -> None:
    for architecture in ARCHES:
        register(api, architecture=architecture)

    answer = a.get(f"/images?arch={arch}")

    assert answer.json == {"images": []}
    assert total(answer) == 0


def test_a_filter_of_architectures_has_pages(api: Api, a: Caller) -> None:
    wanted = {register(api, architecture=each)["id"] for each in ("amd64", "x86_64", "amd64")}
    register(api, architecture="arm")

    first, second = (a.get(f"/images?arch=x86_64&per_page=2&page={page}") for page in (1, 2))

    assert (total(first), total(second)) == (3, 3)
    assert {image["id"] for image in first.json["images"] + second.json["images"]} == wanted


@pytest.mark.parametrize("size", [None, 0, 1, 5_368_709_121, 2**40], ids=["unknown", "zero", "one", "5 GB", "1 TB"])
def test_a_root_volume_is_made_up(api: Api, a: Caller, size: int | None) -> None:
    image = register(api, name="cirros", size=size, status=Status.ACTIVE)

    volume = show(a, image)["root_volume"]

    assert is_uuid(volume["id"])
    assert UUID(volume["id"]).version in {3, 5}
    assert (volume["name"], volume["size"], volume["volume_type"]) == ("cirros", size or 0, "l_ssd")


def test_a_root_volume_that_was_made_up_is_always_the_same(api: Api, a: Caller) -> None:
    image, other = register(api), register(api)

    first = show(a, image)["root_volume"]
    put(a, image, {"name": "new"})

    assert show(a, image)["root_volume"]["id"] == first["id"]
    assert first["id"] not in {image["id"], show(a, other)["root_volume"]["id"]}


@pytest.mark.parametrize(("status", "state"), STATES.items())
def test_a_status_is_shown_as_a_state(api: Api, a: Caller, status: Status, state: str) -> None:
    image = register(api, status=status)

    assert show(a, image)["state"] == state
    assert [each["state"] for each in listed(a)] == [state]


@pytest.mark.parametrize("status", HIDDEN)
def test_deleted_images_are_not_there(api: Api, a: Caller, status: Status) -> None:
    image = register(api, status=status, visibility=Visibility.PUBLIC)

    answer = a.get("/images")

    assert answer.json == {"images": []}
    assert total(answer) == 0
    assert_error(a.get(path_of(image)), 404)
    assert_error(put(a, image, {"name": "new"}), 404)
    assert_error(a.delete(path_of(image)), 404)


def test_a_shared_image_is_shown_and_stays_private(api: Api, a: Caller) -> None:
    image = register(api, owner=ORG_B, name="shared")
    share(api, image, ORG_A)

    answer = a.get("/images")

    assert show(a, image)["public"] is False
    assert answer.json == {"images": [show(a, image)]}
    assert total(answer) == 1


def test_a_shared_image_is_shown_to_its_members_only(api: Api, a: Caller, b: Caller) -> None:
    image = register(api, owner="t1")
    share(api, image, ORG_A)

    answer = b.get(path_of(image))

    assert_error(answer, 403)
    assert listed(b) == []


def test_a_shared_image_is_among_the_private_ones(api: Api, a: Caller) -> None:
    image = register(api, owner=ORG_B)
    share(api, image, ORG_A)

    assert listed_ids(a, "?public=false") == [image["id"]]
    assert listed_ids(a, "?public=true") == []


def test_an_image_that_is_shared_and_public_is_listed_once(api: Api, a: Caller) -> None:
    image = register(api, owner=ORG_B, visibility=Visibility.PUBLIC)
    share(api, image, ORG_A)

    answer = a.get("/images")

    assert [each["id"] for each in answer.json["images"]] == [image["id"]]
    assert total(answer) == 1


def test_a_member_can_neither_change_nor_delete_an_image(api: Api, a: Caller) -> None:
    image = register(api, owner=ORG_B, name="shared")
    share(api, image, ORG_A)
    before = show(a, image)

    assert_error(put(a, image, {"name": "theirs"}), 403)
    assert_error(a.delete(path_of(image)), 403)
    assert show(a, image) == before


def test_a_protected_image_cannot_be_deleted(api: Api, a: Caller) -> None:
    image = register(api, protected=True)

    answer = a.delete(path_of(image))

    assert_error(answer, 403)
    assert listed_ids(a) == [image["id"]]


def test_an_image_of_nobody_has_an_organization_too(api: Api, a: Caller) -> None:
    image = register(api, owner=None, visibility=Visibility.PUBLIC)

    shown = show(a, image)

    assert_well_typed(shown)
    assert shown["organization"] != ORG_A
    assert listed(a) == [shown]


def test_a_name_is_found_across_dialects(api: Api, a: Caller) -> None:
    image = register(api, name="cirros 0.6")
    register(api, name=None)

    assert listed_ids(a, "?name=cirros") == [image["id"]]


def test_an_image_without_a_name_is_found_by_the_one_that_is_shown(api: Api, a: Caller) -> None:
    image = register(api, name=None)
    register(api, name="cirros")

    assert listed_ids(a, f"?name={image['id']}") == [image["id"]]


def test_settings_of_the_mount_do_not_change_what_is_shown(make_api: MakeApi, api: Api, a: Caller) -> None:
    image = register(api, architecture="amd64")
    elsewhere = make_api(PUBLIC_ENDPOINT="https://cloud.example/prefix").caller(ORG_A, *EVERY_RIGHT)

    assert show(elsewhere, image) == show(a, image)
