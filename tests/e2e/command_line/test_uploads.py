"""Uploads by the command line: whole, interrupted anywhere, resumed, and refused."""

import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.command_line.commands import MIB, CommandLine, id_in, told
from tests.e2e.command_line.recorder import Behaviour, Recorder
from tests.e2e.conftest import MakeFile
from tests.e2e.server import Server
from tests.jobs import disks
from tests.processes import PATIENCE

pytestmark = pytest.mark.e2e

EXPIRED = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
Alter = Callable[[Path], None]


def test_a_file_becomes_an_image(operator: CommandLine, make_file: MakeFile) -> None:
    path = make_file(6 * MIB + 1)
    words = ["--name", "Größe 100%", "--property", "os-distro=a=b", "--property", "note=", "--min-disk", "2"]

    result = operator.run("image", "upload", path, *words, "--min-ram", 512, "--protected", "--part-size", "5M")

    assert result.returncode == 0, result.stderr
    assert dict(line.split() for line in result.stdout.splitlines()) == {"id": id_in(result), **told(path)}
    image = operator.json("image", "show", id_in(result))
    assert (image["name"], image["status"], image["size"]) == ("Größe 100%", "active", 6 * MIB + 1)
    assert (image["disk_format"], image["container_format"]) == ("raw", "bare")
    assert (image["min_disk"], image["min_ram"], image["protected"], image["is_public"]) == (2, 512, True, False)
    assert image["properties"]["os_distro"] == "a=b"
    assert image["checksum"] == told(path)["md5"]
    assert operator.records == []


@pytest.mark.parametrize("name", ["centos 7.9.QCOW2", "centos 7.9.img", "centos 7.9.raw"])
def test_a_name_and_a_format_come_from_the_file(operator: CommandLine, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(disks.qcow2())

    image = operator.json("image", "show", id_in(operator.run("image", "upload", path)))

    assert (image["name"], image["disk_format"]) == ("centos 7.9", "qcow2")


def test_a_file_that_is_not_what_is_declared_is_not_sent(operator: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(b"KDMV\1\0\0\0")

    result = operator.run("image", "upload", path, "--disk-format", "raw")

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith("Error: disk.img: The image is vmdk, not raw. Declare what it is")
    assert operator.json("image", "list") == []


def test_a_file_name_that_is_no_text_is_no_obstacle(operator: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.raw")
    path.write_bytes(b"some bytes")

    image = operator.json("image", "show", id_in(operator.run("image", "upload", path)))

    assert image["name"] == "caf\N{REPLACEMENT CHARACTER}"


def test_an_empty_file_becomes_an_empty_image(operator: CommandLine, make_file: MakeFile) -> None:
    result = operator.run("image", "upload", make_file(0), "--allow-empty")

    assert result.returncode == 0, result.stderr
    image = operator.json("image", "show", id_in(result))
    assert (image["status"], image["size"]) == ("active", 0)
    assert operator.records == []


def test_only_who_may_publish_uploads_a_public_image(
    server: Server, operator: CommandLine, make_file: MakeFile
) -> None:
    publisher = CommandLine(server.url, server.token("s1"), operator.state)

    refused = operator.run("image", "upload", make_file(10), "--public")
    published = publisher.run("image", "upload", make_file(10), "--public")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[-1].startswith("Error: 403: ")
    assert publisher.json("image", "show", id_in(published))["is_public"] is True


def test_a_killed_upload_is_resumed(recorded: CommandLine, recorder: Recorder, make_file: MakeFile) -> None:
    path = make_file(100_000_000)
    words = ("image", "upload", path, "--part-size", "8M")
    first = recorder.behaviour = Behaviour(allowed=5)
    with recorded.started(*words) as process:
        first.wait_for(lambda behaviour: len(behaviour.parts) == 5)
        time.sleep(0.5)  # the five are answered
        process.send_signal(signal.SIGKILL)
        process.wait()
    [record] = recorded.records
    second = recorder.behaviour = Behaviour()

    result = recorded.run(*words)

    assert result.returncode == 0, result.stderr
    assert sorted(first.parts + second.parts) == list(range(1, 13))
    assert "Resuming: 5 of 12 parts are already uploaded." in result.stderr
    assert "Reading" not in result.stderr
    assert told(path).items() <= dict(line.split() for line in result.stdout.splitlines()).items()
    assert not record.exists()
    assert [image["id"] for image in recorded.json("image", "list")] == [id_in(result)]


def test_a_second_upload_of_the_file_says_who_is_at_it_and_changes_nothing(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile
) -> None:
    path = make_file(100_000_000)
    words = ("image", "upload", path, "--part-size", "8M")
    first = recorder.behaviour = Behaviour(allowed=5)
    with recorded.started(*words) as process:
        first.wait_for(lambda behaviour: len(behaviour.parts) == 5)
        second = recorded.run(*words)
        process.send_signal(signal.SIGKILL)
        process.wait()
    recorder.behaviour = Behaviour()
    third = recorded.run(*words)

    assert (second.returncode, second.stdout) == (1, "")
    assert f"{path.name} is already being uploaded by process {process.pid}" in second.stderr
    assert third.returncode == 0, third.stderr
    assert [image["id"] for image in recorded.json("image", "list")] == [id_in(third)]


def test_what_is_remembered_is_for_its_owner_alone_and_holds_no_secret(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile
) -> None:
    recorder.behaviour = Behaviour(allowed=0)
    with recorded.started("image", "upload", make_file(1000)):
        recorder.behaviour.wait_for(lambda behaviour: any("/uploads" in line for line in behaviour.seen))
        [record] = recorded.records

        text, mode = record.read_text("utf-8"), record.stat().st_mode & 0o777

    assert mode == 0o600
    assert recorded.token not in text
    assert "X-Amz-" not in text


def test_an_interrupted_upload_says_that_it_can_be_resumed(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile
) -> None:
    path = make_file(12 * MIB)
    words = ("image", "upload", path, "--part-size", "5M", "--parallel", 1)
    recorder.behaviour = Behaviour(allowed=1)
    with recorded.started(*words) as process:
        recorder.behaviour.wait_for(lambda behaviour: len(behaviour.parts) == 1)
        time.sleep(0.5)  # it is answered
        process.send_signal(signal.SIGINT)
        interrupted = recorded.ended(process)
    recorder.behaviour = Behaviour()
    resumed = recorded.run(*words)

    assert interrupted.returncode == 130
    assert interrupted.stderr.splitlines()[-1] == "Interrupted. Run the same command to resume."
    assert "Resuming: 1 of 3 parts are already uploaded." in resumed.stderr
    assert recorder.behaviour.parts == [2, 3]


def rewritten(path: Path) -> None:
    path.write_bytes(b"other" * 3 * MIB)


def touched(path: Path) -> None:
    path.touch()


@pytest.mark.parametrize("alter", [rewritten, touched])
def test_a_file_that_has_changed_is_uploaded_anew(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile, alter: Alter
) -> None:
    path = make_file(12 * MIB)
    recorder.behaviour = Behaviour(allowed=1)
    break_off(recorded, recorder, "image", "upload", path, "--part-size", "5M")

    alter(path)
    result = recorded.run("image", "upload", path, "--part-size", "5M")

    assert result.returncode == 0, result.stderr
    assert f"Starting over: {path.name} has changed since the upload began." in result.stderr
    assert sorted(recorder.behaviour.parts) == [1, 2, 3]
    assert [image["checksum"] for image in recorded.json("image", "list")] == [told(path)["md5"]]


def test_another_part_size_begins_anew_and_none_keeps_the_one_before(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile
) -> None:
    path = make_file(12 * MIB)
    for size in ("5M", "6M"):
        recorder.behaviour = Behaviour(allowed=1)
        break_off(recorded, recorder, "image", "upload", path, "--part-size", size)

    result = recorded.run("image", "upload", path)

    assert "Resuming: 1 of 2 parts are already uploaded." in result.stderr
    assert len(recorded.json("image", "list")) == 1


def break_off(command_line: CommandLine, recorder: Recorder, *words: object) -> None:
    """Kill a command when it has sent what it may; afterwards everything passes."""
    behaviour = recorder.behaviour
    with command_line.started(*words) as process:
        behaviour.wait_for(lambda behaviour: len(behaviour.parts) == behaviour.allowed)
        time.sleep(0.5)  # they are answered
        process.kill()
    recorder.behaviour = Behaviour()


def test_new_metadata_count_when_an_upload_is_resumed(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile
) -> None:
    path = make_file(12 * MIB)
    recorder.behaviour = Behaviour(allowed=1)
    break_off(recorded, recorder, "image", "upload", path, "--part-size", "5M", "--name", "before", "--property", "a=1")

    result = recorded.run("image", "upload", path, "--name", "after", "--property", "a=2")

    image = recorded.json("image", "show", id_in(result))
    assert "Resuming: 1 of 3" in result.stderr
    assert (image["name"], image["properties"]["a"], image["status"]) == ("after", "2", "active")


def test_an_image_that_is_gone_meanwhile_is_uploaded_anew(
    recorded: CommandLine, recorder: Recorder, server: Server, make_file: MakeFile
) -> None:
    path = make_file(12 * MIB)
    recorder.behaviour = Behaviour(allowed=1)
    break_off(recorded, recorder, "image", "upload", path, "--part-size", "5M")
    server.forget_images()

    result = recorded.run("image", "upload", path)

    assert result.returncode == 0, result.stderr
    assert "Starting over: image " in result.stderr
    assert "Reading" not in result.stderr
    assert [image["id"] for image in recorded.json("image", "list")] == [id_in(result)]


def test_an_upload_that_was_finished_meanwhile_is_not_sent_again(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile, tmp_path: Path
) -> None:
    path = make_file(12 * MIB)
    recorder.behaviour = Behaviour(allowed=1)
    break_off(recorded, recorder, "image", "upload", path, "--part-size", "5M")
    [record] = recorded.records
    shutil.copy(record, tmp_path / "copy")
    finished = recorded.run("image", "upload", path)
    shutil.copy(tmp_path / "copy", record)
    recorder.behaviour = Behaviour()

    again = recorded.run("image", "upload", path)

    assert again.returncode == 0
    assert f"Image {id_in(finished)} is active already." in again.stderr
    assert again.stdout == finished.stdout
    assert (recorder.behaviour.parts, recorded.records) == ([], [])


@pytest.mark.parametrize(
    "refusals",
    [[(403, EXPIRED)], [(503, b""), (500, b"<Error><Message>We encountered an internal error</Message></Error>")]],
    ids=["expired", "unwell"],
)
def test_a_part_that_is_refused_is_sent_again_by_another_link(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile, refusals: list[tuple[int, bytes]]
) -> None:
    path = make_file(12 * MIB)
    recorder.behaviour = Behaviour(refusals=refusals)

    result = recorded.run("image", "upload", path, "--part-size", "5M")

    assert result.returncode == 0, result.stderr
    assert sorted(recorder.behaviour.parts) == [1, 2, 3]
    assert sum("/links" in line for line in recorder.behaviour.seen) >= 1


def test_a_part_that_is_refused_for_good_is_one_line(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile
) -> None:
    recorder.behaviour = Behaviour(refusals=[(403, EXPIRED)] * 99)

    result = recorded.run("image", "upload", make_file(1000))

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1] == "Error: part 1 could not be sent: 403: Request has expired"


def test_a_server_that_goes_away_in_the_middle_is_one_line_and_the_upload_resumes(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile
) -> None:
    path = make_file(12 * MIB)
    words = ("image", "upload", path, "--part-size", "5M", "--parallel", 1)
    recorder.behaviour = Behaviour(allowed=1)
    with recorded.started(*words) as process:
        recorder.behaviour.wait_for(lambda behaviour: len(behaviour.parts) == 1)
        time.sleep(0.5)  # it is answered
        recorder.behaviour = Behaviour(is_down=True)
        result = recorded.ended(process)
    recorder.behaviour = Behaviour()
    resumed = recorded.run(*words)

    assert (result.returncode, result.stdout) == (1, "")
    assert [line for line in result.stderr.splitlines() if "Error" in line] == [result.stderr.splitlines()[-1]]
    assert f"{recorder.netloc} does not answer" in result.stderr
    assert "Resuming: 1 of 3 parts are already uploaded." in resumed.stderr
    assert resumed.returncode == 0


def test_a_file_that_becomes_shorter_while_it_is_sent_is_one_line(
    recorded: CommandLine, recorder: Recorder, make_file: MakeFile
) -> None:
    path = make_file(12 * MIB)
    recorder.behaviour = Behaviour(allowed=1)
    with recorded.started("image", "upload", path, "--part-size", "5M", "--parallel", 1) as process:
        recorder.behaviour.wait_for(lambda behaviour: len(behaviour.parts) == 1)
        os.truncate(path, MIB)
        recorder.behaviour.allowed = None
        result = recorded.ended(process)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1] == f"Error: {path} changed during the upload: run the command again"


def test_without_a_place_to_remember_it_the_upload_is_done_all_the_same(
    operator: CommandLine, make_file: MakeFile
) -> None:
    result = operator.run("image", "upload", make_file(1000), XDG_STATE_HOME="/dev/null")

    assert result.returncode == 0
    assert "Warning: if interrupted, this upload cannot be resumed: " in result.stderr
    assert result.stdout


def test_a_damaged_memory_is_no_obstacle(recorded: CommandLine, recorder: Recorder, make_file: MakeFile) -> None:
    path = make_file(12 * MIB)
    recorder.behaviour = Behaviour(allowed=1)
    break_off(recorded, recorder, "image", "upload", path, "--part-size", "5M")
    [record] = recorded.records
    record.write_text('{"parts": [1', "utf-8")

    result = recorded.run("image", "upload", path)

    assert result.returncode == 0, result.stderr
    assert recorded.records == []


def test_an_upload_needs_little_memory(operator: CommandLine, make_file: MakeFile) -> None:
    path = make_file(0)
    os.truncate(path, 200 * MIB)

    with operator.started("image", "upload", path, "--part-size", "25M", "--parallel", 8) as process:
        largest = [memory_of(process.pid)]
        while process.poll() is None:
            largest.append(memory_of(process.pid))
            time.sleep(0.01)

    assert process.returncode == 0
    assert 0 < max(largest) < 100 * MIB


def memory_of(pid: int) -> int:
    """The most bytes of memory that a process had up to now; none if it has ended."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text("utf-8"), re.MULTILINE)
    return 0 if found is None else 1024 * int(found[1])


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["nowhere.raw"], "does not exist"),
        (["file.data"], "--disk-format"),
        (["file.raw", "--property", "novalue"], "K=V"),
        (["file.raw", "--part-size", "many"], "16M"),
        (["file.raw", "--part-size", "1M"], "5M"),
        (["file.raw", "--parallel", "0"], "parallel"),
    ],
    ids=["no-file", "no-format", "no-value", "no-size", "too-small", "no-threads"],
)
def test_a_wrong_usage_uploads_nothing(operator: CommandLine, words: list[str], reason: str) -> None:
    for name in ("file.raw", "file.data"):
        with (operator.state / name).open("wb") as file:
            file.truncate(6 * MIB)

    result = operator.run("image", "upload", *words)

    assert (result.returncode, result.stdout) == (2, "")
    assert reason in result.stderr
    assert operator.json("image", "list") == []


def test_a_device_is_no_file_to_upload(operator: CommandLine) -> None:
    result = operator.run("image", "upload", "/dev/zero", "--disk-format", "raw")

    assert (result.returncode, result.stderr) == (1, "Error: /dev/zero is not a regular file\n")


def test_a_refused_format_is_one_line(operator: CommandLine, make_file: MakeFile) -> None:
    result = operator.run("image", "upload", make_file(10), "--disk-format", "floppy")

    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("Error: 400: Invalid disk format 'floppy'")


def test_a_person_is_asked_about_an_empty_file(operator: CommandLine, make_file: MakeFile) -> None:
    path = make_file(0)

    refused, asked = operator.on_terminal("image", "upload", path, answers=[("[y/N]", "n")])
    nothing = operator.json("image", "list")
    wanted, _ = operator.on_terminal("image", "upload", path, answers=[("[y/N]", "y")])

    assert (refused, nothing, wanted) == (1, [], 0)
    assert f"{path} is empty. Upload it anyway? [y/N]" in asked
    assert [image["size"] for image in operator.json("image", "list")] == [0]


def test_a_person_sees_bars(operator: CommandLine, make_file: MakeFile) -> None:
    status, drawn = operator.on_terminal("image", "upload", make_file(6 * MIB), "--part-size", "5M")

    assert status == 0
    for title in ("Reading", "Sending", "Verifying"):
        assert title in drawn
    assert "━" in drawn
    assert "\x1b[3" in drawn


def test_no_color_means_no_colour(operator: CommandLine, make_file: MakeFile) -> None:
    status, drawn = operator.on_terminal("image", "upload", make_file(1000), NO_COLOR="1")

    assert status == 0
    assert "Sending" in drawn
    assert "\x1b[3" not in drawn


def test_where_nobody_watches_progress_is_lines(operator: CommandLine, make_file: MakeFile) -> None:
    result = operator.run("image", "upload", make_file(6 * MIB), "--part-size", "5M")

    assert "Sending: 100 % of 6.0 MiB\n" in result.stderr
    assert "\x1b" not in result.stderr


def test_an_image_whose_bytes_are_not_those_that_were_declared_is_one_line_and_forgotten(
    recorded: CommandLine, recorder: Recorder, server: Server, make_file: MakeFile
) -> None:
    path = make_file(12 * MIB)
    recorder.behaviour = Behaviour(allowed=1)
    break_off(recorded, recorder, "image", "upload", path, "--part-size", "5M")
    server.forget_images()
    [record] = recorded.records
    record.write_text(record.read_text("utf-8").replace(told(path)["md5"], "0" * 32), "utf-8")

    result = recorded.run("image", "upload", path)

    assert (result.returncode, result.stdout) == (1, "")
    assert re.search(r"^Error: image \S+ did not become active: it is killed: \w+", result.stderr.splitlines()[-1])
    assert recorded.records == []


def test_an_upload_that_somebody_ended_is_one_line_and_forgotten(
    recorded: CommandLine, recorder: Recorder, server: Server, make_file: MakeFile
) -> None:
    recorder.behaviour = Behaviour(allowed=0)
    with recorded.started("image", "upload", make_file(1000)) as process:
        recorder.behaviour.wait_for(lambda behaviour: any("/uploads" in line for line in behaviour.seen))
        [image] = recorded.json("image", "list")
        uploads = f"/v1/images/{image['id']}/uploads"
        recorder.behaviour.wait_for(lambda _: json.loads(server.request("t1", "GET", uploads).body)["uploads"])
        [upload] = json.loads(server.request("t1", "GET", uploads).body)["uploads"]
        assert server.request("t1", "DELETE", f"{uploads}/{upload['id']}").status == 204
        recorder.behaviour.allowed = None
        result = recorded.ended(process)

    assert (result.returncode, result.stdout) == (1, "")
    assert f"Error: image {image['id']} did not become active: it is killed: " in result.stderr
    assert recorded.records == []


def test_what_is_shown_of_an_upload_opens_nothing(operator: CommandLine, make_file: MakeFile) -> None:
    with operator.started("image", "upload", make_file(6 * MIB), "--part-size", "5M", "--debug") as process:
        stdout, stderr = process.communicate(timeout=PATIENCE)

    signatures = re.findall(r"X-Amz-(?:Signature|Credential|Security-Token)=([^&\s\"]+)", stderr)
    assert (process.returncode, operator.token in stdout + stderr) == (0, False)
    assert set(signatures) == {"***"}
    assert len(re.findall(r"^> PUT .*X-Amz-Signature", stderr, re.MULTILINE)) == 2
