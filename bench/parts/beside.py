"""Check out another revision of this repository, to be measured in the same run.

The variable `BESIDE`, a git revision, is the default of the scripts' options.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from local.state import local_dir

ROOT = Path(__file__).parents[2]
VARIABLE = "BESIDE"

Table = Mapping[str, Mapping[str, str]]
"""Rows by first cell, cells by column heading."""


def other() -> str | None:
    """The revision to compare with, or ""."""
    return os.environ.get(VARIABLE) or None


def environ(**more: str) -> dict[str, str]:
    """The environment for measured processes, without BESIDE."""
    return {**os.environ, VARIABLE: "", **more}


@contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """Check out another revision while the block runs."""
    with TemporaryDirectory() as folder:
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", folder, revision], check=True)  # noqa: S603  # ours
        try:
            yield Path(folder)
        finally:
            subprocess.run([*git, "remove", "--force", folder], check=True)  # noqa: S603  # ours


def output(root: Path, *words: str) -> str:
    """Run Python with the modules of a checkout and return its stdout. Raises CalledProcessError."""
    # The engine is already installed in LOCAL_DIR.
    environment = environ(PYTHONPATH=str(root), LOCAL_DIR=str(local_dir().resolve()))
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  # ours
    return done.stdout


def printed(text: str) -> Table:
    """Parse a Markdown table."""
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return {cells[0]: dict(zip(lines[0], cells, strict=True)) for cells in lines[2:]}
