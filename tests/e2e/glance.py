"""What callers of python-glanceclient do beyond plain calls: send data, and type its command."""

import hashlib
import os
import pty
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.e2e.clients import Installation, LibraryCaller
from tests.processes import PATIENCE

RAW = {"disk_format": "raw", "container_format": "bare"}
"""What every image with data must say."""


def download_of(path: Path) -> dict[str, Any]:
    """What `images.data` brings if it brings what the file holds."""
    content = path.read_bytes()
    return {"length": len(content), "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


@dataclass(frozen=True)
class Caller(LibraryCaller):
    """A principal of one server who speaks through one version of the client: its library and its command."""

    installation: Installation

    def send_file(self, path: Path, method: str, *arguments: Any, **fields: Any) -> Any:
        """A call with the file as its data."""
        return self._call(method, arguments, fields, file=str(path))

    def send_stream(self, path: Path, method: str, *arguments: Any, **fields: Any) -> Any:
        """A call whose data come through a pipe, their length unknown."""
        return self._call(method, arguments, fields, stream=str(path))

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
