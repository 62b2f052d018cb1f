"""Measure the CPU seconds of the tests: `python bench/suite.py [REVISION]` also measures that revision.

The variable BESIDE is the default revision. Tests run as in `make test`, and with coverage as in `make check`.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import ChainMap, Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.parts.beside import ROOT, checkout, environ, other

PLUGIN = ROOT / "bench/parts"
PLAIN = ("-n", "logical")
GATE = (*PLAIN, "--cov", "--cov-report=", "--cov-fail-under=100")
LAST_WORDS = 10_000
"""Characters that are shown of what a run said that failed."""


class Run(NamedTuple):
    """CPU seconds of a run, of its collection, and of each test."""

    cpu: float
    collection: float
    tests: Mapping[str, float]

    @property
    def folders(self) -> Counter[str]:
        """The seconds of each folder."""
        seconds = Counter[str]()
        for test, taken in self.tests.items():
            seconds[folder(test)] += taken  # type: ignore[assignment]  # seconds are added up like numbers
        return seconds


def main() -> None:
    """Measure, and print each line of the tables as soon as it is known."""
    revision = next(iter(sys.argv[1:]), other())
    print(f"| {os.cpu_count()} cores | tests | CPU seconds | ratio |\n| --- | ---: | ---: | ---: |", flush=True)
    before = None
    if revision:
        with checkout(revision) as root:
            before = run(root, GATE)
        _print_row(f"{revision}, with coverage", before, before)
    collect(ROOT)  # so that all bytecode is compiled
    collected = collect(ROOT)
    after = run(ROOT, PLAIN)
    _print_row("tests", after, before)
    gate = run(ROOT, GATE)
    _print_row("tests with branch coverage", gate, before)
    if before:
        _print_shared(before, after, gate)
    print(f"| collection, in one process | | {collected:.1f} | |\n")
    _print_folders([each for each in (before, after, gate) if each])


def _print_row(name: str, made: Run, before: Run | None) -> None:
    ratio = f"{made.cpu / before.cpu:.2f}" if before else ""
    print(f"| {name} | {len(made.tests):,} | {made.cpu:,.0f} | {ratio} |", flush=True)


def _print_shared(before: Run, *runs: Run) -> None:
    """What the same tests take: there are more of them with each capability."""
    same = before.tests.keys() & set.intersection(*(set(each.tests) for each in runs))
    base, *others = (sum(each.tests[test] for test in same) for each in (before, *runs))
    names = ("the same tests before", "the same tests", "the same tests with branch coverage")
    for name, seconds in zip(names, (base, *others), strict=True):
        print(f"| {name} | {len(same):,} | {seconds:,.0f} | {seconds / base:.2f} |")


def _print_folders(runs: Sequence[Run]) -> None:
    """The last run decides about the order, and has the number of tests."""
    print(f"| folder | tests |{' before |' if len(runs) > 2 else ''} CPU seconds | with coverage |")
    print("| --- |" + " ---: |" * (len(runs) + 1))
    numbers, seconds = Counter(map(folder, runs[-1].tests)), [each.folders for each in runs]
    for name, _ in seconds[-1].most_common():
        print(f"| {name} | {numbers[name]:,} | {' | '.join(f'{each[name]:,.1f}' for each in seconds)} |")
    print(f"| (collection) | | {' | '.join(f'{each.collection:,.1f}' for each in runs)} |")


def folder(test: str) -> str:
    """The folder that a test is counted below: `faults`, `dialects/foreman`, or `.` for those beside the folders."""
    parts = test.split("::", maxsplit=1)[0].split("/")[1:-1]
    return "/".join(parts[: 2 if parts[:1] == ["dialects"] else 1]) or "."


def collect(root: Path) -> float:
    """CPU seconds of collecting all tests in one process."""
    return _cpu([sys.executable, "-m", "pytest", "--collect-only", "-q"], root, {})


def run(root: Path, options: tuple[str, ...]) -> Run:
    """Run the tests of a checkout."""
    with tempfile.TemporaryDirectory() as kept:
        words = [sys.executable, "-m", "pytest", "-q", "-p", "cpu_times", *options]
        cpu = _cpu(words, root, {"PYTHONPATH": str(PLUGIN), "CPU_TIMES": kept})
        parts = [json.loads(each.read_text()) for each in Path(kept).iterdir()]
    collection, tests = zip(*parts, strict=True)
    return Run(cpu, sum(collection), dict(ChainMap(*tests)))


def _cpu(words: list[str], root: Path, more: dict[str, str]) -> float:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        with subprocess.Popen(words, cwd=root, env=environ(**more), stdout=said) as process:  # noqa: S603  # ours
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{said.read()[-LAST_WORDS:]}\n{' '.join(words)} failed in {root}: {process.returncode}")
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
