"""The commands as an operator types them, in processes of their own."""

import hashlib
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.processes import PATIENCE, ROOT

MIB = 1024**2
Result = subprocess.CompletedProcess


@dataclass(frozen=True)
class CommandLine:
    """Where the commands are typed: as whom, with which folder for what is to be remembered."""

    url: str
    token: str
    state: Path

    @property
    def environment(self) -> dict[str, str]:
        told = {"ROSETTA_URL": self.url, "ROSETTA_TOKEN": self.token, "XDG_STATE_HOME": str(self.state)}
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **told}

    @property
    def records(self) -> list[Path]:
        """What is remembered of uploads."""
        return list(self.state.rglob("*.json"))

    def at(self, url: str) -> "CommandLine":
        """The same operator, at another address."""
        return replace(self, url=url)

    def run(self, *words: object, **environment: str) -> "Result[str]":
        """Run a command to its end; it must keep its secrets and its composure."""
        with self.started(*words, **environment) as process:
            return self.ended(process)

    @contextmanager
    def started(self, *words: object, **environment: str) -> "Iterator[subprocess.Popen[str]]":
        """A command that runs; it is killed if it still does in the end."""
        with subprocess.Popen(  # noqa: S603  # our own words
            [sys.executable, "-m", "rosetta", *map(str, words)],
            cwd=self.state,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def ended(self, process: "subprocess.Popen[str]") -> "Result[str]":
        """What a command said, once it has ended by itself."""
        stdout, stderr = process.communicate(timeout=PATIENCE)
        for secret in (self.token, "X-Amz-", "Traceback"):
            assert secret not in stdout + stderr
        return Result(process.args, process.returncode, stdout, stderr)

    def on_terminal(self, *words: object, typed: str = "", **environment: str) -> tuple[int, str]:
        """The exit status of a command that a person watches, and all that was drawn."""
        ours, theirs = pty.openpty()
        os.write(ours, typed.encode())
        process = subprocess.Popen(  # noqa: S603  # our own words
            [sys.executable, "-m", "rosetta", *map(str, words)],
            cwd=self.state,
            env={**self.environment, "TERM": "xterm", "COLUMNS": "160", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        drawn = b"".join(_blocks(ours))
        os.close(ours)
        return process.wait(PATIENCE), drawn.decode()

    def json(self, *words: object) -> Any:
        """What a command shows, read as JSON."""
        result = self.run(*words, "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)


def _blocks(terminal: int) -> Iterator[bytes]:
    """What is written to a terminal until nobody has it open any more."""
    while True:
        try:
            block = os.read(terminal, 65536)
        except OSError:  # as Linux puts it
            return
        if not block:
            return
        yield block


def id_in(result: "Result[str]") -> str:
    """The id that an upload tells."""
    found = re.search(r"^id +([0-9a-f-]{36})$", result.stdout, re.MULTILINE)
    assert found is not None, (result.stdout, result.stderr)
    return found[1]


def told(path: Path) -> dict[str, str]:
    """What an upload of this file tells besides the id."""
    content = path.read_bytes()
    return {
        "size": str(len(content)),
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
