"""Dynoxide: a DynamoDB emulator in one binary, installed from npm, that keeps its tables in a file."""

import contextlib
import ctypes
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from local.serving import free_port

VERSION = "1.2.1"
START_SECONDS = 10.0
PR_SET_PDEATHSIG = 1


class EngineError(Exception):
    """Dynoxide cannot be installed or started here."""


@contextlib.contextmanager
def dynoxide(folder: Path) -> Iterator[str]:
    """Run a DynamoDB with its tables in `folder` and yield its URL. It ends with the block, or with this process."""
    binary = install(folder)
    with running(binary, folder / "dynoxide.log", "--db-path", str(folder / "dynamodb.db")) as url:
        yield url


@contextlib.contextmanager
def running(binary: Path, log: Path, *options: str, environ: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run a dynoxide with these options and yield its URL; it ends with the block or this process. Raises EngineError.

    Without `--db-path` tables are in memory. If `environ` is None, it is that of this process.
    """
    port = free_port()
    end_with_parent = _end_with_parent()
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603  # the binary that was just installed
            [binary, "--port", str(port), *options],
            env=environ,
            stdout=file,
            stderr=file,
            start_new_session=True,  # Ctrl-C must reach only the server, which then stops dynoxide
            preexec_fn=end_with_parent,  # noqa: PLW1509  # one system call, prepared before the fork
        )
    try:
        _wait(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def binary_below(folder: Path) -> Path:
    """The path of the binary once it is installed below this folder."""
    return folder / f"dynoxide-{VERSION}" / "node_modules/@dynoxide/linux-x64/dynoxide"


def install(folder: Path) -> Path:
    """Install the binary on first use and return its path. Raises EngineError."""
    binary = binary_below(folder)
    if not binary.exists():
        prefix = str(folder / f"dynoxide-{VERSION}")
        command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", prefix]
        try:
            subprocess.run(  # noqa: S603  # a fixed command
                [*command, f"@dynoxide/linux-x64@{VERSION}"], check=True, capture_output=True, text=True
            )
        except FileNotFoundError as missing:
            raise EngineError("ENGINE=dynoxide needs npm to fetch it, and npm was not found") from missing
        except subprocess.CalledProcessError as failed:
            raise EngineError(f"npm could not install dynoxide: {failed.stderr.strip()}") from failed
    return binary


def _end_with_parent() -> Callable[[], None]:
    """Called in the child: have the kernel kill it when the parent dies."""
    libc = ctypes.CDLL(None)

    def call() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return call


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.02)
    raise EngineError(f"dynoxide did not start: {log.read_text(errors='replace').strip()}")
