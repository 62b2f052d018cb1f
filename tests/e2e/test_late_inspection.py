"""Image data that a request had is looked at within a second or two, by the server as `make run` starts it."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.clients import Library, install, running_library
from tests.e2e.glance import Caller
from tests.e2e.server import Server, running_server
from tests.e2e.test_glance_v2 import CallerV2
from tests.jobs.disks import GiB, qcow2

pytestmark = pytest.mark.e2e

PATIENCE = 10
"""Seconds that it may take on a machine that is busy."""
QCOW2 = {"disk_format": "qcow2", "container_format": "bare"}
REASON = "The image is unsafe: it needs a backing file, which is not part of it. Flatten it with `qemu-img convert`"


@pytest.fixture(scope="module")
def recording_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("recording-server"), INSPECTION="record") as server:
        yield server


@pytest.fixture(scope="module")
def library_v2() -> Iterator[Library]:
    with running_library(install("glanceclient", "4.13.0"), "glanceclient_v2") as library:
        yield library


@pytest.fixture
def backed(tmp_path: Path) -> Path:
    """A qcow2 of 200 KB with a backing file."""
    path = tmp_path / "backed.qcow2"
    path.write_bytes(qcow2(backing=512).ljust(200_000, b"\0"))
    return path


def until(look: Callable[[], Mapping[str, Any]], seen: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
    """What is shown once that is to be seen."""
    deadline = time.monotonic() + PATIENCE
    while not seen(shown := look()):
        assert time.monotonic() < deadline, shown
        time.sleep(0.1)
    return shown


def is_killed(image: Mapping[str, Any]) -> bool:
    return bool(image["status"] == "killed")


def test_glances_client_of_v1_is_told_why_an_image_was_killed(t1: Caller, backed: Path) -> None:
    image = t1.send_file(backed, "images.create", name="backed", **QCOW2)

    killed = until(lambda: t1.call("images.get", image["id"]), is_killed)

    assert image["status"] == "active"
    assert killed["properties"]["status_reason"] == REASON


@pytest.mark.parametrize("which", ["default_server", "small_server"], ids=["whole", "in parts"])
def test_glances_client_of_v2_sees_an_image_killed(
    request: pytest.FixtureRequest, which: str, library_v2: Library, backed: Path
) -> None:
    server: Server = request.getfixturevalue(which)
    t1 = CallerV2(library_v2, server.url, server.token("t1"), "t1", backed.parent)
    image_id = t1.call("images.create", name="backed", **QCOW2)["id"]

    t1.upload(image_id, backed)
    killed = until(lambda: t1.call("images.get", image_id), is_killed)

    assert killed["inspection_findings"] == "backing_file"
    server.forget_images()


def test_glances_client_of_v2_sees_what_was_found_of_an_image_that_stays(
    recording_server: Server, library_v2: Library, backed: Path
) -> None:
    server = recording_server
    t1 = CallerV2(library_v2, server.url, server.token("t1"), "t1", backed.parent)
    image_id = t1.call("images.create", name="backed", min_disk=1, **QCOW2)["id"]

    t1.upload(image_id, backed)
    shown = until(lambda: t1.call("images.get", image_id), lambda image: "inspection_formats" in image)

    assert (shown["status"], shown["inspection_formats"], shown["virtual_size"]) == ("active", "qcow2", GiB)
    assert shown["inspection_findings"] == "backing_file"
