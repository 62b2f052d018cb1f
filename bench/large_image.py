"""How long a large image takes to go up and down, and how much memory: `large_image.py [megabytes]`, 128 by itself.

Three processes are watched apart: the command, Rosetta (server and worker), and the AWS that it runs on here, whose
share is not ours: moto keeps all bytes in memory, and hands them out slowly.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
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
    """What one command did: seconds, and the most memory that it had."""

    name: str
    seconds: float
    peak: float


def main() -> None:
    """Print the table."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 128
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "disk.raw"), Path(folder, "copy.raw")
        write(source, size)
        aws = child("aws")
        rosetta = child("rosetta", json.loads(read_line(aws))["aws_endpoint_url"])
        environ = {**os.environ, **json.loads(read_line(rosetta)), "XDG_STATE_HOME": folder}
        up, said = command("up", environ, ["image", "upload", str(source)])
        image_id = dict(line.split(None, 1) for line in said.splitlines())["id"].strip()
        down, _ = command("down", environ, ["image", "download", image_id, "--output", str(target)])
        same = digest(source) == digest(target)
        peaks = [("Rosetta", peak(rosetta.pid)), ("the local AWS", peak(aws.pid))]
        for process in (rosetta, aws):
            process.kill()
            process.wait()
    print(f"{size} MB, {'byte-identical' if same else 'DIFFERENT'}")
    print("| what | seconds | MB/s | peak of its memory, MB |\n| --- | --- | --- | --- |")
    for step in (up, down):
        print(f"| {step.name} | {step.seconds:.0f} | {size / step.seconds:.0f} | {step.peak:.0f} |")
    for name, most in peaks:
        print(f"| {name} | | | {most:.0f} |")


def write(path: Path, megabytes: int) -> None:
    """Make a file of random bytes."""
    with path.open("wb") as file:
        for _ in range(megabytes):
            file.write(os.urandom(MEGABYTE))


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def command(name: str, environ: Mapping[str, str], words: Sequence[str]) -> tuple[Step, str]:
    """Run a command of ours to its end, and see how much memory it had at most."""
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


def child(*words: str) -> subprocess.Popen[str]:
    """This script in another role."""
    return subprocess.Popen(  # noqa: S603  # this script
        [sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}
    )


def read_line(process: subprocess.Popen[str]) -> str:
    """What a child says first."""
    return process.stdout.readline() if process.stdout else ""


def peak(pid: int) -> float:
    """The most memory that a process has had, in MB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def serve_aws() -> None:
    """Be the AWS."""
    with tempfile.TemporaryDirectory() as folder, local_aws("moto", Path(folder)) as endpoints:
        print(json.dumps(endpoints), flush=True)
        time.sleep(3600)


def serve_rosetta(endpoint: str) -> None:
    """Be Rosetta, over that AWS."""
    use_local_aws(os.environ, endpoint)
    os.environ["MAX_INLINE_BYTES"] = str(INLINE)
    world = build_world()
    create_tables()
    create_bucket(world)
    secret = world.identities.issue(Principal("bench", "bench", frozenset(Policy)))
    app = build_app(world=world)
    server = LocalServer(0)
    with repeating(lambda: pump(world), 0.1, eagerly=True), server.serving(app, Router(app.routes), INLINE):
        print(json.dumps({"ROSETTA_URL": server.url, "ROSETTA_TOKEN": secret}), flush=True)
        time.sleep(3600)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["aws"]:
            serve_aws()
        case ["rosetta", endpoint]:
            serve_rosetta(endpoint)
        case _:
            main()
