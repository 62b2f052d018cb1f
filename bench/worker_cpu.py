"""Measure the CPU time of a worker that copies and verifies an image: `worker_cpu.py [megabytes]`.

The default size is the variable MEGABYTES, or 1,024. AWS is another process, whose time is not counted: what remains is
reading, digesting and inspecting the data. With BESIDE, a git revision, its worker takes turns with ours.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.parts.beside import checkout, other, output
from bench.parts.repeats import repeats

MEGABYTE = 2**20
PART = 64 * MEGABYTE
TURNS = 5
BUDGET = 1.25
"""Maximum ratio to the other revision's CPU time."""


def main() -> None:
    """Measure everything in one run and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("megabytes", type=int, nargs="?", default=os.environ.get("MEGABYTES", "1024"))
    parser.add_argument("--times", type=int, default=repeats(TURNS), help="how often each worker works")
    parser.add_argument("--beside", metavar="REVISION", default=other(), help="another revision to measure")
    asked = parser.parse_args()
    with ExitStack() as stack:
        roots = {"this one": Path.cwd()}
        if asked.beside:
            roots[asked.beside] = stack.enter_context(checkout(asked.beside))
        endpoint = stack.enter_context(aws(asked.megabytes))
        turns = [{name: worked(root, endpoint) for name, root in roots.items()} for _ in range(asked.times)]
    print(f"{asked.megabytes} MB")
    print("| revision | CPU, s | over the other's | budget |\n| --- | ---: | ---: | ---: |")
    for name in roots:
        ratio = median(turn["this one"] / turn[name] for turn in turns)
        cells = f"{ratio:.2f} | {BUDGET}" if name != "this one" else " | "
        print(f"| {name} | {median(turn[name] for turn in turns):.2f} | {cells} |")


def worked(root: Path, endpoint: str) -> float:
    """The CPU seconds of a worker of the revision in this folder."""
    return float(output(root, __file__, "work", endpoint))


@contextmanager
def aws(megabytes: int) -> Iterator[str]:
    """Run a local AWS with an image of random bytes."""
    command = [sys.executable, __file__, "aws", str(megabytes)]
    with subprocess.Popen(  # noqa: S603  # this script
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}
    ) as process:
        try:
            yield str(json.loads(process.stdout.readline() if process.stdout else ""))
        finally:
            process.kill()


def serve_aws(megabytes: int) -> None:
    """Run the local AWS."""
    from local.aws import local_aws  # noqa: PLC0415  # of the revision that is run
    from local.environment import use_local_aws  # noqa: PLC0415  # as above

    with tempfile.TemporaryDirectory() as folder, local_aws("moto", Path(folder)) as endpoints:
        use_local_aws(os.environ, endpoints["aws_endpoint_url"])
        import botocore.session  # noqa: PLC0415  # as above

        s3: Any = botocore.session.get_session().create_client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="elsewhere")
        s3.put_object(Bucket="elsewhere", Key="disk.raw", Body=os.urandom(megabytes * MEGABYTE))
        print(json.dumps(endpoints["aws_endpoint_url"]), flush=True)
        time.sleep(3600)


def work(endpoint: str) -> None:
    """Run the worker, and print its CPU seconds."""
    from chalicelib.bootstrap import build_world  # noqa: PLC0415  # of the revision that is run
    from chalicelib.catalog.image import NewImage  # noqa: PLC0415  # as above
    from chalicelib.catalog.principal import Policy, Principal  # noqa: PLC0415  # as above
    from chalicelib.storage.tables import create_tables  # noqa: PLC0415  # as above
    from local.environment import use_local_aws  # noqa: PLC0415  # as above
    from local.queue import create_bucket, pump  # noqa: PLC0415  # as above

    use_local_aws(os.environ, endpoint)
    os.environ["TABLE_PREFIX"] = os.environ["WORK_QUEUE"] = f"bench-{os.getpid()}"
    world = build_world()
    create_tables()
    create_bucket(world)
    catalog = world.catalog(Principal("bench", "bench", frozenset(Policy)))
    image = catalog.register(NewImage({"disk_format": "raw", "container_format": "bare"}), "s3://elsewhere/disk.raw")
    start = time.process_time()
    while pump(world):
        pass
    seconds = time.process_time() - start
    assert catalog.image(image.id).status == "active"  # noqa: S101  # anything else costs less
    catalog.delete(image.id)
    world.blobs.clear(image.id)
    print(seconds)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["aws", megabytes]:
            serve_aws(int(megabytes))
        case ["work", endpoint]:
            work(endpoint)
        case _:
            main()
