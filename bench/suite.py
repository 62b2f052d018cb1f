"""What the tests cost in CPU seconds: `python bench/suite.py [REVISION]` measures that revision too, in the same run.

BESIDE of the environment may name it as well. A newcomer waits for `make test`, and every change for the gate's run of
`make check`, which measures coverage too.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from bench.parts.beside import ROOT, checkout, environ, other

PLUGIN = ROOT / "bench/parts"
PLAIN = ("-n", "logical")
GATE = (*PLAIN, "--cov", "--cov-report=", "--cov-fail-under=100")


class Run(NamedTuple):
    """CPU seconds of a run, of its processes' collection and of each folder; and the tests of each folder."""

    cpu: float
    folders: Counter[str]
    tests: Counter[str]


def main() -> None:
    """Print the tables."""
    if revision := next(iter(sys.argv[1:]), other()):
        with checkout(revision) as root:
            before = run(root, GATE)
    else:
        before = None
    collect(ROOT)  # so that Python has compiled all
    collected, after, gate = collect(ROOT), run(ROOT, PLAIN), run(ROOT, GATE)
    print(f"| {os.cpu_count()} cores | tests | CPU seconds | ratio |\n| --- | ---: | ---: | ---: |")
    if before:
        print(f"| {revision}, with coverage | {before.tests.total():,} | {before.cpu:,.0f} | 1 |")
    for name, made in (("tests", after), ("tests with branch coverage", gate)):
        ratio = f"{made.cpu / before.cpu:.2f}" if before else ""
        print(f"| {name} | {made.tests.total():,} | {made.cpu:,.0f} | {ratio} |")
    print(f"| collection, in one process | | {collected:.1f} | |\n")
    columns = [each for each in (before, after, gate) if each]
    print(f"| folder | tests |{' before |' if before else ''} CPU seconds | with coverage |")
    print("| --- |" + " ---: |" * (len(columns) + 1))
    for folder in sorted(gate.folders, key=gate.folders.__getitem__, reverse=True):
        cells = [f"{each.folders[folder]:,.1f}" for each in columns]
        print(f"| {folder} | {gate.tests[folder] or ''} | {' | '.join(cells)} |")


def collect(root: Path) -> float:
    """CPU seconds of finding all tests, in one process."""
    return _cpu([sys.executable, "-m", "pytest", "--collect-only", "-q"], root, {})


def run(root: Path, options: tuple[str, ...]) -> Run:
    """Run the tests of a checkout."""
    with tempfile.TemporaryDirectory() as kept:
        words = [sys.executable, "-m", "pytest", "-q", "-p", "folder_times", *options]
        cpu = _cpu(words, root, {"PYTHONPATH": str(PLUGIN), "FOLDER_TIMES": kept})
        seconds, numbers = Counter[str](), Counter[str]()
        for each in Path(kept).iterdir():
            more = json.loads(each.read_text())
            seconds.update(more[0])
            numbers.update(more[1])
    return Run(cpu, seconds, numbers)


def _cpu(words: list[str], root: Path, more: dict[str, str]) -> float:
    with subprocess.Popen(  # noqa: S603  # ours
        words, cwd=root, env=environ(**more), stdout=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(words)} failed in {root}: {process.returncode}")
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
