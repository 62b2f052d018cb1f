"""A release: its number is the same wherever it stands, and users can read what is in it."""

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

import rosetta
from chalicelib.http.openapi_document import VERSION

ROOT = Path(__file__).parents[1]
UNRELEASED = "Unreleased"


def releases() -> list[tuple[str, str]]:
    """The releases of the changelog, newest first, each with its day."""
    return re.findall(r"^## (\d+\.\d+\.\d+) - (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)


def test_the_version_is_that_of_the_newest_release_in_the_changelog() -> None:
    assert [rosetta.__version__, VERSION] == [releases()[0][0]] * 2


def test_each_release_in_the_changelog_has_a_day_and_comes_after_those_below_it() -> None:
    numbers = [tuple(map(int, number.split("."))) for number, _ in releases()]
    days = [date.fromisoformat(day) for _, day in releases()]

    assert numbers == sorted(set(numbers), reverse=True)
    assert days == sorted(days, reverse=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_tag_of_this_commit_names_its_version() -> None:
    git = ["git", "-C", str(ROOT), "tag", "--points-at", "HEAD", "--list", "v*"]
    done = subprocess.run(git, capture_output=True, text=True, check=False)  # noqa: S603  # ours

    assert set(done.stdout.split()) <= {f"v{rosetta.__version__}"}
