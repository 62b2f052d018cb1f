"""The newcomer: in a fresh clone of what is committed, each command of the README does what it promises."""

import contextlib
import http.client
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.processes import output_of, wait_until
from tests.test_docs import README, ROOT, commands

INSTALLATION = 600
"""Seconds that the packages may take to arrive."""
PATIENCE = 300
"""Seconds that any other command may take."""
FIRST_START = 60
"""Seconds until a server is ready, from installed packages or from the command."""
NEXT_START = 5
"""CPU seconds that a start and a stop take when everything is compiled."""

FORGOTTEN = (
    *("AWS_", "COV", "MAKE", "MFLAGS", "PYTEST", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV"),
    *("ENGINE", "LOCAL_DIR", "MEGABYTES", "PORT", "SEED", "TIMES"),
)
"""How variables begin that a newcomer does not have: those of this run of the tests, and of its user."""
COMPILED_WHEN_NEEDED = {"PIP_NO_COMPILE": "0"}
"""What pip takes for `--no-compile`: most modules are never imported, and Python compiles those that are."""
NO_ACCOUNT = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
NEEDED = ("bash", "curl", "git", "make")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(None in map(shutil.which, NEEDED), reason=f"needs {', '.join(NEEDED)}"),
]

Process = subprocess.Popen[str]


class Newcomer:
    """Somebody who has cloned the repository and types commands there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / ".local" / "state.json"
        self.port, self.chalice_port = free_port(8000), free_port(8001)
        self._running: list[Process] = []
        self._environ = {name: value for name, value in os.environ.items() if not name.startswith(FORGOTTEN)}
        self._environ |= NO_ACCOUNT | COMPILED_WHEN_NEEDED
        if self.port != 8000:
            self._environ["PORT"] = str(self.port)

    def told(self) -> dict[str, Any]:
        """What the server that runs here tells programs."""
        told: dict[str, Any] = json.loads(self.state.read_text("utf-8"))
        return told

    def does(self, command: str, environ: Mapping[str, str]) -> str:
        """Run a command to its end, and keep what it assigns; returns what it said."""
        assigned = re.fullmatch(r"(\w+)=\S+", command)
        process = self.starts(f'{command}\nprintf %s "${assigned[1]}"' if assigned else command, environ)
        said, complaints = self._console(process)
        assert process.returncode == 0, said + complaints
        if assigned:
            self._environ[assigned[1]] = said
        return said + complaints

    def starts(self, command: str, environ: Mapping[str, str] | None = None) -> Process:
        """Start a command, as the leader of a process group."""
        process = subprocess.Popen(  # noqa: S603  # the README's own words
            ["bash", "-e", "-c", self._with_free_ports(command)],  # noqa: S607  # the newcomer's own bash
            cwd=self.folder,
            env={**self._environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._running.append(process)
        return process

    def _with_free_ports(self, command: str) -> str:
        command = command.replace(":8000", f":{self.port}")
        command = command.replace("--port 8001", f"--port {self.chalice_port}")
        if ":5000" in command:
            command = command.replace("http://127.0.0.1:5000", self.told()["aws_endpoint_url"])
        return command

    def _console(self, process: Process) -> tuple[str, str]:
        """What it said, and what it complained of; both end only when the last of its processes has ended."""
        console = process.communicate(timeout=PATIENCE)
        self._running.remove(process)
        return console

    def stops(self, process: Process, kill: Callable[[int, int], None] = os.kill) -> str:
        """Terminate it; returns what it said."""
        kill(process.pid, signal.SIGTERM)
        said, complaints = self._console(process)
        return said + complaints

    def stops_everything(self) -> None:
        for process in list(self._running):
            self.stops(process)

    def leaves(self) -> None:
        """End by force what a failure has left."""
        for process in list(self._running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            self._console(process)


def free_port(usual: int) -> int:
    """The usual port unless somebody listens there."""
    try:
        listener = socket.create_server(("127.0.0.1", usual))
    except OSError:
        listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        port: int = listener.getsockname()[1]
        return port


def answers(port: int, target: str = "/versions", secret: str = "") -> bool:
    """Whether there is a server that answers this request with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection), contextlib.suppress(ConnectionRefusedError):
        connection.request("GET", target, headers={"X-Auth-Token": secret})
        return connection.getresponse().status == 200
    return False


Act = Callable[[Newcomer, str], None]


def says(*texts: str, **environ: str) -> Act:
    """The command ends well, and these texts are in what it says."""

    def act(newcomer: Newcomer, command: str) -> None:
        said = newcomer.does(command, environ)
        assert [text for text in texts if text not in said] == [], said

    return act


def serves(newcomer: Newcomer, command: str) -> None:
    process = newcomer.starts(command)
    wait_until((newcomer.folder / ".venv" / ".runnable").exists, process, output_of(process), INSTALLATION)
    wait_until(newcomer.state.exists, process, output_of(process), FIRST_START)
    assert answers(newcomer.port)
    secrets = [principal["secret"] for principal in newcomer.told()["principals"].values()]

    console = newcomer.stops(process)

    assert [text for text in (f"http://127.0.0.1:{newcomer.port}", *secrets) if text not in console] == []
    # One start in three may show what a start costs; a core that is shared makes all work cost more.
    assert any(start_cost(newcomer, command) <= NEXT_START for _ in range(3))
    process = newcomer.starts(command)
    wait_until(newcomer.state.exists, process, output_of(process), FIRST_START)


def start_cost(newcomer: Newcomer, command: str) -> float:
    """The CPU seconds of a start and a stop: on a clock they would show how busy the machine is with other tests."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = newcomer.starts(command)
    wait_until(newcomer.state.exists, process, output_of(process), FIRST_START)
    newcomer.stops(process)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def serves_through_chalice(newcomer: Newcomer, command: str) -> None:
    process, port = newcomer.starts(command), newcomer.chalice_port
    wait_until(lambda: answers(port), process, output_of(process), FIRST_START)
    assert answers(port, "/v1/images", newcomer.told()["principals"]["alice"]["secret"])

    # It runs a second process that reloads the application, and Ctrl-C goes to both of them.
    newcomer.stops(process, os.killpg)


def cleans(newcomer: Newcomer, command: str) -> None:
    newcomer.stops_everything()

    newcomer.does(command, {})

    assert newcomer.does("git status --porcelain --ignored", {}) == ""


ONE_FILE = "--no-cov -W ignore::pytest_cov.CovDisabledWarning tests/http/test_events.py"
"""Pytest's options for the targets that test: all else of them runs, and the other tests do so elsewhere."""

AT_WORK = "ROSETTA_URL=http://127.0.0.1:8000 ROSETTA_TOKEN=$TOKEN .venv/bin/rosetta"

ACTS: Mapping[str, Act] = {
    "make run": serves,
    "TOKEN=": says(),
    'curl -H "X-Auth-Token: $TOKEN" http://127.0.0.1:8000/v2/images': says('"os_hidden": false'),
    'curl -H "X-Auth-Token: $TOKEN" http://127.0.0.1:8000/v1/images': says('"name": "web-server"'),
    'curl -H "X-Auth-Token: $TOKEN" http://127.0.0.1:8000/images': says('"name": "web-server"', '"arch": "arm64"'),
    'curl -u "alice:$TOKEN" http://127.0.0.1:8000/api': says('"name": "web-server"', '"architecture_name": "arm64"'),
    'curl -u "alice:$TOKEN" http://127.0.0.1:8000/v3': says('"name": "web-server"', '"remote_user": "debian"'),
    'curl -u "alice:$TOKEN" -H': says('{"id": "ami-83e4bcea", "message": "Created"}'),
    'curl -H "Authorization: Bearer $TOKEN" http': says('"image_name": "web-server"', '"total_count"'),
    'curl -H "X-Auth-Token: $TOKEN" "http': says('"name": "centos-7"'),
    "printf 'hello' | curl": says('"checksum": "5d41402abc4b2a76b9719d911017c592"'),
    "curl http://127.0.0.1:8000/openapi.json": says('"openapi": "3.1.0"'),
    "curl -i": says("HTTP/1.1 200 OK", '"name": "greeting"'),
    "head -c": says(),
    f"{AT_WORK} image upload": says("size    20000000", "sha256"),
    f"{AT_WORK} image list": says("web-server", "disk"),
    "make test": says(" passed", PYTEST_ADDOPTS=ONE_FILE),
    "make check": says(" passed", "make check: all is well", PYTEST_ADDOPTS=ONE_FILE),
    "make e2e": says("tests collected", PYTEST_ADDOPTS="--collect-only"),
    "make bench": says(
        *("sweep, nothing to do", "byte-identical", "with branch coverage", "72 MB"),
        PYTEST_ADDOPTS=ONE_FILE,
        MEGABYTES="72",
        TIMES="2",
    ),
    "make clean": cleans,
    "make help": says("make run", "make clean"),
    "AWS_ENDPOINT_URL=": serves_through_chalice,
    ".venv/bin/rosetta token create": says("Created"),
    ".venv/bin/rosetta token list": says("ann"),
    "make package": says("template.json"),
    "make verify-deploy": says("tests collected", PYTEST_ADDOPTS="--collect-only"),
}
"""What must come of each command, by its beginning."""


COMMANDS = sorted(commands(README), key="make clean".__eq__)
"""In the order of the README, but what removes everything goes last."""


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    folder = tmp_path_factory.mktemp("newcomer") / "rosetta"
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)  # noqa: S603, S607  # our own words
    assert commands(folder / README.name) == commands(README), "the commands of the README are not committed"
    newcomer = Newcomer(folder)
    yield newcomer
    newcomer.leaves()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[:40])
def test_a_command_of_the_readme_does_what_it_promises(newcomer: Newcomer, command: str) -> None:
    acts = [act for beginning, act in ACTS.items() if command.startswith(beginning)]
    assert len(acts) == 1, "ACTS must tell what comes of this command"

    acts[0](newcomer, command)
