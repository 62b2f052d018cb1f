"""The command as others have it: installed from a wheel, in a home of its own, with nothing of the checkout around."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from rosetta import __version__
from tests.e2e.server import Server
from tests.jobs import disks
from tests.local_server import state_of
from tests.processes import PATIENCE, ROOT

pytestmark = pytest.mark.e2e

LISTS = ("requirements.txt", "requirements-run.txt")
MAX_PACKAGES = 8
"""Of the command alone: its own and those of its three libraries."""


@dataclass(frozen=True)
class Installed:
    """A virtual environment and an empty home."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def run(self, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """Run the command to its end."""
        return subprocess.run(  # noqa: S603  # ours
            self.command(*words), cwd=self.home, env=self.told(environ), capture_output=True, text=True, check=False
        )

    def command(self, *words: str) -> list[str]:
        return [str(self.folder / "bin" / "rosetta"), *words]

    def told(self, environ: dict[str, str]) -> dict[str, str]:
        """Nothing of the user's."""
        return {"PATH": os.defpath, "HOME": str(self.home), **environ}

    def packages(self) -> set[str]:
        """What there is besides pip and its like."""
        done = subprocess.run(  # noqa: S603  # ours
            [str(self.folder / "bin" / "python"), "-m", "pip", "list", "--format", "json"],
            capture_output=True,
            text=True,
            check=True,
        )
        return {each["name"] for each in json.loads(done.stdout)} - {"pip", "setuptools"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run_pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    [wheel] = folder.iterdir()
    return wheel


def run_pip(python: str, *words: str) -> None:
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    subprocess.run(pip, check=True)  # noqa: S603  # ours


def install(wheel: Path, folder: Path, extra: str = "") -> Installed:
    """The wheel with what it needs, in the versions that are tested."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603  # ours
    pins = folder / "pins.txt"  # not the list itself: what it includes would be installed
    lines = [line for name in LISTS for line in (ROOT / name).read_text("utf-8").splitlines()]
    pins.write_text("\n".join(line for line in lines if not line.startswith("-r ")), "utf-8")
    run_pip(str(folder / "bin" / "python"), "install", "--constraint", str(pins), f"{wheel}{extra}")
    installed = Installed(folder)
    installed.home.mkdir()
    return installed


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The command alone."""
    return install(wheel, tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def serving(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The command, and what it takes to serve."""
    return install(wheel, tmp_path_factory.mktemp("serving"), "[server]")


def test_the_wheel_has_the_product_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {
        "app.py",
        "chalicelib",
        "local",
        "rosetta",
    }
    assert {"chalicelib/docs/vendor/swagger-ui-bundle.js", "local/demonstration.json"} <= set(names)
    assert "rosetta/packed/oslo_utils/imageutils/format_inspector.py" in names
    assert any(name.startswith("rosetta/packed/") and name.endswith("/LICENSE") for name in names)


def test_it_tells_its_version_and_takes_few_packages(alone: Installed) -> None:
    result = alone.run("--version")

    assert (result.returncode, result.stdout) == (0, f"rosetta {__version__}\n")
    assert len(alone.packages()) <= MAX_PACKAGES


def test_images_go_up_and_are_listed(alone: Installed, server: Server) -> None:
    (alone.home / "disk.raw").write_bytes(b"bytes")
    settings = {"ROSETTA_URL": server.url, "ROSETTA_TOKEN": server.token("t1")}

    sent = alone.run("image", "upload", "disk.raw", **settings)
    listed = alone.run("image", "list", "--json", **settings)

    assert sent.returncode == 0, sent.stderr
    assert [image["name"] for image in json.loads(listed.stdout)] == ["disk"]


def test_a_file_is_looked_at_with_what_the_wheel_brings_along(alone: Installed, server: Server) -> None:
    (alone.home / "backed.qcow2").write_bytes(disks.qcow2(backing=1024))
    settings = {"ROSETTA_URL": server.url, "ROSETTA_TOKEN": server.token("t1")}

    refused = alone.run("image", "upload", "backed.qcow2", **settings)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "The image is unsafe: it needs a backing file" in refused.stderr.splitlines()[-1]


@pytest.mark.parametrize("words", ["serve", "migrate", "token list --aws"])
def test_what_needs_the_server_says_what_to_install(alone: Installed, words: str) -> None:
    result = alone.run(*words.split())

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.endswith(", which is not installed: pip install 'rosetta-images[server]'\n")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("words", ["serve", "migrate", "token create", "import"])
def test_help_needs_nothing_that_is_not_installed(alone: Installed, words: str) -> None:
    assert alone.run(*words.split(), "--help").returncode == 0


def test_who_has_the_libraries_of_the_server_serves(serving: Installed) -> None:
    with subprocess.Popen(  # noqa: S603  # ours
        serving.command("serve", "--port", "0"),
        cwd=serving.home,
        env=serving.told({}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        url = state_of(process, serving.home / ".local", lambda: "no log")["url"]
        token = serving.run("token", "create", "--local", "--user", "u", "--policy", "admin")
        listed = serving.run("usage", "--tenant", "t1", ROSETTA_URL=url, ROSETTA_TOKEN=token.stdout.strip())
        process.send_signal(signal.SIGTERM)
        status = process.wait(PATIENCE)

    assert (token.returncode, listed.returncode, status) == (0, 0, 0), token.stderr + listed.stderr
    assert listed.stdout.startswith("tenant         t1\n")
