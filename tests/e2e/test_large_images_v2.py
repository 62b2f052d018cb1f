"""Images larger than the server carries itself, by the libraries of v2: sent by our own command, or imported."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.clients import Library, LibraryCaller, install, refusal, running_library
from tests.e2e.command_line.commands import CommandLine
from tests.e2e.conftest import MakeFile
from tests.e2e.glance import RAW, download_of
from tests.e2e.openstack import OpenstackCaller, write_clouds
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

LARGE = 6 << 20
"""More than a part of the smallest size has."""


@pytest.fixture
def server(small_server: Server) -> Iterator[Server]:
    yield small_server
    small_server.forget_images()


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_library(install("glanceclient", "4.13.0"), "glanceclient_v2") as library:
        yield library


@pytest.fixture
def glance(library: Library, server: Server) -> LibraryCaller:
    return LibraryCaller(library, server.url, server.token("t1"), "t1")


@pytest.fixture
def uploaded(server: Server, make_file: MakeFile, tmp_path: Path) -> Path:
    """The file of the only image, which was sent in parts."""
    path = make_file(LARGE)
    operator = CommandLine(server.url, server.token("t1"), tmp_path)
    words = ("--name", "large", "--disk-format", "raw", "--part-size", "5M")
    assert operator.run("image", "upload", path, *words).returncode == 0
    return path


def test_case_56_an_image_that_was_sent_in_parts_is_downloaded(
    glance: LibraryCaller, server: Server, uploaded: Path, tmp_path: Path
) -> None:
    [image] = glance.call("images.list")
    clouds = write_clouds(server, tmp_path / "clouds.yaml")

    with running_library(install("openstackclient", "10.5.0"), "openstacksdk") as sdk:
        by_sdk = OpenstackCaller(sdk, clouds, "t1").sdk("download_image", image["id"])

    assert (image["status"], image["size"]) == ("active", LARGE)
    assert server.request("t1", "GET", f"/v2/images/{image['id']}/file").status == 302
    assert glance.call("images.data", image["id"]) == download_of(uploaded)
    assert by_sdk.encode("latin-1") == uploaded.read_bytes()


def send(glance: LibraryCaller, method: str, image_id: str, path: Path) -> None:
    """Have the library send a file."""
    caller = {"endpoint": glance.endpoint, "token": glance.token}
    glance.bindings.call(**caller, method=method, arguments=[image_id], file=str(path))


def test_a_server_that_is_no_function_takes_an_image_of_any_size(glance: LibraryCaller, make_file: MakeFile) -> None:
    path = make_file(LARGE)
    image_id = glance.call("images.create", name="large", **RAW)["id"]

    send(glance, "images.upload", image_id, path)

    assert glance.call("images.get", image_id)["status"] == "active"
    assert glance.call("images.data", image_id) == download_of(path)


def test_more_than_is_carried_is_not_staged_and_the_image_waits(glance: LibraryCaller, make_file: MakeFile) -> None:
    image_id = glance.call("images.create", name="large", **RAW)["id"]

    with refusal("HTTPOverLimit", "", 413):
        send(glance, "images.stage", image_id, make_file(LARGE))

    assert glance.call("images.get", image_id)["status"] == "queued"
