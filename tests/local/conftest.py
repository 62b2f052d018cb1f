"""Local servers in processes of their own."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.local_server import start_local_server, state_of
from tests.processes import output_of


class Start(Protocol):
    """Starts a server with these variables, on a free port, with its data in the fixture `folder`."""

    def __call__(self, **environ: str) -> "subprocess.Popen[str]": ...


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "local"


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    started = []
    pipe = subprocess.PIPE

    def start(**environ: str) -> "subprocess.Popen[str]":
        process = start_local_server(folder, environ, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ready(process: "subprocess.Popen[str]", folder: Path) -> dict[str, Any]:
    """The state of a server, as soon as it is ready."""
    return state_of(process, folder, output_of(process))
