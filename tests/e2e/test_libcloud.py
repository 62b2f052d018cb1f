"""What a program does with images through the Scaleway driver of Apache Libcloud, at the root and behind a prefix."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.clients import Library, LibraryCaller, refusal
from tests.e2e.proxy import MOUNTS, mounted
from tests.e2e.server import Server, running_server

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("installation", ["libcloud-3.9.1"], indirect=True)]

VOLUME = "6f0c8f2e-1b7b-4f39-8f0c-3b8d9a7e4c20"
MISSING = "3b6e9a70-0f3e-4a54-9d1a-1f6f0c1c9a11"
ARM: dict[str, str] = {"arch": "arm", "volume": VOLUME}
"""What is told of the node that an image is made of."""
JSON = {"Content-Type": "application/json"}


def test_an_image_is_created_and_read_back(s1: LibraryCaller) -> None:
    created = s1.call("create_image", "my_image", **ARM)
    read = s1.call("get_image", created["id"])

    expected = {"arch": "arm", "organization": s1.tenant, "size": 50}
    assert created["name"] == "my_image"
    assert expected.items() <= created["extra"].items()
    assert read == created


def test_the_dates_of_an_image_are_those_of_its_making(s1: LibraryCaller) -> None:
    before = datetime.now(UTC)

    extra = s1.call("create_image", "my_image", **ARM)["extra"]

    assert extra["modification_date"] == extra["creation_date"]
    assert before <= datetime.fromisoformat(extra["creation_date"]) <= datetime.now(UTC)


@pytest.mark.parametrize("arch", ["arm", "arm64", "x86_64"])
def test_the_architecture_is_that_of_the_node(s1: LibraryCaller, arch: str) -> None:
    created = s1.call("create_image", "my_image", arch=arch, volume=VOLUME)

    assert created["extra"]["arch"] == arch


@pytest.mark.parametrize("name", ["My Image", "Çédille à l'œuvre", "猫 100% + 1"])
def test_a_name_is_stored_as_it_was_meant(s1: LibraryCaller, name: str) -> None:
    created = s1.call("create_image", name, **ARM)

    assert created["name"] == name
    assert [image["name"] for image in s1.call("list_images")] == [name]


def test_an_empty_list_is_empty(s1: LibraryCaller) -> None:
    assert s1.call("list_images") == []


def test_the_newest_image_is_listed_first(s1: LibraryCaller) -> None:
    made = [s1.call("create_image", name, **ARM) for name in ("first", "second", "third")]

    assert s1.call("list_images") == made[::-1]


def test_an_image_of_another_dialect_is_listed_with_its_size(s1: LibraryCaller, server: Server) -> None:
    told = {"x-image-meta-name": "of Glance", "x-image-meta-size": "2500000000"}
    server.request("s1", "POST", "/v1/images", headers=told)

    [listed] = s1.call("list_images")

    assert (listed["name"], listed["extra"]["size"]) == ("of Glance", 2)
    assert s1.call("get_image", listed["id"]) == listed


def test_a_deleted_image_is_gone(s1: LibraryCaller) -> None:
    image, other = (s1.call("create_image", name, **ARM) for name in ("deleted", "kept"))

    assert s1.call("delete_image", image["id"]) is True

    assert s1.call("list_images") == [other]
    for method in ("get_image", "delete_image"):
        with refusal("BaseHTTPError", f'"{image["id"]}"', status=404):
            s1.call(method, image["id"])


def test_a_public_image_is_everybodys_to_read(s1: LibraryCaller, s2: LibraryCaller, server: Server) -> None:
    image = s1.call("create_image", "public", **ARM)
    server.request("s1", "PUT", f"/images/{image['id']}", b'{"public": true}', JSON)

    listed = s2.call("list_images")

    assert [(it["id"], it["extra"]["organization"]) for it in listed] == [(image["id"], s1.tenant)]
    assert s2.call("get_image", image["id"]) == listed[0]
    with refusal("BaseHTTPError", status=403):
        s2.call("delete_image", image["id"])


@pytest.mark.parametrize("method", ["get_image", "delete_image"])
def test_a_private_image_is_forbidden_to_others(s1: LibraryCaller, s2: LibraryCaller, method: str) -> None:
    image = s1.call("create_image", "private", **ARM)

    with refusal("BaseHTTPError", status=403):
        s2.call(method, image["id"])

    assert s2.call("list_images") == []
    assert s1.call("list_images") == [image]


def test_an_image_is_not_made_for_another_organization(s1: LibraryCaller, s2: LibraryCaller, server: Server) -> None:
    impostor = LibraryCaller(s1.bindings, s1.endpoint, s1.token, s2.tenant)

    with refusal("BaseHTTPError", status=403):
        impostor.call("create_image", "for others", **ARM)

    assert server.images("admin") == []


@pytest.mark.parametrize(
    ("method", "arguments", "fields"),
    [
        ("list_images", [], {}),
        ("get_image", [MISSING], {}),
        ("create_image", ["name"], ARM),
        ("delete_image", [MISSING], {}),
    ],
    ids=["list", "get", "create", "delete"],
)
def test_a_wrong_token_is_refused(
    stranger: LibraryCaller, method: str, arguments: list[str], fields: dict[str, Any]
) -> None:
    with refusal("BaseHTTPError", status=401):
        stranger.call(method, *arguments, **fields)


@pytest.mark.parametrize("method", ["get_image", "delete_image"])
@pytest.mark.parametrize("unknown", [MISSING, "12345"], ids=["UUID", "number"])
def test_an_unknown_image_is_missing(s1: LibraryCaller, method: str, unknown: str) -> None:
    with refusal("BaseHTTPError", f'"{unknown}"', status=404):
        s1.call(method, unknown)


@pytest.mark.parametrize(
    ("name", "changes"),
    [("name", {"arch": "sparc"}), ("name", {"volume": "not a UUID"}), ("", {}), ("x" * 256, {})],
    ids=["architecture", "volume", "no name", "long name"],
)
def test_a_bad_image_is_refused(s1: LibraryCaller, name: str, changes: dict[str, str]) -> None:
    with refusal("BaseHTTPError", status=400):
        s1.call("create_image", name, **{**ARM, **changes})

    assert s1.call("list_images") == []


@pytest.fixture(scope="module")
def crowded_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Has 230 images of s1."""
    with running_server(tmp_path_factory.mktemp("crowded-server")) as server:
        told = {"organization": server.tenant("s1"), "name": "crowd", "arch": "arm", "root_volume": VOLUME}
        body = json.dumps(told).encode()
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda _: server.request("s1", "POST", "/images", body, JSON), range(230)))
        assert {answer.status for answer in made} == {201}
        yield server


@pytest.mark.parametrize("where", MOUNTS)
def test_more_images_than_fit_on_a_page_are_listed_each_once(
    library: Library, crowded_server: Server, where: str
) -> None:
    expected = {image["id"] for image in crowded_server.images("s1")}
    before = len(crowded_server.answered())

    with mounted(crowded_server, where) as endpoint:
        caller = LibraryCaller(library, endpoint, crowded_server.token("s1"), crowded_server.tenant("s1"))
        listed = caller.call("list_images")

    assert len(listed) == len(expected) == 230
    assert {image["id"] for image in listed} == expected
    assert [it["route"] for it in crowded_server.answered()[before:]] == ["/images"] * 3
