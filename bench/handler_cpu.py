"""Compare the CPU time of the Lambda handler, from event to response, with that of the bare calls it makes.

The floor is a plain botocore client that makes the same calls to the same DynamoDB. Handler and floor take turns in one
process; DynamoDB is another process, which replays the responses of an emulator. With BESIDE, a git revision, the
ratios of that revision are printed beside ours.
"""

import argparse
import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from statistics import median
from typing import Any, NamedTuple

import botocore.session
from moto import mock_aws

from bench.parts.beside import checkout, other, output
from bench.parts.repeats import repeats
from bench.parts.replay import Call, Recorder, replayed
from chalicelib.bootstrap import Aws, build_app, build_world
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.storage.tables import create_tables
from local.environment import REGION, use_local_aws
from local.events import Event, Router, proxy_event
from local.moto_wire import intercepted

TENANT = "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11"
PRINCIPAL = Principal("ann", TENANT, frozenset({Policy.READ_IMAGES, Policy.CREATE_IMAGE, Policy.DELETE_IMAGE}))
SECRET = "of-the-benchmark"  # noqa: S105  # of nothing else
PAGE = 25
IMAGES = 2 * PAGE
FIELDS = {
    "x-image-meta-name": "web server",
    "x-image-meta-disk_format": "qcow2",
    "x-image-meta-container_format": "bare",
    "x-image-meta-size": "2147483648",
    "x-image-meta-checksum": "d41d8cd98f00b204e9800998ecf8427e",
    "x-image-meta-min_disk": "20",
    "x-image-meta-property-os_distro": "debian",
    "x-image-meta-property-os_version": "13",
    "x-image-meta-property-architecture": "x86_64",
}
HEADERS = {"Host": "images.example.com", "User-Agent": "python-glanceclient", "Accept": "*/*", "X-Auth-Token": SECRET}
BUDGETS = {"show": 0.6, f"list of {PAGE}": 0.55, "create": 0.55, "update": 0.55, "member add": 0.5}
WARMING = 30


class Operation(NamedTuple):
    """An operation to measure: the event of a request, and the calls that it leads to."""

    name: str
    event: Event
    calls: list[Call]


def main() -> None:
    """Measure everything in one run and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=repeats(150), help="how often each operation runs")
    parser.add_argument("--beside", metavar="REVISION", default=other(), help="another revision to measure")
    asked = parser.parse_args()
    before = ratios_of(asked.beside, asked.times) if asked.beside else {}
    alone()
    logging.getLogger().addHandler(logging.FileHandler(os.devnull))  # Lambda writes the log, too
    operations, answers = recorded()
    print(
        f"{'CPU time, ms':16}{'calls':>7}{'handler':>10}{'floor':>8}{'ratio':>8}{'budget':>8}{asked.beside or '':>10}"
    )
    with replayed(answers) as url:
        use_local_aws(os.environ, url)
        run, call = running(operations), calling()
        for operation in operations:
            ours, floor, ratio = alternating(partial(run, operation.event), partial(call, operation.calls), asked.times)
            figures = f"{ours * 1e3:>10.2f}{floor * 1e3:>8.2f}{ratio:>8.2f}{BUDGETS[operation.name]:>8.2f}"
            print(f"{operation.name:16}{len(operation.calls):>7}{figures}{before.get(operation.name, ''):>10}")


def ratios_of(revision: str, times: int) -> Mapping[str, str]:
    """The ratios that another revision's script prints, by operation."""
    with checkout(revision) as root:
        return ratios(output(root, "bench/handler_cpu.py", "--times", str(times)))


def ratios(table: str) -> Mapping[str, str]:
    """The column `ratio` of a table printed by this script."""
    head, *lines = table.splitlines()
    place = head.split("CPU time, ms")[1].split().index("ratio")
    found = (re.fullmatch(r"(.{16})(.*)", line) for line in lines)
    return {row[1].strip(): row[2].split()[place] for row in found if row}


def alone() -> None:
    """Replace AWS in this process by an emulated one."""
    use_local_aws(os.environ, "")
    del os.environ["AWS_ENDPOINT_URL"]


def recorded() -> tuple[list[Operation], Mapping[str, str]]:
    """Run each operation once; return the operations and all responses of DynamoDB."""
    with intercepted(), mock_aws():
        aws = Aws.from_environ(os.environ)
        world, recorder = build_world({}, aws=aws), Recorder(aws.dynamodb.client)
        create_tables()
        world.identities.issue(PRINCIPAL, SECRET)
        app = build_app(world=world)
        router = Router(app.routes)
        created = [app(_event(router, "POST", "/v1/images", FIELDS), None) for _ in range(IMAGES)]
        image = json.loads(created[0]["body"])["image"]["id"]
        operations = []
        for name, event in _events(router, image):
            recorder.take()
            assert app(event, None)["statusCode"] < 300, name  # noqa: S101  # an error would cost less
            operations.append(Operation(name, event, recorder.take()))
        return operations, recorder.answers


def _events(router: Router, image: str) -> Iterator[tuple[str, Event]]:
    path = f"/v1/images/{image}"
    yield "show", _event(router, "HEAD", path)
    yield f"list of {PAGE}", _event(router, "GET", f"/v1/images/detail?limit={PAGE}")
    yield "create", _event(router, "POST", "/v1/images", FIELDS)
    yield "update", _event(router, "PUT", path, FIELDS | {"x-image-meta-name": "renamed"})
    yield "member add", _event(router, "PUT", f"{path}/members/t2")


def _event(router: Router, method: str, target: str, headers: Mapping[str, str] | None = None) -> Event:
    event = proxy_event(router, method, target, list((HEADERS | dict(headers or {})).items()), b"")
    event["requestContext"]["apiId"] = "a1b2c3d4e5"  # behind API Gateway the log line includes metrics
    return event


def running(operations: list[Operation]) -> Callable[[Event], Any]:
    """The handler, with the token cached."""
    app = build_app()
    for operation in operations:
        assert app(operation.event, None)["statusCode"] < 300, operation.name  # noqa: S101  # nothing else is replayed
    return lambda event: app(event, None)


def calling() -> Callable[[list[Call]], None]:
    """The floor: a plain botocore client."""
    client: Any = botocore.session.get_session().create_client("dynamodb", region_name=REGION)
    methods = {name: getattr(client, method) for method, name in client.meta.method_to_api_mapping.items()}

    def call(calls: list[Call]) -> None:
        for operation, parameters in calls:
            methods[operation](**parameters)

    return call


def alternating(ours: Callable[[], Any], floor: Callable[[], Any], times: int) -> tuple[float, float, float]:
    """The medians of both CPU times, and of the ratios within each turn."""
    turns = [(_cpu_seconds(ours), _cpu_seconds(floor)) for _ in range(WARMING + times)][WARMING:]
    return median(o for o, _ in turns), median(f for _, f in turns), median(o / f for o, f in turns)


def _cpu_seconds(function: Callable[[], Any]) -> float:
    start = time.process_time()
    function()
    return time.process_time() - start


if __name__ == "__main__":
    main()
