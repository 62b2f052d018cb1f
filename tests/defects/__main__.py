"""Seed each defect into a copy of the project, one at a time, and run the suite that must fail: `make defects`.

Prints a line for each defect, and for each suite, which must pass without a defect. Exits with 1 unless all are caught.
Arguments select the defects whose names contain all of them.
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
"""Exit statuses of pytest; others mean that no test ran, or that pytest itself failed."""


def main() -> int:
    """Try the defects that the arguments select, or all of them, and return the exit status."""
    chosen = {name: defect for name, defect in DEFECTS.items() if all(word in name for word in sys.argv[1:])}
    suites = dict.fromkeys(defect.suite for defect in chosen.values())
    sound = [_exits_with(PASSED, suite, "no defect") for suite in suites]
    caught = [_exits_with(FAILED, defect.suite, name, defect) for name, defect in chosen.items()]
    print(f"{sum(sound)} of {len(sound)} suites passed, {sum(caught)} of {len(caught)} defects were caught")
    return 0 if all(sound) and all(caught) else 1


def _exits_with(expected: int, suite: tuple[str, ...], name: str, defect: Defect | None = None) -> bool:
    """Run a suite in a copy of the project, with the defect if one is given, and compare its exit status."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "rosetta"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        if defect is not None:
            (copy / defect.module).write_text(defect.seeded(ROOT), "utf-8")
        status = _status(copy, suite)
    result = {PASSED: "passed", FAILED: "failed"}.get(status, "crashed")
    verdict = "ok" if status == expected else "UNEXPECTED"
    print(f"{verdict}: {name}: {suite[0]} {result} in {time.monotonic() - started:.0f} s", flush=True)
    return status == expected


def _status(copy: Path, suite: tuple[str, ...]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *suite]
    return subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode  # noqa: S603  # our own arguments


if __name__ == "__main__":
    sys.exit(main())
