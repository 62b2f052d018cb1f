"""What a file is, is said before it is sent, and what the deployment would refuse is not."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chalicelib.catalog.inspection import HARMLESS, WORDS, Finding, Inspection
from rosetta.command import cli
from rosetta.looking import PACKED, description, look
from rosetta.parts import Source
from tests.cli.importing.scripted import Asked, Reply, Scripted, scripted
from tests.jobs import disks
from tests.jobs.disks import GiB, MiB, a_disk

BACKED = disks.qcow2(backing=1024)
UNSAFE = f"The image is unsafe: {WORDS[Finding.BACKING_FILE]}"
GZIP = b"\x1f\x8b\x08some bytes"
COMPRESSED = "The image is compressed by gzip. Decompress it before you upload it"
NOT_SENT = "Nothing was sent; pass --force to send it anyway."
NOTED = "This deployment records that and accepts the image."
RAW = "raw, partitioned by a GPT, with a file system (ext), 1.0 GiB virtual, in 5 bytes"
WRONG = "Declare what it is, or convert it with `qemu-img convert`"
UNSAID = "This deployment does not report whether it refuses that."
TOKEN = {"id": "0123456789ab", "user": "ann", "policies": ["create_image"]}
SENT = Reply(503, {"error": {"message": "that is far enough"}})
"""What whoever begins to send gets."""
Upload = Callable[..., Result]


class Deployment:
    """Answers who asks for its policy, and nobody else."""

    def __init__(self) -> None:
        self.current: Reply = Reply(200, {"token": TOKEN, "inspection": "enforce"})

    def policy(self, policy: Any) -> None:
        self.current = Reply(200, {"token": TOKEN, "inspection": policy})

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/v1/tokens/current":
            return self.current
        return Reply(200, {"images": []}) if asked.path == "/v1/images" else SENT


@pytest.fixture
def deployment() -> Deployment:
    return Deployment()


@pytest.fixture
def service(deployment: Deployment) -> Iterator[Scripted]:
    with scripted(deployment.answer) as service:
        yield service


@pytest.fixture
def upload(service: Scripted, tmp_path: Path) -> Upload:
    """Type `rosetta image upload` with a file of these bytes."""

    def upload(content: bytes, *words: str, name: str = "disk.img") -> Result:
        path = tmp_path / name
        path.write_bytes(content)
        environ = {"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret", "XDG_STATE_HOME": str(tmp_path / "state")}
        return CliRunner().invoke(cli, ["image", "upload", str(path), *words], env=environ)

    return upload


def sent(service: Scripted) -> bool:
    """Whether somebody began to send."""
    return bool(service.paths("HEAD"))


@pytest.mark.parametrize(
    ("found", "size", "text"),
    [
        (Inspection(("qcow2",), 10 * GiB), 5 * GiB // 4, "qcow2, 10.0 GiB virtual, in 1.2 GiB"),
        (Inspection(("raw",), GiB, None, "gpt", "ext"), 5, RAW),
        (Inspection(("iso",), MiB, partition_table="mbr"), MiB, "iso, partitioned by an MBR, 1.0 MiB"),
        (Inspection(("iso",), MiB, boot_modes=("bios", "uefi")), MiB, "iso, boots by BIOS and UEFI, 1.0 MiB"),
        (Inspection((), None, "xz"), 12, "compressed by xz, 12 bytes"),
        (Inspection(("iso", "qcow2"), None, "gzip"), 12, "iso and qcow2, compressed by gzip, 12 bytes"),
    ],
)
def test_what_was_found_is_said_in_one_line(found: Inspection, size: int, text: str) -> None:
    assert description(found, size) == text


def test_a_file_is_what_the_worker_would_find(tmp_path: Path) -> None:
    path = tmp_path / "disk"
    disk = a_disk(*disks.vhdx(100 * MiB, metadata=64 * MiB), size=80 * MiB)
    path.write_bytes(disk.read(0, disk.size))

    assert look(Source.of(path)) == Inspection(("vhdx",), 100 * MiB)


def test_a_wheel_brings_the_library_along(tmp_path: Path) -> None:
    path = tmp_path / "disk"
    path.write_bytes(BACKED)

    look(Source.of(path))
    look(Source.of(path))

    assert sys.path.count(str(PACKED)) == 1


def test_what_the_deployment_would_refuse_is_not_sent(service: Scripted, upload: Upload) -> None:
    result = upload(BACKED)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"disk.img is qcow2, 1.0 GiB virtual, in {len(BACKED)} bytes.",
        f"Error: disk.img would be refused by this deployment. {UNSAFE}. {NOT_SENT}",
    ]
    assert service.paths("GET") == ["/v1/tokens/current"]
    assert not sent(service)


@pytest.mark.parametrize("words", [("--disk-format", "raw"), ("--disk-format", "qcow2")], ids=["raw", "qcow2"])
@pytest.mark.parametrize("content", [GZIP, BACKED], ids=["gzip", "backed"])
def test_what_is_refused_is_sent_if_somebody_insists(
    service: Scripted, upload: Upload, content: bytes, words: tuple[str, ...]
) -> None:
    result = upload(content, *words, "--force")

    assert result.stderr.splitlines()[1].endswith(". Sending it anyway.")
    assert result.stderr.splitlines()[1].startswith("Warning: disk.img: The image is ")
    assert service.paths("GET") == []
    assert sent(service)


@pytest.mark.parametrize("name", ["disk.iso", "disk.qcow2"])
def test_nobody_is_asked_about_what_is_in_order(service: Scripted, upload: Upload, name: str) -> None:
    result = upload(disks.qcow2(), name=name)

    assert "Warning" not in result.stderr
    assert service.paths("GET") == []
    assert sent(service)


@pytest.mark.parametrize(
    ("current", "words"),
    [
        (Reply(200, {"token": TOKEN, "inspection": "record"}), NOTED),
        (Reply(200, {"token": TOKEN, "inspection": "off"}), "This deployment does not inspect images."),
        (Reply(200, {"token": TOKEN, "inspection": ["enforce"]}), UNSAID),
        (Reply(200, {"token": TOKEN}), UNSAID),
        (Reply(401), UNSAID),
        (Reply(403), UNSAID),
        (Reply(404), UNSAID),
    ],
    ids=["record", "off", "something else", "older", "of a Keystone", "not allowed", "oldest"],
)
@pytest.mark.parametrize(
    ("content", "reason", "options"),
    [(BACKED, UNSAFE, ()), (GZIP, COMPRESSED, ("--disk-format", "raw"))],
    ids=["unsafe", "compressed"],
)
def test_who_does_not_refuse_it_is_sent_it_after_a_warning(
    deployment: Deployment,
    service: Scripted,
    upload: Upload,
    current: Reply,
    words: str,
    content: bytes,
    reason: str,
    options: tuple[str, ...],
) -> None:
    deployment.current = current

    result = upload(content, *options)

    assert result.stderr.splitlines()[1] == f"Warning: disk.img: {reason}. {words}"
    assert sent(service)


def test_a_disc_that_is_declared_raw_is_the_deployments_to_refuse(
    deployment: Deployment, service: Scripted, upload: Upload
) -> None:
    content = a_disk(disks.iso()).read(0, MiB)
    refused = upload(content, "--disk-format", "raw")
    assert not sent(service)
    deployment.policy("record")
    taken = upload(content, "--disk-format", "raw")

    reason = f"The image is iso, not raw. {WRONG}"
    assert (refused.exit_code, refused.stderr.splitlines()[-1]) == (
        1,
        f"Error: disk.img would be refused by this deployment. {reason}. {NOT_SENT}",
    )
    assert f"Warning: disk.img: {reason}. {NOTED}" in taken.stderr.splitlines()
    assert sent(service)


def test_what_does_not_fit_on_the_disk_that_is_promised_is_not_sent(
    deployment: Deployment, service: Scripted, upload: Upload
) -> None:
    reason = "The disk of the image has 3 GB, but its min_disk is 2. Declare at least 3, or 0 for no minimum"
    content = disks.qcow2(2 * GiB + 1)

    refused = upload(content, "--min-disk", "2")
    assert not sent(service)
    deployment.policy("record")
    taken, fitting = upload(content, "--min-disk", "2"), upload(content, "--min-disk", "3")

    assert (refused.exit_code, refused.stderr.splitlines()[-1]) == (
        1,
        f"Error: disk.img would be refused by this deployment. {reason}. {NOT_SENT}",
    )
    assert f"Warning: disk.img: {reason}. {NOTED}" in taken.stderr.splitlines()
    assert "Warning" not in fitting.stderr


@pytest.mark.parametrize("policy", ["enforce", "off", "record"])
@pytest.mark.parametrize(
    ("content", "declared", "reason"),
    [
        (disks.qcow2(), "raw", f"The image is qcow2, not raw. {WRONG}"),
        (b"text", "qcow2", f"The image is raw, not qcow2. {WRONG}"),
        (BACKED, "vmdk", f"The image is qcow2, not vmdk. {WRONG}"),
        (GZIP, "qcow2", COMPRESSED),
    ],
    ids=["qcow2", "text", "unsafe", "gzip"],
)
def test_a_format_that_is_wrong_is_wrong_usage_whatever_the_deployment_does(
    deployment: Deployment,
    service: Scripted,
    upload: Upload,
    policy: str,
    content: bytes,
    declared: str,
    reason: str,
) -> None:
    deployment.policy(policy)

    result = upload(content, "--disk-format", declared)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == f"Error: disk.img: {reason}. {NOT_SENT}"
    assert service.asked == []


def test_what_is_odd_and_harmless_is_a_note(service: Scripted, upload: Upload) -> None:
    result = upload(disks.qcow2(snapshots=1))

    assert f"Note: disk.img: {WORDS[Finding.SNAPSHOTS]}." in result.stderr.splitlines()
    assert "Warning" not in result.stderr
    assert Finding.SNAPSHOTS in HARMLESS
    assert sent(service)


def test_what_can_be_read_as_several_formats_is_unsafe_whichever_is_declared(service: Scripted, upload: Upload) -> None:
    iso = a_disk((0, disks.qcow2()), disks.iso()).read(0, MiB)

    result = upload(iso, "--disk-format", "iso")

    assert result.exit_code == 1
    assert f"The image is unsafe: {WORDS[Finding.SEVERAL_FORMATS]}. {NOT_SENT}" in result.stderr
    assert not sent(service)


def test_what_is_damaged_is_said_to_be(service: Scripted, upload: Upload) -> None:
    result = upload(disks.qcow2()[:40], name="damaged.qcow2")

    assert result.stderr.splitlines()[0] == "damaged.qcow2 is qcow2, 40 bytes."
    assert f"The image is unsafe: {WORDS[Finding.UNINSPECTABLE]}. {NOT_SENT}" in result.stderr
    assert not sent(service)


def test_what_is_in_another_container_may_be_anything(service: Scripted, upload: Upload) -> None:
    result = upload(bytes(257) + b"ustar", "--disk-format", "vmdk", "--container-format", "ova", name="disk.ova")

    assert "Warning" not in result.stderr
    assert sent(service)


def test_a_file_by_a_hostile_name_commands_no_terminal(upload: Upload) -> None:
    result = upload(BACKED, name="disk\x1b[31m.img")

    assert "\x1b" not in result.stderr


def test_what_is_created_of_a_file_is_looked_at_as_well(service: Scripted, tmp_path: Path) -> None:
    (tmp_path / "disk.img").write_bytes(BACKED)
    environ = {"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret", "XDG_STATE_HOME": str(tmp_path / "state")}
    words = ["image", "create", "x", "--file", str(tmp_path / "disk.img")]

    refused = CliRunner().invoke(cli, words, env=environ)
    asked_before = sent(service)
    CliRunner().invoke(cli, [*words, "--force"], env=environ)

    assert (refused.exit_code, asked_before, sent(service)) == (1, False, True)
    assert UNSAFE in refused.stderr


def test_only_a_file_is_sent_by_force() -> None:
    result = CliRunner().invoke(cli, ["image", "create", "x", "--force"])

    assert result.exit_code == 2
    assert "--force requires --file" in result.stderr


def test_what_comes_through_a_pipe_is_not_touched(service: Scripted, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    environ = {"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"}

    result = CliRunner().invoke(cli, ["image", "upload", str(tmp_path / "pipe")], env=environ)

    assert (result.exit_code, result.stderr) == (1, f"Error: {tmp_path / 'pipe'} is not a regular file\n")
