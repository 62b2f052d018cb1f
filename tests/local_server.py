"""`python -m local`, in a process and a folder of its own."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from local.state import read_state
from tests.processes import PATIENCE, ROOT, wait_until


def start_local_server(folder: Path, environ: Mapping[str, str], **options: Any) -> "subprocess.Popen[Any]":
    """Start a server on a free port, with its data in `folder`; `options` are those of Popen."""
    settings = {"PATH": os.environ["PATH"], "PORT": "0", "LOCAL_DIR": str(folder), **environ}
    return subprocess.Popen([sys.executable, "-m", "local"], cwd=ROOT, env=settings, **options)


def state_of(process: "subprocess.Popen[Any]", folder: Path, log: Callable[[], object]) -> dict[str, Any]:
    """The state of a server that has been started, as soon as it is ready."""
    wait_until((folder / "state.json").exists, process, log)
    return read_state(folder)


@contextlib.contextmanager
def running_local_server(folder: Path, **environ: str) -> Iterator[dict[str, Any]]:
    """The state of a server that runs until the block ends, and must end with status 0. Its log is `log.txt`."""
    log = folder / "log.txt"
    with log.open("w", encoding="utf-8") as file:
        process = start_local_server(folder, environ, stdout=file, stderr=file)
    try:
        yield state_of(process, folder, log.read_text)
    finally:
        process.terminate()
        status = process.wait(PATIENCE)
    assert status == 0, log.read_text("utf-8")
