"""The published clients: each release in a virtual environment, its library in a process, of its own."""

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.processes import ROOT, JsonProcess

HERE = Path(__file__).parent
CLIENTS = ROOT / ".local" / "clients"


@dataclass(frozen=True)
class Installation:
    """One release of a client, ready to be run."""

    client: str
    folder: Path

    def program(self, name: str) -> str:
        return str(self.folder / "bin" / name)

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the user's: no proxy, no credentials, no settings."""
        return {"PATH": os.defpath, "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}


def install(client: str, version: str) -> Installation:
    """Installed when asked for first, and again only when its pins, its Python or its place have changed."""
    CLIENTS.mkdir(parents=True, exist_ok=True)
    with (CLIENTS / f"{client}-{version}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes may run tests of the same client
        return _install(client, version)


def _install(client: str, version: str) -> Installation:
    installation = Installation(client, CLIENTS / f"{client}-{version}")
    requirements = HERE / f"requirements-{client}-{version}.txt"
    pins = requirements.read_text("utf-8")
    wanted = f"# {installation.folder}\n# Python {sys.version}\n{pins}"
    stamp = installation.folder / "installed.txt"
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        _run(sys.executable, "-m", "venv", "--clear", "--without-pip", str(installation.folder))
        python = installation.program("python")
        pip = (sys.executable, "-m", "pip", "--python", python, "--quiet", "--disable-pip-version-check")
        # Most of the modules of a large client are never imported: what is, its Python compiles then.
        how = ("--no-deps", "--no-build-isolation", "--no-compile")
        for what in ("builds", "builds, once built"):  # what has no wheel
            if builders := re.findall(rf"^(\S+) +# {what}$", pins, re.MULTILINE):
                _run(*pip, "install", *how, *builders)
        _run(*pip, "install", *how, "-r", str(requirements))
        _run(*pip, "check")
        stamp.write_text(wanted, "utf-8")
    return installation


def _run(*words: str) -> None:
    subprocess.run(words, check=True)  # noqa: S603  # our own words


def imported(client: str, version: str, module: str) -> Any:
    """A module of a release that this process itself uses, for what has no types that mypy could see."""
    [packages] = install(client, version).folder.glob("lib/python*/site-packages")
    sys.path.append(str(packages))
    try:
        return import_module(module)
    finally:
        sys.path.remove(str(packages))


class ClientError(Exception):
    """An exception of the client's library: the name of its class, its text, and its status if it has one."""

    def __init__(self, name: str, message: str, status: int | None) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.status = status


def refusal(name: str, words: str = "", status: int | None = None) -> pytest.RaisesExc[ClientError]:
    """Expects an exception of this class, with these words in its text, and with this status if one is given."""
    return pytest.raises(
        ClientError,
        match=rf"(?s)^{name}: .*{re.escape(words)}",
        check=lambda error: status in {None, error.status},
    )


class Library(JsonProcess):
    """A client's library, driven in a process of its own Python."""

    def call(self, **call: Any) -> Any:
        """The result of one call; see `drivers/protocol.py`. Raises ClientError."""
        answer = self.ask(call)
        if "error" in answer:
            raise ClientError(answer["error"], answer["message"], answer["status"])
        return answer["result"]


@contextmanager
def running_library(installation: Installation, driver: str = "") -> Iterator[Library]:
    """The library of a client, run by the driver of the same name unless another one is given."""
    words = [installation.program("python"), "-m", f"tests.e2e.drivers.{driver or installation.client}"]
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603  # our own words
        words, stdin=pipe, stdout=pipe, cwd=ROOT, env=installation.environment, text=True
    ) as process:
        yield Library(process)


@dataclass(frozen=True)
class LibraryCaller:
    """A principal that uses a server through a client's library."""

    bindings: Library
    endpoint: str
    token: str
    tenant: str

    def call(self, method: str, *arguments: Any, **fields: Any) -> Any:
        """A call of the library: `t1.call("images.get", image_id)`. Raises ClientError."""
        return self._call(method, arguments, fields)

    def _call(self, method: str, arguments: tuple[Any, ...], fields: dict[str, Any], **more: str) -> Any:
        caller = {"endpoint": self.endpoint, "token": self.token, "tenant": self.tenant}
        return self.bindings.call(**caller, method=method, arguments=arguments, fields=fields, **more)
