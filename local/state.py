"""The state of a running local server, for programs: `.local/state.json` exists while it is ready."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def local_dir() -> Path:
    """The folder of the local server's files: LOCAL_DIR, or `.local` in the working directory."""
    return Path(os.environ.get("LOCAL_DIR", ".local"))


class FolderTaken(Exception):
    """Another server uses this folder."""


@contextlib.contextmanager
def own(folder: Path) -> Iterator[None]:
    """Lock the folder for this process; the kernel releases the lock when it ends. Raises FolderTaken."""
    with contextlib.ExitStack() as stack:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        stack.callback(os.close, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderTaken(f"another server runs in {folder}: stop it, or set LOCAL_DIR to another folder") from None
        yield


def write_state(folder: Path, state: Mapping[str, Any]) -> None:
    """Write the state atomically, readable by its owner only, as it contains secrets. Raises OSError."""
    unfinished = folder / "state.json.new"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(state, file, indent=2)
    except OSError:
        unfinished.unlink()
        raise
    unfinished.replace(folder / "state.json")


def read_state(folder: Path) -> dict[str, Any]:
    """Read the state of the running server. Raises FileNotFoundError if there is none."""
    state: dict[str, Any] = json.loads((folder / "state.json").read_text("utf-8"))
    return state


def remove_state(folder: Path) -> None:
    """Remove the state: no server is ready."""
    (folder / "state.json").unlink(missing_ok=True)
