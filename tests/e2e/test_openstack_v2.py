"""The `openstack` command of today and openstacksdk, on images of v2, as they find them by themselves."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.clients import Library, install, running_library
from tests.e2e.conftest import MakeFile
from tests.e2e.glance import RAW
from tests.e2e.openstack import OpenstackCaller, write_clouds
from tests.e2e.server import Server
from tests.e2e.test_glance_large_images import put_elsewhere
from tests.processes import PATIENCE

pytestmark = pytest.mark.e2e

CHECKED = {**RAW, "validate_checksum": True}
FORMATS = ("--disk-format", "raw", "--container-format", "bare")


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_library(install("openstackclient", "10.5.0"), "openstacksdk") as library:
        yield library


@pytest.fixture(scope="module")
def clouds(default_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clouds(default_server, tmp_path_factory.mktemp("clouds") / "clouds.yaml")


@pytest.fixture
def t1(library: Library, clouds: Path, server: Server) -> OpenstackCaller:
    return OpenstackCaller(library, clouds, "t1")


@pytest.fixture
def t2(t1: OpenstackCaller) -> OpenstackCaller:
    return replace(t1, cloud="t2")


def digest(path: Path) -> str:
    return hashlib.sha512(path.read_bytes()).hexdigest()


def once_active(caller: OpenstackCaller, image_id: str) -> dict[str, Any]:
    """An image once its bytes have been imported."""
    deadline = time.monotonic() + PATIENCE
    while (image := caller.sdk("get_image", image_id))["status"] != "active":
        assert image["status"] in {"importing", "saving"}, image["status"]
        assert time.monotonic() < deadline
        time.sleep(0.1)
    found: dict[str, Any] = image
    return found


def test_case_175_an_image_is_created_shown_changed_saved_and_deleted(
    t1: OpenstackCaller, make_file: MakeFile, tmp_path: Path
) -> None:
    path, saved = make_file(70_000), tmp_path / "saved.raw"

    created = t1.told("image", "create", *FORMATS, "--file", str(path), "--tag", "a", "twelve trees")
    listed = t1.told("image", "list", "--long")
    t1.openstack("image", "set", "--tag", "b", "--property", "os_distro=debian", "--property", "q=1", "twelve trees")
    changed = t1.told("image", "show", "twelve trees")
    t1.openstack("image", "unset", "--tag", "a", "--property", "q", created["id"])
    unset = t1.told("image", "show", created["id"])
    t1.openstack("image", "save", "--file", str(saved), "twelve trees")
    t1.openstack("image", "delete", "twelve trees")

    assert (created["status"], created["size"], created["visibility"]) == ("active", 70_000, "shared")
    assert [(image["ID"], image["Checksum"], image["Tags"]) for image in listed] == [
        (created["id"], created["checksum"], ["a"])
    ]
    assert (sorted(changed["tags"]), changed["properties"]["q"]) == (["a", "b"], "1")
    assert (unset["tags"], "q" in unset["properties"], unset["properties"]["os_distro"]) == (["b"], False, "debian")
    assert unset["properties"]["os_hash_value"] == digest(path)
    assert saved.read_bytes() == path.read_bytes()
    assert t1.told("image", "list") == []


def test_case_176_who_sees_an_image_and_whether_it_can_be_used_is_set(t1: OpenstackCaller, make_file: MakeFile) -> None:
    t1.told("image", "create", *FORMATS, "--file", str(make_file(1000)), "golden")

    shown = []
    for words in (
        ("--private", "--deactivate"),
        ("--shared", "--activate"),
        ("--community", "--protected"),
        ("--unprotected", "--hidden"),
    ):
        t1.openstack("image", "set", *words, "golden")
        image = t1.told("image", "show", "golden")
        shown.append((image["visibility"], image["status"], image["protected"], image["properties"]["os_hidden"]))

    assert shown == [
        ("private", "deactivated", False, False),
        ("shared", "active", False, False),
        ("community", "active", True, False),
        ("community", "active", False, True),
    ]
    assert (t1.told("image", "list"), len(t1.told("image", "list", "--hidden"))) == ([], 1)


def test_case_177_an_image_is_shared_and_accepted(t1: OpenstackCaller, t2: OpenstackCaller) -> None:
    image_id = t1.told("image", "create", *FORMATS, "shared")["id"]

    t1.told("image", "add", "project", "shared", "t2")
    pending = t2.told("image", "list"), t2.told("image", "list", "--member-status", "pending")
    t2.openstack("image", "set", "--accept", image_id)
    accepted = t2.told("image", "list")
    members = t1.told("image", "member", "list", "shared")
    t1.openstack("image", "remove", "project", "shared", "t2")

    assert ([each["Name"] for each in pending[1]], pending[0]) == (["shared"], [])
    assert [each["ID"] for each in accepted] == [image_id]
    assert [(each["Member ID"], each["Status"]) for each in members] == [("t2", "accepted")]
    assert t2.told("image", "list") == []


def test_case_178_bytes_are_staged_and_imported(t1: OpenstackCaller, make_file: MakeFile) -> None:
    path = make_file(5000)

    image_id = t1.told("image", "create", *FORMATS, "--import", "--file", str(path), "imported")["id"]
    image = once_active(t1, image_id)

    assert (image["status"], image["size"], image["hash_value"]) == ("active", 5000, digest(path))


def test_case_178_bytes_are_imported_from_elsewhere(t1: OpenstackCaller, server: Server, make_file: MakeFile) -> None:
    path = make_file(5000)
    source = put_elsewhere(server, path)

    image_id = t1.told("image", "create", *FORMATS, "imported")["id"]
    begun = t1.run("image", "import", "--method", "web-download", "--uri", source, image_id)
    image = once_active(t1, image_id)

    assert (begun["status"], begun["stderr"]) == (0, "")
    assert (image["status"], image["size"], image["hash_value"]) == ("active", 5000, digest(path))


def test_case_179_the_sdk_lists_more_images_than_three_pages_have(t1: OpenstackCaller, server: Server) -> None:
    for number in range(7):
        server.request("t1", "POST", "/v1/images", headers={"x-image-meta-name": f"image {number}"})

    found = t1.sdk("images", limit=3)

    assert sorted(image["name"] for image in found) == [f"image {number}" for number in range(7)]


def test_case_179_the_sdk_creates_downloads_and_changes_tags(t1: OpenstackCaller, make_file: MakeFile) -> None:
    path = make_file(5000)

    created = t1.sdk("create_image", "golden", filename=str(path), wait=True, tags=["a"], **CHECKED)
    content = t1.sdk("download_image", created["id"]).encode("latin-1")
    changed = t1.sdk("update_image", created["id"], tags=["b", "c"], note="two words")
    again = t1.sdk("create_image", "golden", filename=str(path), wait=True, **CHECKED)

    assert content == path.read_bytes()
    assert (sorted(changed["tags"]), changed["properties"]["note"]) == (["b", "c"], "two words")
    assert again["id"] == created["id"], "it was uploaded again although its bytes are there"


ENDPOINTS: dict[str, tuple[dict[str, str], str]] = {
    "of the catalogue": ({}, "/v2/images"),
    "that ends in v2": ({"image_endpoint_override": "{url}/v2"}, "/v2/images"),
    "without a slash": ({"image_endpoint_override": "{url}"}, "/v2/images"),
    "where version 1 is asked for": ({"image_api_version": "1"}, "/v1/images/detail"),
}


@pytest.mark.parametrize(("more", "route"), ENDPOINTS.values(), ids=ENDPOINTS.keys())
def test_case_182_the_version_is_found_at_each_endpoint(
    library: Library, server: Server, tmp_path: Path, more: dict[str, str], route: str
) -> None:
    told = {name: value.format(url=server.url) for name, value in more.items()}
    path = write_clouds(server, tmp_path / "clouds.yaml", **told)
    before = len(server.answered())

    assert OpenstackCaller(library, path, "t1").sdk("images") == []

    assert route in {line["route"] for line in server.answered()[before:]}
