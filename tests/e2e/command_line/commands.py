"""The commands of `rosetta`, run in processes of their own."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.processes import PATIENCE, ROOT
from tests.terminal import Answers, run_on_terminal

MIB = 1024**2
Result = subprocess.CompletedProcess


@dataclass(frozen=True)
class CommandLine:
    """The settings of the commands: the deployment, the token, and the folder for the state of uploads."""

    url: str
    token: str
    state: Path

    @property
    def environment(self) -> dict[str, str]:
        told = {"ROSETTA_URL": self.url, "ROSETTA_TOKEN": self.token, "XDG_STATE_HOME": str(self.state)}
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **told}

    @property
    def records(self) -> list[Path]:
        """The records of unfinished uploads."""
        return list(self.state.rglob("*.json"))

    def at(self, url: str) -> "CommandLine":
        """The same token and folder, with another URL."""
        return replace(self, url=url)

    def run(self, *words: object, **environment: str) -> "Result[str]":
        """Run a command until it ends; it must not print secrets or tracebacks."""
        with self.started(*words, **environment) as process:
            return self.ended(process)

    @contextmanager
    def started(self, *words: object, **environment: str) -> "Iterator[subprocess.Popen[str]]":
        """A running command, which is killed at the end of the block."""
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
        """The result of a command, once it has ended by itself."""
        stdout, stderr = process.communicate(timeout=PATIENCE)
        for secret in (self.token, "X-Amz-", "Traceback"):
            assert secret not in stdout + stderr
        return Result(process.args, process.returncode, stdout, stderr)

    def on_terminal(self, *words: object, answers: Answers = (), **environment: str) -> tuple[int, str]:
        """Run a command on a terminal; returns its exit status and everything that it has drawn."""
        environ = {**self.environment, **environment}
        return run_on_terminal([*map(str, words)], answers, environ, folder=self.state)

    def json(self, *words: object) -> Any:
        """The JSON document that a command prints."""
        result = self.run(*words, "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)


def id_in(result: "Result[str]") -> str:
    """The id that an upload prints."""
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
