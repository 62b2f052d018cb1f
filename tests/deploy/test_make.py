"""What `make` asks before it deploys or removes anything."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.deploy.files import ROOT

AWS = """#!/bin/sh
echo "$@" >> "$CALLS"
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the command line of AWS is asked for, which does nothing."""
    aws = tmp_path / "aws"
    aws.write_text(AWS)
    aws.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    (tmp_path / "calls").touch()
    return tmp_path / "calls"


def make(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run it as a person does: `make check` tells those that it runs of itself, and they then name their folder."""
    environ = {name: value for name, value in os.environ.items() if name not in {"MAKELEVEL", "MAKEFLAGS"}}
    return subprocess.run(  # noqa: S603  # ours
        ["make", *words],  # noqa: S607  # the one of the machine
        cwd=ROOT,
        env=environ,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_bucket_nothing_is_packaged_or_deployed(calls: Path) -> None:
    done = make("deploy", "BUCKET=")

    assert done.returncode == 2
    assert done.stderr.startswith("BUCKET must name a bucket of yours, for the code")
    assert (done.stdout, calls.read_text()) == ("", "")


@pytest.mark.parametrize("typed", ["", "\n", "yes\n", "rosetta-dev\n"])
def test_production_is_not_removed_unless_its_name_is_typed(calls: Path, typed: str) -> None:
    done = make("destroy", "STAGE=prod", typed=typed)

    assert done.returncode != 0
    assert "Type rosetta-prod to remove it" in done.stdout
    assert calls.read_text() == ""


@pytest.mark.parametrize(("stage", "typed"), [("prod", "rosetta-prod\n"), ("dev", "")])
def test_what_is_meant_is_removed(calls: Path, stage: str, typed: str) -> None:
    done = make("destroy", f"STAGE={stage}", typed=typed)

    assert done.returncode == 0
    assert calls.read_text().splitlines() == [
        f"cloudformation delete-stack --stack-name rosetta-{stage}",
        f"cloudformation wait stack-delete-complete --stack-name rosetta-{stage}",
    ]
