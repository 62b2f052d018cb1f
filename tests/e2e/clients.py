"""The published python-glanceclient, in one virtual environment a version: its library and its command."""

import hashlib
import json
import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

RAW = {"disk_format": "raw", "container_format": "bare"}
"""What every image with data must say."""

HERE = Path(__file__).parent
CLIENTS = HERE.parents[1] / ".local" / "clients"
PATIENCE = 60
"""Seconds after which a client counts as hanging."""


@dataclass(frozen=True)
class Installation:
    """One version of the client, ready to be run."""

    folder: Path

    def program(self, name: str) -> str:
        return str(self.folder / "bin" / name)

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the user's: no proxy, no credentials, no settings."""
        return {"PATH": os.defpath, "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}


def install(version: str) -> Installation:
    """Installed when asked for first, and again only when its pins, its Python or its place have changed."""
    name = f"glanceclient-{version}"
    installation = Installation(CLIENTS / name)
    requirements = HERE / f"requirements-{name}.txt"
    wanted = f"# {installation.folder}\n# Python {sys.version}\n{requirements.read_text('utf-8')}"
    stamp = installation.folder / "installed.txt"
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        _run(sys.executable, "-m", "venv", "--clear", str(installation.folder))
        pip = (installation.program("python"), "-m", "pip", "--quiet", "--disable-pip-version-check")
        _run(*pip, "install", "--no-deps", "-r", str(requirements))
        _run(*pip, "check")
        stamp.write_text(wanted, "utf-8")
    return installation


def _run(*words: str) -> None:
    subprocess.run(words, check=True)  # noqa: S603  # our own words


class ClientError(Exception):
    """What the client's library raised: the name of the class, and its text."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


def refusal(name: str, words: str = "") -> pytest.RaisesExc[ClientError]:
    """Holds a call that must raise this class, with these words in its text."""
    return pytest.raises(ClientError, match=rf"(?s)^{name}: .*{re.escape(words)}")


def download_of(path: Path) -> dict[str, Any]:
    """What `images.data` brings if it brings what the file holds."""
    content = path.read_bytes()
    return {"length": len(content), "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


class Library:
    """The client's library, driven in a process of its own Python."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def call(self, **call: Any) -> Any:
        """The result of one call; see `driver.py`. Raises ClientError."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(call) + "\n")
        self._process.stdin.flush()
        watchdog = threading.Timer(PATIENCE, self._process.kill)
        watchdog.start()
        line = self._process.stdout.readline()
        watchdog.cancel()
        assert line, f"the client hung or died in {call['method']}"
        answer = json.loads(line)
        if "error" in answer:
            raise ClientError(answer["error"], answer["message"])
        return answer["result"]


@contextmanager
def running_library(installation: Installation) -> Iterator[Library]:
    words = [installation.program("python"), "-P", str(HERE / "driver.py")]
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603  # our own words
        words, stdin=pipe, stdout=pipe, env=installation.environment, text=True
    ) as process:
        yield Library(process)


@dataclass(frozen=True)
class Caller:
    """A principal of one server who speaks through one version of the client."""

    installation: Installation
    bindings: Library
    endpoint: str
    token: str

    def call(self, method: str, *arguments: Any, **fields: Any) -> Any:
        """A call of the library: `t1.call("images.get", image_id)`. Raises ClientError."""
        return self._call(method, arguments, fields)

    def send_file(self, path: Path, method: str, *arguments: Any, **fields: Any) -> Any:
        """A call with the file as its data."""
        return self._call(method, arguments, fields, file=str(path))

    def send_stream(self, path: Path, method: str, *arguments: Any, **fields: Any) -> Any:
        """A call whose data come through a pipe, their length unknown."""
        return self._call(method, arguments, fields, stream=str(path))

    def _call(self, method: str, arguments: tuple[Any, ...], fields: dict[str, Any], **data: str) -> Any:
        return self.bindings.call(
            endpoint=self.endpoint, token=self.token, method=method, arguments=arguments, fields=fields, **data
        )

    def glance(self, *words: str, data: IO[bytes] | None = None) -> "subprocess.CompletedProcess[str]":
        """The command, its input the data; without data its input is closed."""
        if data is None:
            return self._glance("sh", "-c", 'exec "$0" "$@" <&-', *self.command, *words)
        return self._glance(*self.command, *words, stdin=data)

    def glance_on_terminal(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """The command as a person calls it.

        `image-update` needs this: with its input closed, the client takes its own connection for it and fails.
        """
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "rb"), os.fdopen(theirs, "rb") as terminal:
            return self._glance(*self.command, *words, stdin=terminal)

    def glance_without_version(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """The command as it finds out for itself what the server speaks."""
        return self._glance(*self.command[:-1], *words)

    @property
    def command(self) -> tuple[str, ...]:
        caller = (f"--os-image-url={self.endpoint}", f"--os-auth-token={self.token}")
        return (self.installation.program("glance"), *caller, "--os-image-api-version=1")

    def _glance(self, *words: str, stdin: IO[bytes] | None = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603  # our own words
            words,
            check=False,
            stdin=stdin,
            capture_output=True,
            env=self.installation.environment,
            text=True,
            timeout=PATIENCE,
        )
