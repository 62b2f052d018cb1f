"""Compiled libraries are those that are pinned, for the processor that is asked for, wherever the bundle is made."""

import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from deploy.bundle import BundleError, worker_bundle
from deploy.wheels import KEPT, REQUIREMENTS, WheelError, files_of, machine_of
from tests.deploy.files import ROOT
from tests.deploy.test_bundle import TAG, a_project


def a_wheel() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("example/", "")
        archive.writestr("example/fast.so", b"\x7fELF")
    return packed.getvalue()


WHEEL = a_wheel()
PINNED = f"example==1.0 \\\n    --hash=sha256:{hashlib.sha256(WHEEL).hexdigest()}\n"


def needing(folder: Path) -> Path:
    """A project whose worker needs a compiled library."""
    project = a_project(folder, "")
    (project / REQUIREMENTS).write_text(PINNED)
    return project


def keep(project: Path, content: bytes) -> None:
    kept = project / KEPT / f"aarch64-{TAG}"
    kept.mkdir(parents=True)
    (kept / "example-1.0.whl").write_bytes(content)


def test_a_wheel_that_is_kept_is_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = needing(tmp_path)
    keep(project, WHEEL)
    monkeypatch.setattr(subprocess, "run", None)

    assert files_of(project, "aarch64") == {"example/fast.so": b"\x7fELF"}


def test_a_wheel_that_is_not_as_it_was_pinned_is_not_used(tmp_path: Path) -> None:
    project = needing(tmp_path)
    keep(project, WHEEL + b"more")
    refusing(project)

    with pytest.raises(WheelError, match="for aarch64 cannot be fetched: "):
        files_of(project, "aarch64")


def test_no_bundle_is_made_without_its_wheels(tmp_path: Path) -> None:
    project = needing(tmp_path)
    refusing(project)

    with pytest.raises(BundleError, match="for riscv64 cannot be fetched: "):
        worker_bundle(project, "riscv64")


def refusing(project: Path) -> None:
    """Have pip find that what is required has no requirement that it could read, so that it asks nobody."""
    (project / REQUIREMENTS).write_text(f"{PINNED}--no-such-option\n")


def test_wheels_are_fetched_by_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = needing(tmp_path)
    (tmp_path / "example-1.0-cp311-abi3-manylinux2014_aarch64.whl").write_bytes(installable())
    digest = hashlib.sha256(installable()).hexdigest()
    (project / REQUIREMENTS).write_text(f"example==1.0 --hash=sha256:{digest}\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))

    assert files_of(project, "aarch64")["example/fast.so"] == b"\x7fELF"


def installable() -> bytes:
    """A wheel that pip takes for one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in {
            "example/fast.so": b"\x7fELF",
            "example-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: example\nVersion: 1.0\n",
            "example-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nTag: cp311-abi3-manylinux2014_aarch64\n",
            "example-1.0.dist-info/RECORD": b"",
        }.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


@pytest.mark.parametrize(("config", "machine"), [({"lambda_architecture": "arm64"}, "aarch64"), ({}, "x86_64")])
def test_the_processor_is_that_of_the_functions(tmp_path: Path, config: dict[str, str], machine: str) -> None:
    (tmp_path / ".chalice").mkdir()
    (tmp_path / ".chalice" / "config.json").write_text(json.dumps(config))

    assert machine_of(tmp_path) == machine


def test_a_project_without_such_requirements_has_no_wheels(tmp_path: Path) -> None:
    assert files_of(tmp_path, machine_of(tmp_path)) == {}


def test_what_the_worker_is_given_is_what_is_run_here() -> None:
    run = (ROOT / "requirements-run.txt").read_text("utf-8").splitlines()
    pinned = [line.split()[0] for line in (ROOT / REQUIREMENTS).read_text("utf-8").splitlines() if line[0] not in "# "]

    assert pinned == ["cffi==2.1.1", "cryptography==50.0.2"]
    assert set(pinned) <= set(run)
