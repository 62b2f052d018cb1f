"""Files that a deployment would refuse: nothing is sent of them, unless somebody insists; then the worker decides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rosetta.looking import FORCE
from tests.e2e.command_line.commands import CommandLine
from tests.e2e.command_line.recorder import Recorder
from tests.e2e.server import Server, running_server
from tests.jobs import disks

pytestmark = pytest.mark.e2e

REASON = "The image is unsafe: it needs a backing file, which is not part of it. Flatten it with `qemu-img convert`"


@pytest.fixture(scope="module")
def enforcing_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("enforcing-server")
    with running_server(folder, MAX_INLINE_BYTES="65536", INSPECTION="enforce") as server:
        yield server


@pytest.fixture
def server(enforcing_server: Server) -> Iterator[Server]:
    """It refuses what is unsafe."""
    yield enforcing_server
    enforcing_server.forget_images()


@pytest.fixture
def backed(tmp_path: Path) -> Path:
    """A qcow2 with a backing file."""
    path = tmp_path / "web.qcow2"
    path.write_bytes(disks.qcow2(backing=1024) + bytes(100_000))
    return path


def test_not_a_byte_is_sent_of_what_would_be_refused(recorded: CommandLine, recorder: Recorder, backed: Path) -> None:
    result = recorded.run("image", "upload", backed)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.splitlines()[0].startswith("web.qcow2 is qcow2, 1.0 GiB virtual, in ")
    assert result.stderr.splitlines()[-1] == f"Error: web.qcow2 would be refused by this deployment. {REASON}. {FORCE}"
    assert [line.split()[:2] for line in recorder.behaviour.seen] == [["GET", "/v1/tokens/current"]]
    assert recorder.behaviour.parts == []
    assert recorded.json("image", "list") == []
    assert recorded.records == []


def test_the_worker_kills_what_was_sent_by_force_for_the_same_reason(
    recorded: CommandLine, recorder: Recorder, backed: Path
) -> None:
    result = recorded.run("image", "upload", backed, "--force")

    assert (result.returncode, result.stdout) == (1, "")
    assert f"Warning: web.qcow2: {REASON}. Sending it anyway." in result.stderr.splitlines()
    assert result.stderr.splitlines()[-1].endswith(f"did not become active: it is killed: {REASON}")
    assert recorder.behaviour.parts == [1]
    [killed] = recorded.json("image", "list", "--status", "killed")
    assert (killed["name"], killed["properties"]["status_reason"]) == ("web", REASON)


def test_what_is_sound_is_taken(operator: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "web.img"
    path.write_bytes(disks.qcow2() + bytes(100_000))

    result = operator.run("image", "upload", path)

    assert result.returncode == 0, result.stderr
    [image] = operator.json("image", "list")
    assert (image["disk_format"], image["virtual_size"], image["status"]) == ("qcow2", 1 << 30, "active")
    shown = operator.run("image", "show", image["id"]).stdout.splitlines()
    assert ["real_format", "qcow2"] in [line.split() for line in shown]
    assert operator.json("image", "list", "--real-format", "qcow2") == [image]
    assert operator.json("image", "list", "--real-format", "raw") == []
