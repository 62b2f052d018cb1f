"""Measure a cold start of the deployed bundle: CPU time, memory, the slowest imports, and size.

Functions start in turn, several times: Rosetta, with a first request that shows an image or links to its data; one that
makes one DynamoDB call with botocore, as published but with bytecode as in our bundle; and one that does nothing, whose
CPU time, of Python and Lambda's runtime client, is subtracted from the others. Memory is a process' peak. With BESIDE,
a git revision, that revision's bundle starts in the same turns.
"""

import argparse
import contextlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.metadata import distribution
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.parts.beside import checkout, other
from bench.parts.process import Used, used_by_child
from bench.parts.repeats import repeats
from bench.parts.revision import Made, made_of
from deploy.bundle import LARGEST
from deploy.compiling import compiled
from local.environment import use_local_aws
from tests.loopback.runtime import running_function
from tests.loopback.tools import bare_python

ROOT = Path(__file__).parents[1]
BARE = """
import json
import botocore.session

client = botocore.session.get_session().create_client("dynamodb")


def app(event, context):
    return {"statusCode": 200, "body": json.dumps(client.batch_get_item(**event)["Responses"])}
"""
NOTHING = """
def app(event, context):
    return {"statusCode": 200, "body": ""}
"""
BOTOCORE = ("botocore", "jmespath", "python-dateutil", "six", "urllib3")
DEAREST = 10
KINDS = ("code", "bytecode", "data")
CPU_BUDGET, MEMORY_BUDGET = 0.6, 0.65
"""Maximum ratios of showing an image to one call with botocore."""
BESIDE_BUDGETS = {"link": 0.45}
"""Maximum ratios of CPU time to the other revision's."""
IDLE, FLOOR = "Python and its runtime client", "one call with botocore"
REQUESTS = {"show": "showing an image", "link": "linking to its bytes"}

Turns = Sequence[Mapping[str, Used]]
"""What each function used, by name, per turn."""


class Starting(NamedTuple):
    """A function to start: its code, first event and environment."""

    folder: Path
    event: object
    environment: Mapping[str, str]


def main() -> None:
    """Measure everything in one run and print three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=repeats(5), help="how often each function starts")
    parser.add_argument("--beside", metavar="REVISION", default=other(), help="another revision to measure")
    asked = parser.parse_args()
    made = {"Rosetta": made_of(ROOT)}
    if asked.beside:
        with checkout(asked.beside) as root:
            made[asked.beside] = made_of(root)
    with tempfile.TemporaryDirectory() as name:
        for line in starts_table(_turns(made, Path(name), asked.times), asked.beside):
            print(line)
        _print_imports(Path(name, "Rosetta"), asked.times)
    _print_sizes([each.bundle for each in made.values()], asked.beside)


def starts_table(turns: Turns, revision: str | None) -> list[str]:
    """The table of what the functions used; ratios are medians of the ratios within each turn."""
    ours = [_line(f"Rosetta, {what}", turns, *_budgets(request)) for request, what in REQUESTS.items()]
    heads = f"{'CPU, ms':>8}{'ratio':>7}{'budget':>7}{'peak, MB':>10}{'ratio':>7}{'budget':>7}"
    lines = [f"{'import and first request':34}{heads}", _line(IDLE, turns), _line(FLOOR, turns), *ours]
    if revision:
        lines += [_line(f"{revision}, {what}", turns) for what in REQUESTS.values()]
        lines += ["", f"{'CPU of Rosetta over ' + revision:34}{'':8}{'ratio':>7}{'budget':>7}"]
        for request, what in REQUESTS.items():
            ratio = _ratio(turns, f"Rosetta, {what}", f"{revision}, {what}")
            lines.append(f"{what:34}{'':8}{ratio:>7.2f}{BESIDE_BUDGETS.get(request, ''):>7}")
    return lines


def _budgets(request: str) -> tuple[object, object]:
    return (CPU_BUDGET, MEMORY_BUDGET) if request == "show" else ("", "")


def _line(name: str, turns: Turns, cpu_budget: object = "", memory_budget: object = "") -> str:
    base = 0.0 if name == IDLE else 1.0
    cpu = median(turn[name].cpu_seconds - base * turn[IDLE].cpu_seconds for turn in turns)
    peak = median(turn[name].peak_bytes for turn in turns)
    cpu_ratio = memory_ratio = ""
    if name not in (IDLE, FLOOR):
        cpu_ratio = f"{_ratio(turns, name, FLOOR):.2f}"
        memory_ratio = f"{median(turn[name].peak_bytes / turn[FLOOR].peak_bytes for turn in turns):.2f}"
    return (
        f"{name:34}{cpu * 1e3:>8.0f}{cpu_ratio:>7}{cpu_budget:>7}{peak / 1e6:>10.1f}{memory_ratio:>7}{memory_budget:>7}"
    )


def _ratio(turns: Turns, name: str, floor: str) -> float:
    """The ratio of CPU times, each minus that of doing nothing."""
    return median(
        (turn[name].cpu_seconds - turn[IDLE].cpu_seconds) / (turn[floor].cpu_seconds - turn[IDLE].cpu_seconds)
        for turn in turns
    )


def _turns(made: Mapping[str, Made], place: Path, times: int) -> Turns:
    """Start all functions this number of times, with their code unpacked into a folder."""
    _write(place / "bare", {**_botocore(), "app.py": BARE.encode()})
    _write(place / "nothing", {"app.py": NOTHING.encode()})
    starts = {IDLE: Starting(place / "nothing", {}, _aws(""))}
    with contextlib.ExitStack() as stack:
        for name, each in made.items():
            with zipfile.ZipFile(io.BytesIO(each.bundle)) as archive:
                archive.extractall(place / name)
            environment = _aws(stack.enter_context(each.replayed())) | {"TABLE_PREFIX": each.prefix}
            read = each.asked["show"].calls[-1].parameters
            starts.setdefault(FLOOR, Starting(place / "bare", read, environment))
            for request, what in REQUESTS.items():
                starts[f"{name}, {what}"] = Starting(place / name, each.asked[request].event, environment)
        turns = [{name: _started(start) for name, start in starts.items()} for _ in range(times + 1)]
    return turns[1:]  # the first turn filled the disk cache


def _aws(url: str) -> dict[str, str]:
    environment: dict[str, str] = {}
    use_local_aws(environment, url)
    return environment


def _started(start: Starting) -> Used:
    # Killed while it waits for an event, it leaves a broken connection, about which the Runtime API complains.
    with (
        contextlib.redirect_stderr(io.StringIO()),
        running_function("app", start.folder, start.environment) as function,
    ):
        answer = function.invoke(start.event)
        used = used_by_child(function.leash)
    assert answer["statusCode"] < 400, answer  # noqa: S101  # an error would cost less
    return used


def _botocore() -> dict[str, bytes]:
    """The library with its data for DynamoDB."""
    paths = [path for name in BOTOCORE for path in distribution(name).files or [] if path.parts[0] != ".."]
    return {
        path.as_posix(): path.read_binary()
        for path in paths
        if path.suffix == ".py" or path.match("botocore/data/*.json") or path.match("botocore/data/dynamodb/**/*")
    }


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, with bytecode of modules in `__pycache__`."""
    bytecode = compiled({path: content for path, content in files.items() if path.endswith(".py")})
    cached = {_cached(Path(path)): content for path, content in bytecode.items()}
    for path, content in {**files, **cached}.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _cached(path: Path) -> str:
    return str(path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc")


def _print_imports(folder: Path, times: int) -> None:
    """Print the minimum import time of each module; wall-clock time includes other programs."""
    environment = {"PYTHONPATH": str(folder)}
    use_local_aws(environment, "http://127.0.0.1:1")
    command = [bare_python(), "-X", "importtime", "-c", "import app"]
    own: dict[str, list[int]] = defaultdict(list)
    whole: dict[str, list[int]] = defaultdict(list)
    for _ in range(times):
        process = subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603
        for line in process.stderr.splitlines()[1:]:
            self_us, cumulative_us, module = line.removeprefix("import time:").split("|")
            own[module.strip()].append(int(self_us))
            whole[module.strip()].append(int(cumulative_us))
    print(f"\n{'dearest of ' + str(len(own)) + ' modules':32}{'its own, ms':>12}{'with others':>12}")
    for module in sorted(own, key=lambda module: min(own[module]), reverse=True)[:DEAREST]:
        print(f"{module:32}{min(own[module]) / 1e3:>12.1f}{min(whole[module]) / 1e3:>12.1f}")
    print(f"{'app, with all it imports':32}{'':12}{min(whole['app']) / 1e3:>12.1f}")


def _print_sizes(bundles: Sequence[bytes], revision: str | None) -> None:
    """Print the size of the first bundle by kind of file, and the total of the other revision's."""
    sizes, *others = map(_sizes, bundles)
    print(
        f"\n{'bundle, kB zipped':32}" + "".join(f"{head:>10}" for head in (*KINDS, "all", *filter(None, (revision,))))
    )
    names = sorted({*sizes, *(name for each in others for name in each)}, key=lambda name: -sum(sizes[name].values()))
    for name in names:
        figures = [*sizes[name].values(), *(sum(each[name].values()) for each in (sizes, *others))]
        print(f"{name:32}" + "".join(f"{figure:>10.0f}" for figure in figures))
    totals = "".join(f"{len(packed) / 1e3:>10.0f}" for packed in bundles)
    print(f"{f'the file, of at most {LARGEST // 1000}':62}{totals}")


def _sizes(packed: bytes) -> Mapping[str, dict[str, float]]:
    """Kilobytes, by package and kind of file."""
    sizes: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(KINDS, 0))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for entry in archive.infolist():
            sizes[_package(Path(entry.filename))][_kind(entry.filename)] += entry.compress_size / 1e3
    return sizes


def _package(path: Path) -> str:
    """The group of a file: the application, a library, or the licences."""
    top = path.parts[0]
    if top.endswith(".dist-info"):
        return "licences"
    return path.name.partition(".")[0] if top == "__pycache__" else top.removesuffix(".py")


def _kind(path: str) -> str:
    return "code" if path.endswith(".py") else "bytecode" if path.endswith(".pyc") else "data"


if __name__ == "__main__":
    main()
