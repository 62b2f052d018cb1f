"""Prints what a cold start costs, from the bundle as it is deployed: CPU time, the dearest imports, and bytes.

Three functions start afresh, one after the other and again: Rosetta, which shows an image; one that makes one call of
DynamoDB with botocore, as published but with bytecode as in our bundle; and one that does nothing, whose time is that
of Python and of Lambda's runtime client and is taken off the others'. The budget is 1.2.
"""

import argparse
import contextlib
import io
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import distribution
from pathlib import Path
from statistics import median

from bench.handler_cpu import alone, recorded
from bench.parts.replay import replayed
from deploy.bundle import LARGEST, bundle
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
BUDGET = 1.2


def main() -> None:
    """Measure all of it in one run and print three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="how often each function starts")
    times = parser.parse_args().times
    alone()
    packed = bundle(ROOT)
    with tempfile.TemporaryDirectory() as name:
        folders = {kind: Path(name, kind) for kind in ("rosetta", "bare", "nothing")}
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(folders["rosetta"])
        _write(folders["bare"], {**_botocore(), "app.py": BARE.encode()})
        _write(folders["nothing"], {"app.py": NOTHING.encode()})
        _print_starts(folders, times)
        _print_imports(folders["rosetta"], times)
    _print_sizes(packed)


def _botocore() -> dict[str, bytes]:
    """The library, and of its data what DynamoDB takes."""
    paths = [path for name in BOTOCORE for path in distribution(name).files or [] if path.parts[0] != ".."]
    return {
        path.as_posix(): path.read_binary()
        for path in paths
        if path.suffix == ".py" or path.match("botocore/data/*.json") or path.match("botocore/data/dynamodb/**/*")
    }


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """The files, with the bytecode of those that are modules where Python looks for it."""
    bytecode = compiled({path: content for path, content in files.items() if path.endswith(".py")})
    cached = {_cached(Path(path)): content for path, content in bytecode.items()}
    for path, content in {**files, **cached}.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _cached(path: Path) -> str:
    return str(path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc")


def _print_starts(folders: Mapping[str, Path], times: int) -> None:
    [show, *_], answers = recorded()
    events = {"rosetta": show.event, "bare": show.calls[0].parameters, "nothing": {}}
    with replayed(answers) as url:
        starts = {kind: partial(_start, folder, events[kind], url) for kind, folder in folders.items()}
        turns = [{kind: _cpu_seconds(start) for kind, start in starts.items()} for _ in range(times + 1)]
    turns = turns[1:]  # the first has read everything from the disk
    floor = [turn["bare"] - turn["nothing"] for turn in turns]
    ours = [turn["rosetta"] - turn["nothing"] for turn in turns]
    ratio = median(mine / bare for mine, bare in zip(ours, floor, strict=True))
    print(f"{'import and first request':32}{'CPU, ms':>10}{'ratio':>8}{'budget':>8}")
    print(f"{'Python and its runtime client':32}{median(turn['nothing'] for turn in turns) * 1e3:>10.0f}")
    print(f"{'one call with botocore':32}{median(floor) * 1e3:>10.0f}")
    print(f"{'Rosetta, showing an image':32}{median(ours) * 1e3:>10.0f}{ratio:>8.2f}{BUDGET:>8}")


def _start(folder: Path, event: object, url: str) -> None:
    environment: dict[str, str] = {}
    use_local_aws(environment, url)
    # Ended while it waits for another event, it leaves a broken connection, of which the Runtime API complains.
    with contextlib.redirect_stderr(io.StringIO()), running_function("app", folder, environment) as function:
        answer = function.invoke(event)
    assert answer["statusCode"] == 200, answer  # noqa: S101  # a refusal costs less


def _cpu_seconds(function: Callable[[], None]) -> float:
    """What the processes take that a function starts and ends."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    function()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _print_imports(folder: Path, times: int) -> None:
    """Of each module the least that it took, since this is by the clock, which runs for other programs too."""
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


def _print_sizes(packed: bytes) -> None:
    sizes: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(KINDS, 0))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for entry in archive.infolist():
            sizes[_package(Path(entry.filename))][_kind(entry.filename)] += entry.compress_size / 1e3
    print(f"\n{'bundle, kB zipped':32}" + "".join(f"{kind:>10}" for kind in (*KINDS, "all")))
    for package, size in sorted(sizes.items(), key=lambda pair: -sum(pair[1].values())):
        print(f"{package:32}" + "".join(f"{figure:>10.0f}" for figure in (*size.values(), sum(size.values()))))
    print(f"{f'the file, of at most {LARGEST // 1000}':62}{len(packed) / 1e3:>10.0f}")


def _package(path: Path) -> str:
    """What a file belongs to: the application, a library, or the licences."""
    top = path.parts[0]
    if top.endswith(".dist-info"):
        return "licences"
    return path.name.partition(".")[0] if top == "__pycache__" else top.removesuffix(".py")


def _kind(path: str) -> str:
    return "code" if path.endswith(".py") else "bytecode" if path.endswith(".pyc") else "data"


if __name__ == "__main__":
    main()
