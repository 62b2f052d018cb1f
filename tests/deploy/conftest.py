"""The deployment packages, built once for all tests."""

import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from tests.deploy.files import ROOT, STAGES


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder with the packages of all stages, built by the first process of this run that needs them."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    out, done = shared / "build", shared / "build.done"
    with FileLock(shared / "build.lock"):
        if not done.exists():
            for stage in STAGES:
                words = [sys.executable, "-m", "deploy", "package", "--stage", stage, "--out", str(out)]
                subprocess.run(words, cwd=ROOT, check=True, capture_output=True)  # noqa: S603  # our own words
            done.touch()
    return out


@pytest.fixture(scope="session")
def packed(build: Path) -> bytes:
    """The bundle of the API."""
    return (build / "cloudformation" / STAGES[0] / "deployment.zip").read_bytes()


@pytest.fixture(scope="session")
def packed_worker(build: Path) -> bytes:
    """The bundle of the worker and the reaper."""
    return (build / "cloudformation" / STAGES[0] / "worker.zip").read_bytes()
