"""Seeds each defect into a copy of the project, one at a time, and sees whether its suite fails: `make defects`.

Prints a line for each; ends with 1 unless all are caught. Words that follow the command choose among them.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.defects.seeds import DEFECTS, Defect

ROOT = Path(__file__).parents[2]
COPIED = ("app.py", "chalicelib", "local", "tests", "pyproject.toml", ".chalice", "cli", "deploy")
FAILED = 1
"""What pytest ends with if a test has failed; it says otherwise if none ran, or one could not."""


def main() -> int:
    """Try the defects that the arguments name, or all of them."""
    chosen = {name: defect for name, defect in DEFECTS.items() if all(word in name for word in sys.argv[1:])}
    caught = [_is_caught(name, defect) for name, defect in chosen.items()]
    print(f"{sum(caught)} of {len(caught)} defects caught")
    return 0 if all(caught) else 1


def _is_caught(name: str, defect: Defect) -> bool:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for each in COPIED:
            _copy(ROOT / each, copy / each)
        (copy / defect.module).write_text(defect.seeded(ROOT), "utf-8")
        caught = _fails(copy, defect.suite)
    print(
        f"{'caught' if caught else 'MISSED'} by {defect.suite[0]} in {time.monotonic() - started:.0f} s: {name}",
        flush=True,
    )
    return caught


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _fails(copy: Path, suite: tuple[str, ...]) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *suite]
    ended = subprocess.run(command, cwd=copy, capture_output=True, check=False)  # noqa: S603  # our own arguments
    return ended.returncode == FAILED


if __name__ == "__main__":
    sys.exit(main())
