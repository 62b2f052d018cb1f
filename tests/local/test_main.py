"""`python -m local` as a process: it starts, says so, serves, and ends without a trace."""

import http.client
import json
import os
import signal
import socket
import stat
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tests.local.conftest import Start, ready
from tests.processes import PATIENCE


def test_it_serves_the_demonstration_until_it_is_terminated(start: Start, folder: Path) -> None:
    process = start()
    state = ready(process, folder)
    alice = state["principals"]["alice"]["secret"]
    mode = stat.S_IMODE((folder / "state.json").stat().st_mode)
    connection = http.client.HTTPConnection(state["url"].removeprefix("http://"), timeout=PATIENCE)
    connection.request("GET", f"/v1/images/{state['images']['hello']}", headers={"X-Auth-Token": alice})
    answer = connection.getresponse().read()
    connection.close()
    process.terminate()
    console, log = process.communicate(timeout=PATIENCE)

    assert answer == b"Hello from a very small image.\n"
    assert mode == 0o600
    assert state["aws_endpoint_url"].startswith("http://127.0.0.1:")
    assert state["instances"]["stopped-1"].startswith("i-")
    assert process.returncode == 0
    assert not (folder / "state.json").exists()
    assert state["url"] in console
    assert f"curl -H 'X-Auth-Token: {alice}' {state['url']}/v1/images\n" in console
    assert [json.loads(line)["status"] for line in log.splitlines()] == [200]


def test_an_image_beyond_the_limit_goes_up_in_one_request_and_comes_back_byte_by_byte(
    start: Start, folder: Path
) -> None:
    state = ready(start(MAX_INLINE_BYTES="65536"), folder)
    data, token = os.urandom(6_000_000), {"X-Auth-Token": state["principals"]["alice"]["secret"]}
    document = json.dumps({"disk_format": "raw", "container_format": "bare"})
    octets = {**token, "Content-Type": "application/octet-stream"}

    with closing(http.client.HTTPConnection(state["url"].removeprefix("http://"), timeout=PATIENCE)) as connection:
        connection.request("POST", "/v2/images", document, {**token, "Content-Type": "application/json"})
        image = json.loads(connection.getresponse().read())
        connection.request("PUT", image["file"], iter([data[:70_000], data[70_000:]]), octets, encode_chunked=True)
        uploaded = connection.getresponse()
        uploaded.read()
    whole = download(f"{state['url']}{image['file']}", token)
    part = download(f"{state['url']}{image['file']}", {**token, "Range": "bytes=5-2000004"})

    assert uploaded.status == 204
    assert whole == (200, "application/octet-stream", data)
    assert part == (206, "application/octet-stream", data[5:2_000_005])


def download(url: str, headers: dict[str, str]) -> tuple[int, str, bytes]:
    """Status, media type and bytes, wherever a redirect leads."""
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  # our own server's
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310  # as above
        return response.status, response.headers["Content-Type"], response.read()


def test_it_ends_when_it_is_interrupted_and_leaves_no_process(start: Start, folder: Path, tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text('{"principals": {"root": {"user": "root", "policies": ["admin"], "secret": "s"}}}')
    process = start(SEED=str(seed))
    state = ready(process, folder)
    for _ in range(2):  # an impatient user, and `timeout` after an interactive shell
        os.killpg(process.pid, signal.SIGINT)
    console, log = process.communicate(timeout=PATIENCE)

    assert state["principals"]["root"]["secret"] == "s"
    assert (process.returncode, log) == (0, "")
    assert "root (tenant None; admin)" in console
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_it_can_be_terminated_while_it_starts(start: Start, folder: Path) -> None:
    process = start()
    deadline = time.monotonic() + PATIENCE
    while not folder.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.terminate()
    _, log = process.communicate(timeout=PATIENCE)

    assert (process.returncode, log) == (0, "")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("environ", "status", "complaint"),
    [
        ({"PORT": "http"}, 2, "rosetta: PORT must be a number up to 65535, not 'http'\n"),
        ({"ENGINE": "steam"}, 2, "rosetta: ENGINE must be one of moto, dynoxide, not 'steam'\n"),
        ({"SEED": "missing.json"}, 2, "rosetta: missing.json: No such file or directory\n"),
        ({"MAX_SCAN": "many"}, 2, "rosetta: MAX_SCAN must be a whole number, 1 or more, not 'many'\n"),
        ({"GLANCE_V1_STATUSES": "odd"}, 2, "rosetta: GLANCE_V1_STATUSES cannot be 'odd'\n"),
        ({"LOCAL_DIR": "/dev/null/x"}, 1, "rosetta: /dev/null/x: Not a directory\n"),
    ],
    ids=["port", "engine", "seed", "setting", "option", "folder"],
)
def test_what_makes_no_sense_is_one_clear_line(
    start: Start, environ: dict[str, str], status: int, complaint: str
) -> None:
    process = start(**environ)

    console, log = process.communicate(timeout=PATIENCE)

    assert (process.returncode, console, log) == (status, "", complaint)


def test_a_seed_that_the_catalogue_refuses_is_one_clear_line(start: Start, tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text('{"images": {"bad": {"disk_format": "floppy"}}}')

    process = start(SEED=str(seed))
    _, log = process.communicate(timeout=PATIENCE)

    complaint = f"rosetta: {seed}: images.bad: Invalid disk format 'floppy' for image\n"
    assert (process.returncode, log) == (2, complaint)


def test_a_port_in_use_is_one_clear_line_and_another_servers_state_stays(start: Start, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "state.json").write_text("{}")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        process = start(PORT=str(port))
        _, log = process.communicate(timeout=PATIENCE)

    assert (process.returncode, log) == (1, f"rosetta: port {port} is in use\n")
    assert (folder / "state.json").exists()


def test_a_second_server_in_one_folder_says_so_and_leaves_the_first_alone(start: Start, folder: Path) -> None:
    first = start()
    state = ready(first, folder)

    second = start()
    _, log = second.communicate(timeout=PATIENCE)

    assert second.returncode == 1
    assert log == f"rosetta: another server runs in {folder}: stop it, or set LOCAL_DIR to another folder\n"
    assert ready(first, folder) == state


def test_a_server_that_was_killed_leaves_the_folder_to_the_next(start: Start, folder: Path) -> None:
    first = start()
    killed = ready(first, folder)
    first.kill()
    first.wait()

    second = start()

    deadline = time.monotonic() + PATIENCE
    while ready(second, folder) == killed and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ready(second, folder)["url"] != killed["url"]


def test_a_full_disk_is_one_clear_line_and_leaves_no_half_written_state(start: Start, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "state.json.new").symlink_to("/dev/full")

    process = start()
    console, log = process.communicate(timeout=PATIENCE)

    assert (process.returncode, console, log) == (1, "", f"rosetta: {folder}: No space left on device\n")
    assert list(folder.iterdir()) == []
