"""The modules of Ansible's collection `theforeman.foreman`, each task a process of its own, as Ansible runs them."""

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.e2e.clients import Installation
from tests.e2e.server import Server
from tests.processes import PATIENCE

Record = dict[str, Any]
MODULES = "ansible_collections.theforeman.foreman.plugins.modules"
EXPECTED_WARNING = "plain HTTP server URL"
RECAP = re.compile(r"^localhost +: (.*)$", re.MULTILINE)


class TaskFailed(Exception):
    """What a module says when its task fails."""


@dataclass(frozen=True)
class Outcome:
    """What came of a task: whether it changed anything, and the record that it was about, None if that is gone."""

    changed: bool
    record: Record | None


@dataclass(frozen=True)
class Ansible:
    """Ansible as somebody who has an account at a server; the description of the API stays between tasks."""

    installation: Installation
    url: str
    user: str
    password: str
    folder: Path

    def acting_for(self, server: Server, principal: str) -> "Ansible":
        """The same Ansible with another account."""
        return replace(self, user=server.user(principal), password=server.token(principal))

    def task(self, module: str, **arguments: Any) -> Record:
        """All that a module says of a task that succeeded. Raises TaskFailed."""
        account = {"server_url": self.url, "username": self.user, "password": self.password}
        given = json.dumps({"ANSIBLE_MODULE_ARGS": {**account, **arguments}})
        words = [self.installation.program("python"), "-m", f"{MODULES}.{module}"]
        done = self._run(words, given)
        assert done.stdout, done.stderr
        said: Record = json.loads(done.stdout)
        if said.get("failed"):
            raise TaskFailed(said["msg"])
        assert all(EXPECTED_WARNING in str(warning) for warning in said.get("warnings", [])), said["warnings"]
        return said

    def bring_about(self, module: str, **arguments: Any) -> Outcome:
        """A record as a task wants it. Raises TaskFailed."""
        said = self.task(module, **arguments)
        [records] = said["entity"].values()
        return Outcome(said["changed"], records[0] if records else None)

    def play(self, playbook: Path) -> Mapping[str, int]:
        """How many tasks of a playbook that succeeds were ok, changed something, and so on."""
        done = self._run([self.installation.program("ansible-playbook"), str(playbook)], "")
        recap = RECAP.search(done.stdout)
        assert recap, done.stdout + done.stderr
        assert done.returncode == 0, done.stdout + done.stderr
        return {name: int(number) for name, _, number in (word.partition("=") for word in recap[1].split())}

    def _run(self, words: list[str], given: str) -> "subprocess.CompletedProcess[str]":
        account = {"FOREMAN_SERVER_URL": self.url, "FOREMAN_USER": self.user, "FOREMAN_PASSWORD": self.password}
        places = {"XDG_CACHE_HOME": str(self.folder), "ANSIBLE_HOME": str(self.folder / "ansible")}
        environment = {**self.installation.environment, **places, **account, "ANSIBLE_NOCOLOR": "1"}
        return subprocess.run(  # noqa: S603  # our own words
            words, input=given, capture_output=True, env=environment, text=True, timeout=PATIENCE, check=False
        )
