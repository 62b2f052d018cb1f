"""Measure the costs of lists in a growing catalogue: `growth.py [images ...] [--public N] [--shared N]`.

Each list is requested when the tenant has as many images as the first argument, then the second, and so on. The tables
are dynoxide's, which ends pages at 1 MB and counts capacity units; npm downloads it on first use.
`--beside REVISION`, or the variable BESIDE, adds the costs of another revision in the largest catalogue.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.parts import shelves
from bench.parts.beside import checkout, other, output, printed
from bench.parts.shelves import TENANT
from chalicelib.bootstrap import Aws
from chalicelib.storage.tables import TokenItem, create_tables
from local.dynoxide import VERSION, EngineError, dynoxide
from local.environment import use_local_aws
from local.moto_wire import intercepted
from local.state import local_dir
from tests.api import ORDINARY, Api, Caller

SIZES, PUBLIC, SHARED = (250, 1000), 100, 20
PAGE, FAR = 25, 40
MEMORY = Path("/dev/shm")  # noqa: S108  # in memory, if there is one
BYTES_AN_IMAGE = 30_000
JSON = {"Content-Type": "application/json"}
PARENTS = {
    "compute_resources": {"name": "cloud", "provider": "EC2"},
    "operatingsystems": {"name": "Linux"},
    "architectures": {"name": "arm64"},
}


@dataclass
class Cost:
    """The costs of a list: requests to DynamoDB, rows read, read units, and bytes sent."""

    requests: int = 0
    rows: int = 0
    units: float = 0
    bytes: int = 0
    status: int = 200

    def __str__(self) -> str:
        refused = f" ({self.status})" if self.status >= 300 else ""
        return f"{self.requests} / {self.rows:,} / {self.units:,g}{refused}"


@dataclass
class Tally:
    """Sums the capacity that DynamoDB reports."""

    cost: Cost = field(default_factory=Cost)

    @contextlib.contextmanager
    def open(self) -> Iterator["Tally"]:
        """Record all calls of the client."""
        events = TokenItem._get_connection().connection.client.meta.events  # noqa: SLF001  # no public name for it
        events.register("after-call.dynamodb", self._answered)
        try:
            yield self
        finally:
            events.unregister("after-call.dynamodb", self._answered)

    def _answered(self, parsed: Mapping[str, Any], http_response: Any, **_: Any) -> None:
        capacity = parsed.get("ConsumedCapacity") or []
        tables = capacity if isinstance(capacity, list) else [capacity]
        self.cost.requests += 1
        self.cost.rows += parsed.get("ScannedCount") or sum(map(len, parsed.get("Responses", {}).values()))
        self.cost.units += sum(table["CapacityUnits"] for table in tables)
        self.cost.bytes += len(http_response.content)

    def take(self, status: int) -> Cost:
        """Return the sums so far and reset them."""
        cost, self.cost = self.cost, Cost()
        cost.status = status
        return cost


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, metavar="images")
    parser.add_argument("--public", type=int, default=PUBLIC)
    parser.add_argument("--shared", type=int, default=SHARED)
    parser.add_argument("--beside", metavar="REVISION", default=other(), help="another revision to measure")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # leave no tables in memory
    sizes = sorted(asked.sizes)
    try:
        with _engine(sizes[-1] + asked.public + asked.shared) as aws:
            measured = list(measure(Api({}, aws), sizes, asked.public, asked.shared))
        print(*table(sizes, measured, _costs_of(asked.beside, asked) if asked.beside else {}), sep="\n")
    except EngineError as error:
        print(f"growth: not measured, as {error}")


def _costs_of(revision: str, asked: argparse.Namespace) -> dict[str, str]:
    """The costs of each list in another revision, in a catalogue of the largest size."""
    words = [*map(str, asked.sizes), "--public", str(asked.public), "--shared", str(asked.shared)]
    with checkout(revision) as root:
        rows = printed(output(root, "bench/growth.py", *words))
    return {name: row[_head(max(asked.sizes))] for name, row in rows.items()}


def _head(size: int) -> str:
    return f"{size:,} images"


def table(sizes: Sequence[int], measured: Sequence[Mapping[str, Cost]], before: Mapping[str, str]) -> Iterator[str]:
    """The table: a row per list, a column per size, and the ratio of the largest size to the smallest.

    `before` has the cells of another revision; lists that only it has come last.
    """
    heads = [*map(_head, sizes), *(["in the other revision"] if before else [])]
    yield "| requests / rows read / read units | " + " | ".join(heads) + " | units | KB |"
    yield "| --- |" + " ---: |" * (len(heads) + 2)
    for name in measured[-1]:
        costs = [lists.get(name) for lists in measured]
        known = [cost for cost in costs if cost]
        ratio = f"× {known[-1].units / known[0].units:.2f}"  # noqa: RUF001  # times
        cells = " | ".join([*(str(cost or "") for cost in costs), *([before.get(name, "")] if before else [])])
        yield f"| {name} | {cells} | {ratio} | {known[-1].bytes / 1000:,.0f} |"
    for name in before:
        if name not in measured[-1]:
            yield f"| {name} |{'  |' * len(sizes)} {before[name]} |  |  |"


@contextlib.contextmanager
def _engine(images: int) -> Iterator[Aws]:
    """Run a dynoxide with empty tables that are removed afterwards. Raises EngineError."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * images * BYTES_AN_IMAGE
    with tempfile.TemporaryDirectory(dir=MEMORY if roomy else None) as folder:
        kept = local_dir().resolve() / f"dynoxide-{VERSION}"
        kept.mkdir(parents=True, exist_ok=True)
        Path(folder, kept.name).symlink_to(kept)
        with dynoxide(Path(folder)) as url:
            use_local_aws(os.environ, url)
            with intercepted():
                yield Aws.from_environ(os.environ)


def measure(api: Api, sizes: Sequence[int], public: int, shared: int) -> Iterator[dict[str, Cost]]:
    """Measure each list at each size."""
    create_tables()
    others = list(shelves.others(public, shared))
    shelves.shelve(others, shelves.shares(others))
    callers, there = Callers.of(api), 0
    for size in sizes:
        shelves.shelve(shelves.own(range(there, size)))
        there = size
        lists = [*_glance_v1(callers, size), *_scaleway(callers, size), *_foreman(callers), *_whole(callers)]
        with Tally().open() as tally:
            yield {name: _ask(caller, target, tally) for name, caller, target in lists}


def _ask(caller: Caller, target: str, tally: Tally) -> Cost:
    method, _, path = target.partition(" ")
    tally.take(0)
    return tally.take(caller.request(method, path).status)


@dataclass(frozen=True)
class Callers:
    """The callers, with token or user and secret; each token is cached already."""

    member: Caller
    admin: Caller
    user: Caller

    @classmethod
    def of(cls, api: Api) -> "Callers":
        """Create the callers, and the parents that images refer to."""
        found = cls(api.caller(TENANT), api.caller("ops", "admin"), api.basic_caller(TENANT, *ORDINARY))
        for kind, facts in PARENTS.items():
            found.user.post(f"/api/{kind}", JSON, json.dumps(facts).encode())
        found.member.get("/v1/images?limit=1")
        found.admin.get("/v1/images?limit=1")
        return found


List = tuple[str, Caller, str]


def _glance_v1(callers: Callers, size: int) -> Iterator[List]:
    details, ask = f"GET /v1/images/detail?limit={PAGE}", callers.member
    yield f"Glance: first {PAGE}, newest first", ask, details
    yield f"Glance: first {PAGE}, oldest first", ask, f"{details}&sort_dir=asc"
    if size >= PAGE * FAR:
        before = ask.get(f"/v1/images?limit={PAGE * (FAR - 1)}").json["images"]
        yield f"Glance: page {FAR}, after its marker", ask, f"{details}&marker={before[-1]['id']}"
    for key in ("updated_at", "name", "size", "id", "status", "disk_format", "container_format"):
        yield f"Glance: first {PAGE} by {key}", ask, f"{details}&sort_key={key}"
    yield f"Glance: first {PAGE} of every second, disk_format=raw", ask, f"{details}&disk_format=raw"
    yield f"Glance: first {PAGE} of one in a hundred, status=queued", ask, f"{details}&status=queued"
    yield "Glance: one alone, name=rare", ask, f"{details}&name=rare"
    yield "Glance: one alone, property-role=rare", ask, f"{details}&property-role=rare"
    since = quote(shelves.updated_at(size - PAGE).isoformat())
    yield "Glance: changes-since, 25 minutes ago", ask, f"{details}&changes-since={since}"
    yield "Glance: shared with the tenant", ask, f"GET /v1/shared-images/{TENANT}"
    yield f"Glance: administrator, first {PAGE} of everything", callers.admin, f"{details}&is_public=none"


def _scaleway(callers: Callers, size: int) -> Iterator[List]:
    numbered, ask = f"GET /images?per_page={PAGE}", callers.member
    yield f"Scaleway: first {PAGE}, and the total", ask, numbered
    if size >= PAGE * FAR:
        yield f"Scaleway: page {FAR}, and the total", ask, f"{numbered}&page={FAR}"
    yield "Scaleway: total alone", ask, "HEAD /images"
    yield "Scaleway: total of a tenth, arch=arm64", ask, "HEAD /images?arch=arm64"
    yield "Scaleway: one alone, name=rare", ask, f"{numbered}&name=rare"


def _foreman(callers: Callers) -> Iterator[List]:
    below = "GET /api/compute_resources/1/images"
    yield "Foreman: first 20 below a parent, and the total", callers.user, below
    yield "Foreman: first 20 below a parent by name", callers.user, f"{below}?order=name"
    yield "Foreman: first 20 below a parent of a search", callers.user, f"{below}?search={quote('name ~ image-0000')}"


def _whole(callers: Callers) -> Iterator[List]:
    yield "QingCloud: first 10 of a zone, and the total", callers.user, "GET /v2/zone/ac1/images"
    yield "devops-service: all of the tenant's own", callers.user, "GET /v3/images"


if __name__ == "__main__":
    main()
