"""What is deployed, made once for all tests."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.files import ROOT, STAGES


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the packages of all stages, each made by a process of its own."""
    out = tmp_path_factory.mktemp("build")
    for stage in STAGES:
        words = [sys.executable, "-m", "deploy", "package", "--stage", stage, "--out", str(out)]
        subprocess.run(words, cwd=ROOT, check=True, capture_output=True)  # noqa: S603  # our own words
    return out


@pytest.fixture(scope="session")
def packed(build: Path) -> bytes:
    """The bundle."""
    return (build / "cloudformation" / STAGES[0] / "deployment.zip").read_bytes()
