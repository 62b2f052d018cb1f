"""Measure the CPU time of the command: for its help, and for a list of images on a local server.

`BESIDE=revision` measures another one in the same run, in turns; it may still be called `python -m cli`.
"""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median

from bench.parts.beside import ROOT, checkout, environ, other
from bench.parts.repeats import repeats
from tests.local_server import running_local_server

TURNS = 15
OURS = {"--help": ("rosetta", "--help"), "image list": ("rosetta", "image", "list")}
OLDER = {"--help": ("cli", "--help"), "image list": ("cli", "images")}
"""The same commands in revisions before `rosetta`."""


def main() -> None:
    """Measure and print the table."""
    revision = other()
    with served() as settings, checkout(revision) if revision else nullcontext() as beside:
        roots = {"here": ROOT, **({revision: beside} if revision and beside else {})}
        found = measure(roots, settings)
    heads = [f"{name}, ms" for name in roots]
    print(f"| command, CPU | {' | '.join(heads)} |{' ratio |' if revision else ''}")
    print("| --- |" + " ---: |" * (len(roots) + bool(revision)))
    for name, taken in found.items():
        cells = [f"{1000 * seconds:.0f}" for seconds in taken]
        print(f"| {name} | {' | '.join(cells)} |" + (f" {taken[0] / taken[1]:.2f} |" if revision else ""))


def measure(roots: Mapping[str, Path], settings: Mapping[str, str]) -> dict[str, list[float]]:
    """The CPU seconds of each command in each checkout: the median of all turns but the first, which compiles."""
    taken: dict[tuple[str, str], list[float]] = {}
    for _ in range(1 + repeats(TURNS)):
        for label, root in roots.items():
            for name, words in (OURS if (root / "rosetta").exists() else OLDER).items():
                taken.setdefault((name, label), []).append(cpu_seconds(root, words, settings))
    return {name: [median(taken[name, label][1:]) for label in roots] for name in OURS}


def cpu_seconds(root: Path, words: Sequence[str], settings: Mapping[str, str]) -> float:
    """The CPU seconds of running a command. Raises CalledProcessError."""
    told = {name: text for name, text in environ(**settings).items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", *words]
    told |= {"PYTHONPATH": str(root)}
    subprocess.run(command, cwd=root, env=told, stdout=subprocess.DEVNULL, check=True)  # noqa: S603  # ours
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def served() -> Iterator[dict[str, str]]:
    """Start a local server and yield the variables for the command."""
    with tempfile.TemporaryDirectory() as folder, running_local_server(Path(folder)) as state:
        yield {"ROSETTA_URL": state["url"], "ROSETTA_TOKEN": next(iter(state["principals"].values()))["secret"]}


if __name__ == "__main__":
    main()
