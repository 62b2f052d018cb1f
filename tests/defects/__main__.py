"""Seeds each defect into a copy of the project, one at a time, and sees whether its suite fails: `make defects`.

Prints a line for each, and one for each suite, which has to pass without a defect; ends with 1 unless all are caught.
Words that follow the command choose among them.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.defects.seeds import DEFECTS, Defect

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".local", ".venv", ".*_cache", ".hypothesis", "__pycache__", "build")
PASSED, FAILED = 0, 1
"""What pytest ends with; it says otherwise if no test ran, or one could not."""


def main() -> int:
    """Try the defects that the arguments name, or all of them."""
    chosen = {name: defect for name, defect in DEFECTS.items() if all(word in name for word in sys.argv[1:])}
    suites = dict.fromkeys(defect.suite for defect in chosen.values())
    sound = [_ends(PASSED, suite, "without a defect") for suite in suites]
    caught = [_ends(FAILED, defect.suite, name, defect) for name, defect in chosen.items()]
    print(f"{sum(sound)} of {len(sound)} suites pass, {sum(caught)} of {len(caught)} defects are caught")
    return 0 if all(sound) and all(caught) else 1


def _ends(wanted: int, suite: tuple[str, ...], name: str, defect: Defect | None = None) -> bool:
    """Whether a suite ends as it should in a copy of the project, which has the defect if there is one."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "rosetta"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        if defect is not None:
            (copy / defect.module).write_text(defect.seeded(ROOT), "utf-8")
        status = _status(copy, suite)
    said = {PASSED: "passes", FAILED: "fails"}.get(status, "breaks")
    print(f"{'' if status == wanted else 'WRONG: '}{suite[0]} {said} in {time.monotonic() - started:.0f} s: {name}")
    sys.stdout.flush()
    return status == wanted


def _status(copy: Path, suite: tuple[str, ...]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *suite]
    return subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode  # noqa: S603  # our own arguments


if __name__ == "__main__":
    sys.exit(main())
