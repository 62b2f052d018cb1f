"""Measure time and memory for uploading and downloading a large image: `large_image.py [megabytes]`, 128 by default.

Three processes are measured: the command, Rosetta (server and worker), and the local AWS, whose memory is not ours:
moto keeps all data in memory. The image is uploaded again to a Rosetta without inspection, to compare the worker's CPU
time.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chalicelib.bootstrap import build_app, build_world
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.storage.tables import create_tables
from local.aws import local_aws
from local.environment import use_local_aws
from local.events import Router
from local.queue import create_bucket, pump
from local.schedule import repeating
from local.server import LocalServer

MEGABYTE = 2**20
INLINE = 64 * MEGABYTE


@dataclass(frozen=True)
class Step:
    """One command: its seconds and peak memory."""

    name: str
    seconds: float
    peak: float


def main() -> None:
    """Print the table, and the CPU time that inspection adds to the worker."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 128
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "disk.raw"), Path(folder, "copy.raw")
        write(source, size)
        steps, inspected = measured("record", folder, source, target)
        same = digest(source) == digest(target)
        _, plain = measured("off", folder, source)
    print(f"{size} MB, {'byte-identical' if same else 'DIFFERENT'}")
    print("| what | seconds | MB/s | peak of its memory, MB |\n| --- | --- | --- | --- |")
    for step in steps:
        pace = (f"{step.seconds:.0f}", f"{size / step.seconds:.0f}") if step.seconds else ("", "")
        print(f"| {step.name} | {pace[0]} | {pace[1]} | {step.peak:.0f} |")
    print(
        f"The worker's CPU seconds: {inspected:.2f}, and {plain:.2f} without inspection: {inspected / plain:.2f} times"
    )


def measured(inspection: str, folder: str, source: Path, target: Path | None = None) -> tuple[list[Step], float]:
    """Measure an upload, and a download if there is a target; return the steps and the worker's CPU seconds."""
    aws = child("aws")
    rosetta = child("rosetta", json.loads(read_line(aws))["aws_endpoint_url"], INSPECTION=inspection)
    environ = {**os.environ, **json.loads(read_line(rosetta)), "XDG_STATE_HOME": folder}
    up, said = command("up", environ, ["image", "upload", str(source)])
    image_id = dict(line.split(None, 1) for line in said.splitlines())["id"].strip()
    worker = cpu_of_worker(rosetta)
    steps = [up]
    if target:
        steps.append(command("down", environ, ["image", "download", image_id, "--output", str(target)])[0])
    for name, process in (("Rosetta", rosetta), ("the local AWS", aws)):
        steps.append(Step(name, 0, peak(process.pid)))
        process.kill()
        process.wait()
    return steps, worker


def cpu_of_worker(rosetta: subprocess.Popen[str]) -> float:
    """The worker's CPU seconds so far."""
    if rosetta.stdin:
        print(file=rosetta.stdin, flush=True)
    return float(read_line(rosetta))


def write(path: Path, megabytes: int) -> None:
    """Write a file of random bytes."""
    with path.open("wb") as file:
        for _ in range(megabytes):
            file.write(os.urandom(MEGABYTE))


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def command(name: str, environ: Mapping[str, str], words: Sequence[str]) -> tuple[Step, str]:
    """Run a command, and measure its time and peak memory."""
    begin = time.monotonic()
    process = subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "-m", "rosetta", *words], env=environ, stdout=subprocess.PIPE, text=True
    )
    with process:
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{name}: exit status {process.returncode}")
    return Step(name, time.monotonic() - begin, usage.ru_maxrss / 1024), output


def child(*words: str, **environ: str) -> subprocess.Popen[str]:
    """Run this script in another role, until this process ends."""
    return subprocess.Popen(  # noqa: S603  # this script
        [sys.executable, __file__, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ".", **environ},
    )


def read_line(process: subprocess.Popen[str]) -> str:
    """The first line that a child prints."""
    return process.stdout.readline() if process.stdout else ""


def peak(pid: int) -> float:
    """The peak memory of a process, in MB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def serve_aws() -> None:
    """Run the local AWS."""
    with tempfile.TemporaryDirectory() as folder, local_aws("moto", Path(folder)) as endpoints:
        print(json.dumps(endpoints), flush=True)
        sys.stdin.read()


def serve_rosetta(endpoint: str) -> None:
    """Run Rosetta on that AWS; answer each line with the worker's CPU seconds so far."""
    use_local_aws(os.environ, endpoint)
    os.environ["MAX_INLINE_BYTES"] = str(INLINE)
    world = build_world()
    create_tables()
    create_bucket(world)
    secret = world.identities.issue(Principal("bench", "bench", frozenset(Policy)))
    app = build_app(world=world)
    server = LocalServer(0)
    spent, idle = [0.0], threading.Event()

    def work() -> int:
        done = pump(world)
        spent[0] = time.thread_time()
        if not done:
            idle.set()
        return done

    with repeating(work, 0.1, eagerly=True), server.serving(app, Router(app.routes), INLINE):
        print(json.dumps({"ROSETTA_URL": server.url, "ROSETTA_TOKEN": secret}), flush=True)
        for _ in sys.stdin:
            idle.clear()
            idle.wait()
            print(spent[0], flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["aws"]:
            serve_aws()
        case ["rosetta", endpoint]:
            serve_rosetta(endpoint)
        case _:
            main()
