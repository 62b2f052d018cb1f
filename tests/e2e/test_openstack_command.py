"""The `openstack` command of python-openstackclient 4.0.2, and openstacksdk beside it, on images of v1."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from tests.api import basic
from tests.e2e.clients import Installation, Library
from tests.e2e.conftest import MakeFile
from tests.e2e.server import Server, as_sent
from tests.processes import PATIENCE

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("installation", ["openstackclient-4.0.2"], indirect=True),
]

PAGE = 25
"""Images of a page for whom names no other number."""

HINT = "Use --stdin to enable read image data from standard input\n"
"""What `image set` prints when its input is not a terminal."""

Openstack = Callable[..., Any]


@pytest.fixture
def openstack(installation: Installation, server: Server) -> Openstack:
    """Runs the command with a token and an endpoint, without a Keystone; returns the JSON document that it prints."""
    account = {"OS_AUTH_TYPE": "admin_token", "OS_ENDPOINT": f"{server.url}/v1", "OS_TOKEN": server.token("t1")}

    def run(*words: str, shows: bool = True) -> Any:
        done = command(installation, account, *words, *(("-f", "json") if shows else ()))
        assert (done.returncode, done.stderr.replace(HINT, "")) == (0, "")
        return json.loads(done.stdout) if shows else None

    return run


def command(installation: Installation, account: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**installation.environment, **account, "OS_IMAGE_API_VERSION": "1"}
    return subprocess.run(  # noqa: S603  # our own words
        [installation.program("openstack"), *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_an_image_is_created_shown_changed_saved_and_deleted(
    openstack: Openstack, make_file: MakeFile, tmp_path: Path
) -> None:
    path, saved = make_file(70_000), tmp_path / "saved.raw"

    created = openstack("image", "create", "--file", str(path), "--property", "os_distro=debian", "twelve trees")
    openstack("image", "set", "--min-ram", "64", "--property", "note=two words", created["id"], shows=False)
    by_name, by_id = openstack("image", "show", "twelve trees"), openstack("image", "show", created["id"])
    listed = openstack("image", "list", "--long")
    openstack("image", "save", "--file", str(saved), created["id"], shows=False)
    openstack("image", "delete", created["id"], shows=False)

    assert (created["status"], created["size"], created["properties"]) == ("active", 70_000, {"os_distro": "debian"})
    changed = {"min_ram": 64, "properties": {"os_distro": "debian", "note": "two words"}, "updated_at": ANY}
    assert as_sent(by_name) == as_sent({**created, **changed})
    assert {name: as_sent(by_name)[name] for name in as_sent(by_id)} == as_sent(by_id)
    assert [(entry["ID"], entry["Checksum"]) for entry in listed] == [(created["id"], created["checksum"])]
    assert saved.read_bytes() == path.read_bytes()
    assert openstack("image", "list") == []


def test_nameless_images_of_other_dialects_are_listed_beside_others(openstack: Openstack, server: Server) -> None:
    record = json.dumps({"id": "ami-1", "provider": "ec2", "remote_user": "centos"}).encode()
    headers = {**basic(server.user("t1"), server.token("t1")), "Content-Type": "application/json"}
    assert server.request("t1", "POST", "/v3/image", record, headers).status == 200
    server.request("t1", "POST", "/v1/images", headers={"x-image-meta-name": "golden"})

    assert [entry["Name"] for entry in openstack("image", "list")] == ["ami-1", "golden"]


def test_the_sdk_lists_more_images_than_a_page_has(library: Library, server: Server) -> None:
    for number in range(PAGE + 5):
        server.request("t1", "POST", "/v1/images", headers={"x-image-meta-name": f"image {number}"})
    account = {"endpoint": server.url, "user": server.user("t1"), "token": server.token("t1")}

    found = library.call(**account, method="images", arguments=[], fields={})

    assert sorted(image["name"] for image in found) == sorted(f"image {number}" for number in range(PAGE + 5))
