"""What the command line shows: images, members, jobs, and errors in one line."""

import json
import os
import subprocess
import sys

import pytest

from tests.e2e.command_line.commands import MIB, CommandLine, id_in
from tests.e2e.command_line.recorder import Behaviour, Recorder
from tests.e2e.conftest import MakeFile
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

UNKNOWN = "11111111-2222-3333-4444-555555555555"


def register(server: Server, name: str, **fields: str) -> str:
    """An image without bytes; returns its id."""
    headers = {f"x-image-meta-{field}": value for field, value in {"name": name, **fields}.items()}
    answer = server.request("t1", "POST", "/v1/images", headers=headers)
    image: str = json.loads(answer.body)["image"]["id"]
    return image


def test_images_are_a_table_with_the_newest_first(operator: CommandLine, server: Server) -> None:
    first = register(server, "first image")
    second = register(server, "second", size="0", disk_format="qcow2", container_format="bare")

    result = operator.run("image", "list")

    heading, *lines = result.stdout.splitlines()
    assert heading.split() == ["ID", "NAME", "STATUS", "SIZE", "FORMAT", "VISIBILITY", "OWNER"]
    assert lines == [
        f"{second}  second       active  0 bytes  qcow2   private     t1",
        f"{first}  first image  queued  -        -       private     t1",
    ]


def test_the_history_of_an_image_is_a_table(operator: CommandLine, server: Server) -> None:
    image = register(server, "one")
    operator.run("image", "share", image, "t2")
    assert server.request("t1", "DELETE", f"/v1/images/{image}").status == 204

    result = operator.run("image", "events", image)

    heading, *lines = result.stdout.splitlines()
    assert heading.split() == ["TIME", "EVENT", "USER", "TENANT", "DIALECT", "WHAT", "REQUEST"]
    assert [line.split()[2:7] for line in lines] == [
        ["created", "u1", "t1", "glance_v1", "-"],
        ["shared", "u1", "t1", "glance_v1", "+t2"],
        ["deleted", "u1", "t1", "glance_v1", "-"],
    ]
    assert [event["event"] for event in operator.json("image", "events", image)] == ["created", "shared", "deleted"]


def test_all_pages_are_listed_and_a_limit_ends_the_list(operator: CommandLine, server: Server) -> None:
    made = [register(server, f"image {number}") for number in range(103)]

    everything = [image["id"] for image in operator.json("image", "list")]
    some = [image["id"] for image in operator.json("image", "list", "--limit", 101)]

    assert everything == made[::-1]
    assert some == everything[:101]


def test_images_are_found_by_name_and_status(operator: CommandLine, server: Server) -> None:
    queued = register(server, "a name & more")
    active = register(server, "a name & more", size="0")
    register(server, "another")

    assert {image["id"] for image in operator.json("image", "list", "--name", "a name & more")} == {queued, active}
    assert [image["id"] for image in operator.json("image", "list", "--status", "active")] == [active]


def test_killed_images_are_listed_when_they_are_asked_for(
    operator: CommandLine, server: Server, make_file: MakeFile
) -> None:
    image = kill(server)
    deleted = register(server, "deleted")
    assert server.request("t1", "DELETE", f"/v1/images/{deleted}").status == 204

    assert operator.json("image", "list") == []
    assert [each["id"] for each in operator.json("image", "list", "--status", "killed")] == [image]


def kill(server: Server) -> str:
    """An image that did not get the bytes it was to get; returns its id."""
    image = register(server, "killed", disk_format="raw", container_format="bare", checksum="0" * 32)
    octets = {"Content-Type": "application/octet-stream"}
    assert server.request("t1", "PUT", f"/v1/images/{image}", b"bytes", octets).status == 400
    return image


def test_an_image_is_shown_with_its_properties(operator: CommandLine, server: Server) -> None:
    image = register(server, "shown", **{"property-os_distro": "debian", "property-gr%C3%B6%C3%9Fe": "%C3%A9"})

    lines = operator.run("image", "show", image).stdout.splitlines()
    document = operator.json("image", "show", image)

    assert dict(line.split(None, 1) for line in lines)["name"] == "shown"
    assert "property os_distro  debian" in lines
    assert document["properties"] == {"os_distro": "debian", "größe": "é"}
    assert (document["id"], document["owner"], document["size"]) == (image, "t1", 0)


def test_a_name_gives_the_terminal_no_orders(operator: CommandLine, server: Server) -> None:
    register(server, "red%20%1B%5B31m%0Aline")

    result = operator.run("image", "list")
    status, drawn = operator.on_terminal("image", "list", NO_COLOR="1")

    shown = "red \N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}line"
    assert shown in result.stdout
    assert len(result.stdout.splitlines()) == 2
    assert (status, shown in drawn) == (0, True)


def test_a_terminal_that_lacks_letters_is_no_obstacle(operator: CommandLine, server: Server) -> None:
    register(server, "%E7%8C%AB")

    result = operator.run("image", "list", PYTHONIOENCODING="latin-1")

    assert result.returncode == 0
    assert "\\u732b" in result.stdout


def test_an_image_is_shared_and_no_longer(operator: CommandLine, server: Server) -> None:
    image = register(server, "shared")

    shared = operator.run("image", "share", image, "t2", "t 3/4", "--can-share")
    changed = operator.run("image", "share", image, "t2", "--no-can-share")
    again = operator.run("image", "share", image, "t 3/4")
    removed = operator.run("image", "share", image, "t2", "--remove")

    assert shared.stdout == "TENANT  CAN SHARE\nt2      yes\nt 3/4   yes\n"
    assert changed.stdout == "TENANT  CAN SHARE\nt2      no\nt 3/4   yes\n"
    assert again.stdout == changed.stdout
    assert removed.stdout == "TENANT  CAN SHARE\nt 3/4   yes\n"
    assert operator.run("image", "share", image).stdout == removed.stdout


def test_a_member_sees_what_is_shared(operator: CommandLine, server: Server) -> None:
    image = register(server, "shared")
    member = CommandLine(server.url, server.token("t2"), operator.state)
    before = member.json("image", "list")

    operator.run("image", "share", image, "t2")

    assert before == []
    assert [each["id"] for each in member.json("image", "list")] == [image]
    assert member.run("image", "share", image, "t9").returncode == 1


def test_a_member_leaves(operator: CommandLine, server: Server) -> None:
    image = register(server, "shared")
    member = CommandLine(server.url, server.token("t2"), operator.state)
    operator.run("image", "share", image, "t2")

    left = member.run("image", "share", image, "t2", "--remove")

    assert (left.returncode, left.stdout) == (0, "You no longer see this image.\n")
    assert member.json("image", "list") == []
    assert operator.run("image", "share", image).stderr == "The image is shared with nobody.\n"


def test_jobs_tell_what_the_worker_did(operator: CommandLine, make_file: MakeFile) -> None:
    image = id_in(operator.run("image", "upload", make_file(1000)))

    result = operator.run("job", "list", "--limit", 1)
    [job] = operator.json("job", "list", "--limit", 1)

    assert result.stdout.splitlines()[0].split() == [
        *("ID", "ACTION", "STATUS", "DONE", "IMAGES", "BEGAN", "FINISHED", "REASON")
    ]
    assert f"upload  successful  100 % of 1000 bytes  {image}" in result.stdout
    assert (job["action"], job["status"], job["images"]) == ("upload", "successful", [image])


def test_a_job_is_shown(operator: CommandLine, make_file: MakeFile) -> None:
    image = id_in(operator.run("image", "upload", make_file(1000)))
    [job] = operator.json("job", "list", "--limit", 1)

    lines = operator.run("job", "show", job["id"]).stdout.splitlines()
    unknown = operator.run("job", "show", "nothing")

    facts = dict(line.split(None, 1) for line in lines)
    assert (facts["id"], facts["status"], facts["images"]) == (job["id"], "successful", image)
    assert operator.json("job", "show", job["id"]) == job
    assert (unknown.returncode, unknown.stderr) == (1, "Error: you have no job nothing\n")


def test_a_watch_ends_when_nothing_is_unfinished(operator: CommandLine, make_file: MakeFile) -> None:
    image = id_in(operator.run("image", "upload", make_file(1000)))

    plain = operator.run("job", "watch", "--limit", 1)
    as_json = operator.run("job", "watch", "--limit", 1, "--json")
    status, drawn = operator.on_terminal("job", "watch", "--limit", 1)

    assert (plain.returncode, as_json.returncode, status) == (0, 0, 0)
    [line] = plain.stdout.splitlines()
    assert line.split()[1:3] == ["upload", "successful"]
    assert json.loads(as_json.stdout)["images"] == [image]
    assert "successful" in drawn


def test_the_usage_of_a_tenant_is_shown(operator: CommandLine, server: Server) -> None:
    register(server, "one", size="0", is_public="False")

    shown = operator.run("usage")
    refused = operator.run("usage", "--tenant", "t2")

    assert shown.stdout.splitlines() == [
        "tenant         t1",
        "bytes          0 bytes, no limit",
        "images         1, 0 of them public",
        "shared images  0 of 1000",
    ]
    assert operator.json("usage", "--tenant", "t1")["images"] == 1
    assert (refused.returncode, refused.stderr) == (1, "Error: 403: This needs the policy admin\n")


COMMANDS = [
    *(
        ["image", word, UNKNOWN]
        for word in ("show", "share", "download", "events", "deactivate", "reactivate", "deprecate", "allow")
    ),
    *(["image", "delete", UNKNOWN, "--yes"], ["image", "restore", UNKNOWN]),
    *(["image", "list"], ["image", "create", "name"], ["image", "set", UNKNOWN, "--public"]),
    ["image", "unset", UNKNOWN, "--property", "k"],
    *(["job", "list"], ["job", "watch"], ["job", "show", UNKNOWN], ["usage"]),
]
BABBLE = (200, b"[")
PAGE = (502, b"<html><h1>Bad Gateway</h1></html>")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_wrong_token_is_one_line(operator: CommandLine, words: list[str]) -> None:
    result = operator.run(*words, ROSETTA_TOKEN="wrong")

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: 401: ")
    assert "ROSETTA_TOKEN" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("answer", [BABBLE, PAGE], ids=["babble", "page"])
def test_an_answer_that_makes_no_sense_is_one_line(
    operator: CommandLine, recorder: Recorder, answer: tuple[int, bytes], words: list[str]
) -> None:
    recorder.behaviour = Behaviour(says=answer)

    result = operator.at(recorder.url).run(*words)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [["image", "list"], ["image", "show", UNKNOWN]], ids=" ".join)
def test_a_server_that_cannot_be_reached_is_one_line(operator: CommandLine, words: list[str]) -> None:
    result = operator.at("http://127.0.0.1:1").run(*words)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: 127.0.0.1:1 does not answer: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("ROSETTA_URL", "", "run `rosetta login`, or set ROSETTA_URL"),
        ("ROSETTA_TOKEN", " ", "run `rosetta login`, or set ROSETTA_TOKEN"),
        ("ROSETTA_URL", "registry.example", "ROSETTA_URL: not a valid http:// or https:// URL"),
        ("ROSETTA_URL", "http://[oops", "ROSETTA_URL: not a valid http:// or https:// URL"),
        ("ROSETTA_TOKEN", "secret\nsecret", "ROSETTA_TOKEN is not a valid token"),
    ],
    ids=["no-url", "no-token", "no-scheme", "no-host", "two-lines"],
)
def test_a_setting_that_is_missing_or_wrong_is_one_line(
    operator: CommandLine, setting: str, value: str, reason: str
) -> None:
    result = operator.run("image", "list", **{setting: value})

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: {reason}")
    assert result.stderr.count("\n") == 1
    assert "secret" not in result.stderr


def test_what_is_no_id_is_looked_for_as_a_name(operator: CommandLine) -> None:
    result = operator.run("image", "show", "../tokens")

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "Error: no image ../tokens that you can see\n"


def test_an_image_that_is_not_there_is_one_line(operator: CommandLine) -> None:
    result = operator.run("image", "show", UNKNOWN)

    assert (result.returncode, result.stderr) == (1, f"Error: no image {UNKNOWN} that you can see\n")


@pytest.mark.parametrize("words", ["image list", "image list --json", "job list", "job watch"])
def test_a_closed_pipe_is_silence(operator: CommandLine, server: Server, make_file: MakeFile, words: str) -> None:
    operator.run("image", "upload", make_file(MIB))
    for number in range(40):
        register(server, f"a rather long name of the image with the number {number}")
    reading, writing = os.pipe()
    os.close(reading)

    with open(writing, "wb") as closed:  # noqa: PTH123  # not a path
        result = subprocess.run(  # noqa: S603  # our own words
            [sys.executable, "-m", "rosetta", *words.split()],
            env=operator.environment,
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (result.returncode, result.stderr) == (1, "")


def test_the_help_names_all_commands_and_exit_statuses(operator: CommandLine) -> None:
    result = operator.run("--help")

    for word in ("image", "job", "token", "usage", "import", "serve", "migrate", "0 success", "130 interrupted"):
        assert word in result.stdout
