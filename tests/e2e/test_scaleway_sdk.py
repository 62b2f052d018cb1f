"""What a program does with images through Scaleway's own scaleway-sdk, at the root and behind a prefix."""

from typing import Any

import pytest

from tests.e2e.clients import LibraryCaller, refusal
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("installation", ["scaleway_sdk-1.15.0"], indirect=True)]

VOLUME = "6f0c8f2e-1b7b-4f39-8f0c-3b8d9a7e4c20"
BOOTSCRIPT = "9a2b7c4d-5e6f-4a1b-8c9d-0e1f2a3b4c5d"
MISSING = "3b6e9a70-0f3e-4a54-9d1a-1f6f0c1c9a11"


def an_image(caller: LibraryCaller, **facts: Any) -> dict[str, Any]:
    """What has to be told of a new image, and what may be."""
    return {"organization": caller.tenant, "name": "my_image", "arch": "arm", "root_volume": VOLUME, **facts}


def make(caller: LibraryCaller, **facts: Any) -> dict[str, Any]:
    image: dict[str, Any] = caller.call("post", data=an_image(caller, **facts))["image"]
    return image


def names(listed: dict[str, Any]) -> list[str]:
    return [image["name"] for image in listed["images"]]


def test_an_image_is_made_and_read_back(s1: LibraryCaller) -> None:
    made = s1.call("post", data=an_image(s1))
    read = s1.call("get", made["image"]["id"])

    image = made["image"]
    assert made.keys() == {"image", "images"}
    assert made["images"] == image
    assert (image["name"], image["arch"], image["organization"]) == ("my_image", "arm", s1.tenant)
    assert image["root_volume"]["id"] == VOLUME
    assert read == made


def test_texts_are_stored_as_they_were_meant(s1: LibraryCaller) -> None:
    image = make(s1, name="猫 100% + Çédille")

    assert image["name"] == "猫 100% + Çédille"
    assert names(s1.call("get", name="猫 100% + Ç")) == ["猫 100% + Çédille"]


def test_what_may_be_told_of_an_image_is_kept(s1: LibraryCaller) -> None:
    image = make(s1, public=True, default_bootscript=BOOTSCRIPT, extra_volumes="[]")

    assert (image["public"], image["extra_volumes"]) == (True, {})
    assert image["default_bootscript"]["id"] == BOOTSCRIPT


def test_a_list_has_every_image_whole_and_nothing_else(s1: LibraryCaller) -> None:
    first, second = make(s1, name="first"), make(s1, name="second")

    listed = s1.call("get")

    assert listed == {"images": [second, first]}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"arch": "arm"}, ["web server", "database"]),
        ({"arch": "sparc"}, []),
        ({"name": "web server"}, ["web server"]),
        ({"name": "web"}, ["web server"]),
        ({"name": "Web"}, []),
        ({"public": True}, ["web server", "of s2"]),
        ({"public": False}, ["desktop", "database"]),
        ({"arch": "arm", "public": False}, ["database"]),
        ({"unknown": "parameter", "name": "data"}, ["database"]),
        ({}, ["web server", "desktop", "database", "of s2"]),
    ],
    ids=str,
)
def test_a_list_is_filtered(s1: LibraryCaller, s2: LibraryCaller, filters: dict[str, Any], expected: list[str]) -> None:
    make(s2, name="of s2", arch="x86_64", public=True)
    make(s1, name="database")
    make(s1, name="desktop", arch="x86_64")
    make(s1, name="web server", public=True)

    assert names(s1.call("get", **filters)) == expected


def test_a_list_is_filtered_by_organization(s1: LibraryCaller, s2: LibraryCaller) -> None:
    make(s1, name="of s1")
    make(s2, name="private of s2")
    make(s2, name="public of s2", public=True)

    assert names(s1.call("get", organization=s1.tenant)) == ["of s1"]
    assert names(s1.call("get", organization=s2.tenant)) == ["public of s2"]


def test_pages_are_read_one_by_one(s1: LibraryCaller) -> None:
    for number in range(5):
        make(s1, name=f"image {number}")

    pages = [s1.call("get", page=page, per_page=2) for page in (1, 2, 3, 4)]

    assert [names(page) for page in pages] == [["image 4", "image 3"], ["image 2", "image 1"], ["image 0"], []]


def test_an_image_is_sent_back_changed(s1: LibraryCaller) -> None:
    image = make(s1, default_bootscript=BOOTSCRIPT)

    changed = s1.call("put", image["id"], data={**image, "name": "renamed", "arch": "arm64"})

    moved = changed["image"]["modification_date"]
    assert changed["image"] == {**image, "name": "renamed", "arch": "arm64", "modification_date": moved}
    assert moved > image["modification_date"]
    assert changed["images"] == changed["image"]
    assert s1.call("get", image["id"]) == changed


def test_what_is_not_sent_stays(s1: LibraryCaller) -> None:
    image = make(s1, public=True, default_bootscript=BOOTSCRIPT)

    changed = s1.call("put", image["id"], data={"name": "renamed"})["image"]

    assert changed == {**image, "name": "renamed", "modification_date": changed["modification_date"]}


def test_a_deleted_image_is_gone(s1: LibraryCaller) -> None:
    image, other = make(s1, name="deleted"), make(s1, name="kept")

    assert s1.call("delete", image["id"]) is True

    assert s1.call("get") == {"images": [other]}
    for method in ("get", "delete"):
        with refusal("HttpNotFoundError", status=404):
            s1.call(method, image["id"])


def test_a_public_image_is_everybodys_to_read_alone(s1: LibraryCaller, s2: LibraryCaller) -> None:
    image = make(s1, public=True)

    assert s2.call("get", image["id"])["image"] == image
    with refusal("HttpClientError", status=403):
        s2.call("put", image["id"], data={"name": "mine"})
    with refusal("HttpClientError", status=403):
        s2.call("delete", image["id"])
    assert s1.call("get") == {"images": [image]}


@pytest.mark.parametrize(("method", "fields"), [("get", {}), ("put", {"data": {"name": "mine"}}), ("delete", {})])
def test_a_private_image_is_forbidden_to_others(
    s1: LibraryCaller, s2: LibraryCaller, method: str, fields: dict[str, Any]
) -> None:
    image = make(s1)

    with refusal("HttpClientError", status=403):
        s2.call(method, image["id"], **fields)

    assert s1.call("get", image["id"])["image"] == image


def test_an_image_is_not_made_for_another_organization(s1: LibraryCaller, s2: LibraryCaller, server: Server) -> None:
    with refusal("HttpClientError", status=403):
        s1.call("post", data=an_image(s2))

    assert server.images("admin") == []


@pytest.mark.parametrize(
    ("method", "arguments", "fields"),
    [
        ("get", [], {}),
        ("get", [MISSING], {}),
        ("post", [], {"data": {}}),
        ("put", [MISSING], {"data": {}}),
        ("delete", [MISSING], {}),
    ],
    ids=["list", "get", "post", "put", "delete"],
)
def test_a_wrong_token_is_refused(
    stranger: LibraryCaller, method: str, arguments: list[str], fields: dict[str, Any]
) -> None:
    with refusal("HttpClientError", status=401):
        stranger.call(method, *arguments, **fields)


@pytest.mark.parametrize(("method", "fields"), [("get", {}), ("put", {"data": {"name": "new"}}), ("delete", {})])
@pytest.mark.parametrize("unknown", [MISSING, "12345"], ids=["UUID", "number"])
def test_an_unknown_image_is_missing(s1: LibraryCaller, method: str, fields: dict[str, Any], unknown: str) -> None:
    with refusal("HttpNotFoundError", status=404):
        s1.call(method, unknown, **fields)


@pytest.mark.parametrize(
    "facts", [{"arch": "sparc"}, {"name": ""}, {"root_volume": None}, {"public": "maybe"}, {"surprise": 1}], ids=str
)
def test_a_bad_image_is_refused(s1: LibraryCaller, facts: dict[str, Any]) -> None:
    image = make(s1)

    with refusal("HttpClientError", status=400):
        s1.call("post", data=an_image(s1, **facts))
    with refusal("HttpClientError", status=400):
        s1.call("put", image["id"], data=facts)

    assert s1.call("get") == {"images": [image]}


@pytest.mark.parametrize("asked", [{"page": 0}, {"per_page": "two"}, {"public": "maybe"}], ids=str)
def test_a_bad_list_is_refused(s1: LibraryCaller, asked: dict[str, Any]) -> None:
    with refusal("HttpClientError", status=400):
        s1.call("get", **asked)
