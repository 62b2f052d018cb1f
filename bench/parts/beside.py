"""Another revision of this repository, checked out to be measured in the same run."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]


@contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """The files of another revision, while the block runs."""
    with TemporaryDirectory() as folder:
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", folder, revision], check=True, capture_output=True)  # noqa: S603  # ours
        try:
            yield Path(folder)
        finally:
            subprocess.run([*git, "remove", "--force", folder], check=True, capture_output=True)  # noqa: S603  # ours
