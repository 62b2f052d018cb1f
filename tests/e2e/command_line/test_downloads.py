"""Downloads by the command line: whole, interrupted anywhere, resumed, and refused."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.command_line.commands import MIB, CommandLine, id_in
from tests.e2e.command_line.recorder import Behaviour, Recorder
from tests.e2e.conftest import MakeFile
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

INLINE, LARGE = 1000, 3 * MIB
"""Bytes that the server sends itself, and bytes that it leaves to S3."""


def uploaded(operator: CommandLine, path: Path) -> str:
    return id_in(operator.run("image", "upload", path, "--allow-empty"))


@pytest.mark.parametrize("size", [0, INLINE, LARGE], ids=["empty", "inline", "large"])
def test_an_image_becomes_a_file(operator: CommandLine, make_file: MakeFile, size: int) -> None:
    path = make_file(size)
    image = uploaded(operator, path)

    result = operator.run("image", "download", image, "--output", "saved")

    assert (result.returncode, result.stdout) == (0, "")
    assert (operator.state / "saved").read_bytes() == path.read_bytes()
    assert files_in(operator.state) == ["saved"]


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_a_file_is_called_after_its_image_unless_it_is_named(operator: CommandLine, make_file: MakeFile) -> None:
    image = uploaded(operator, make_file(INLINE))
    (operator.state / "folder").mkdir()

    here = operator.run("image", "download", image)
    there = operator.run("image", "download", image, "--output", "folder")

    assert (here.returncode, there.returncode) == (0, 0)
    assert files_in(operator.state) == [f"{image}.raw"]
    assert files_in(operator.state / "folder") == [f"{image}.raw"]


@pytest.mark.parametrize("size", [INLINE, LARGE], ids=["inline", "large"])
def test_an_image_goes_to_a_pipe(operator: CommandLine, make_file: MakeFile, size: int) -> None:
    path = make_file(size)
    image = uploaded(operator, path)

    piped = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-m", "rosetta", "image", "download", image, "--output", "-"],
        env=operator.environment,
        capture_output=True,
        check=True,
    )

    assert piped.stdout == path.read_bytes()


def test_a_file_is_overwritten_only_by_force(operator: CommandLine, make_file: MakeFile) -> None:
    path = make_file(INLINE)
    image = uploaded(operator, path)
    saved = operator.state / "saved"
    saved.write_text("precious")

    refused = operator.run("image", "download", image, "--output", saved)
    kept = saved.read_text()
    forced = operator.run("image", "download", image, "--output", saved, "--force")

    assert (refused.returncode, kept) == (1, "precious")
    assert refused.stderr == f"Error: {saved} already exists: pass --force to overwrite it\n"
    assert forced.returncode == 0
    assert saved.read_bytes() == path.read_bytes()


def test_a_device_is_not_replaced_even_by_force(operator: CommandLine, make_file: MakeFile) -> None:
    image = uploaded(operator, make_file(INLINE))

    result = operator.run("image", "download", image, "--output", "/dev/full", "--force")

    assert (result.returncode, result.stderr) == (1, "Error: /dev/full is not a regular file\n")


def test_a_download_that_breaks_off_goes_on_by_itself(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile
) -> None:
    path = make_file(LARGE)
    image = uploaded(recorded, path)
    recorder.behaviour = Behaviour(cut=MIB)

    result = recorded.run("image", "download", image, "--output", "saved")

    assert result.returncode == 0, result.stderr
    assert (recorded.state / "saved").read_bytes() == path.read_bytes()
    assert recorder.behaviour.ranges == ["", f"bytes={MIB}-", f"bytes={2 * MIB}-"]


def test_a_killed_download_is_resumed(recorded: CommandLine, recorder: Recorder, make_file: MakeFile) -> None:
    path = make_file(LARGE)
    image = uploaded(recorded, path)
    (recorded.state / f"saved.{image}.part").write_bytes(path.read_bytes()[:MIB])
    recorder.behaviour = Behaviour()

    result = recorded.run("image", "download", image, "--output", "saved")

    assert "Resuming: 1.0 MiB of 3.0 MiB are already downloaded." in result.stderr
    assert recorder.behaviour.ranges == [f"bytes={MIB}-"]
    assert (recorded.state / "saved").read_bytes() == path.read_bytes()
    assert files_in(recorded.state) == ["saved"]


def test_an_interrupted_download_keeps_what_arrived(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile
) -> None:
    path = make_file(LARGE)
    image = uploaded(recorded, path)
    recorder.behaviour = Behaviour(cut=MIB)
    with recorded.started("image", "download", image, "--output", "saved") as process:
        recorder.behaviour.wait_for(lambda behaviour: len(behaviour.ranges) == 2)
        process.send_signal(signal.SIGINT)
        interrupted = recorded.ended(process)
    recorder.behaviour = Behaviour()

    resumed = recorded.run("image", "download", image, "--output", "saved")

    assert interrupted.returncode == 130
    assert interrupted.stderr.splitlines()[-1].startswith("Interrupted. ")
    assert recorder.behaviour.ranges[0].startswith("bytes=")
    assert resumed.returncode == 0
    assert (recorded.state / "saved").read_bytes() == path.read_bytes()


def test_what_the_server_sends_itself_is_begun_anew(operator: CommandLine, make_file: MakeFile) -> None:
    path = make_file(INLINE)
    image = uploaded(operator, path)
    (operator.state / f"saved.{image}.part").write_bytes(path.read_bytes()[:100])

    result = operator.run("image", "download", image, "--output", "saved")

    assert result.returncode == 0, result.stderr
    assert (operator.state / "saved").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("there", [b"wrong", b"w" * (LARGE + 1)], ids=["wrong", "too-long"])
def test_what_is_there_counts_only_if_the_whole_has_the_right_md5(
    operator: CommandLine, make_file: MakeFile, there: bytes
) -> None:
    path = make_file(LARGE)
    image = uploaded(operator, path)
    (operator.state / f"saved.{image}.part").write_bytes(there)

    results = [operator.run("image", "download", image, "--output", "saved") for _ in range(2)]

    assert (operator.state / "saved").read_bytes() == path.read_bytes()
    assert files_in(operator.state) == ["saved"]
    assert [result.returncode for result in results] == ([1, 0] if there == b"wrong" else [0, 1])


def test_other_bytes_than_those_of_the_image_are_not_kept(
    operator: CommandLine, server: Server, make_file: MakeFile
) -> None:
    image = uploaded(operator, make_file(LARGE))
    with server.s3() as s3:
        [bucket] = [each["Name"] for each in s3.list_buckets()["Buckets"]]
        [key] = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"] if image in each["Key"]]
        s3.put_object(Bucket=bucket, Key=key, Body=os.urandom(LARGE))

    result = operator.run("image", "download", image, "--output", "saved")

    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == f"Error: checksum mismatch for image {image}"
    assert files_in(operator.state) == []


def test_a_full_disk_is_one_line_and_what_arrived_is_kept(operator: CommandLine, make_file: MakeFile) -> None:
    path = make_file(LARGE)
    image = uploaded(operator, path)
    ours = resource.getrlimit(resource.RLIMIT_FSIZE)

    with operator.started("image", "download", image, "--output", "saved") as process:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (MIB, ours[1]))
        result = operator.ended(process)
    kept = (operator.state / f"saved.{image}.part").stat().st_size
    resumed = operator.run("image", "download", image, "--output", "saved")

    reason = "File too large; the partial download is kept there"
    assert (result.returncode, kept) == (1, MIB)
    assert result.stderr.splitlines()[-1] == f"Error: saved.{image}.part: {reason}"
    assert resumed.returncode == 0
    assert (operator.state / "saved").read_bytes() == path.read_bytes()


def test_a_pipe_that_is_full_is_one_line(operator: CommandLine, make_file: MakeFile) -> None:
    image = uploaded(operator, make_file(INLINE))

    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(  # noqa: S603  # our own words
            [sys.executable, "-m", "rosetta", "image", "download", image, "--output", "-"],
            env=operator.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (result.returncode, result.stderr) == (1, "Error: No space left on device\n")


def test_whoever_reads_no_further_is_no_error(operator: CommandLine, make_file: MakeFile) -> None:
    image = uploaded(operator, make_file(LARGE))
    command = f"{sys.executable} -m rosetta image download {image} --output - | head -c 5"
    shell = shutil.which("sh") or "sh"

    result = subprocess.run(  # noqa: S603  # our own words
        [shell, "-c", command], env=operator.environment, capture_output=True, check=False
    )

    assert len(result.stdout) == 5
    assert b"Error" not in result.stderr
    assert b"Traceback" not in result.stderr


def test_an_image_without_bytes_cannot_be_downloaded(operator: CommandLine, server: Server) -> None:
    answer = server.request("t1", "POST", "/v1/images", headers={"x-image-meta-name": "queued"})
    assert answer.status == 202
    [image] = operator.json("image", "list")

    result = operator.run("image", "download", image["id"])

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"Error: image {image['id']} is queued: there is nothing to download\n"


def test_an_image_of_others_cannot_be_downloaded(operator: CommandLine, server: Server, make_file: MakeFile) -> None:
    image = uploaded(operator, make_file(INLINE))
    other = CommandLine(server.url, server.token("t2"), operator.state)

    result = other.run("image", "download", image)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"Error: no image {image} that you can see\n"


def test_a_person_sees_a_bar(operator: CommandLine, make_file: MakeFile) -> None:
    image = uploaded(operator, make_file(LARGE))

    status, drawn = operator.on_terminal("image", "download", image, "--output", "saved")

    assert status == 0
    assert "Receiving" in drawn
    assert "━" in drawn
