"""Prints what a million requests of each kind cost on AWS: the capacity that each uses, computed from its calls.

Transactions count twice, and so do the indexes that they write, which is an upper bound.
"""

import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto import mock_aws
from pynamodb.models import Model

from bench.round_trips import IMAGE, JSON, OCTETS, RAW, RECORD, TENANT, caller
from chalicelib.bootstrap import Aws, build_app, build_world
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.storage.tables import MODELS, create_tables

GATEWAY, FUNCTION, READ, WRITE, PUT, GET = 3.50, 0.20, 0.125, 0.625, 5.00, 0.40
"""Dollars a million in us-east-1, November 2026: requests, units of tables paid by the request, requests to S3."""
GB_SECOND, LOG_GB = 0.0000133334, 0.50
DURATION, MEMORY, LOG_BYTES = 0.05, 1.0, 700
"""Assumed: seconds and gigabytes that a request takes of the function, and what is logged of it, Lambda's lines too."""
PAGE = 25


@dataclass
class Bill:
    """What an operation uses: capacity units, and requests to S3 by their price."""

    reads: float = 0
    writes: float = 0
    puts: int = 0
    gets: int = 0

    @property
    def usage(self) -> float:
        """Dollars for a million, without the request itself."""
        return self.reads * READ + self.writes * WRITE + self.puts * PUT + self.gets * GET

    @property
    def total(self) -> float:
        """Dollars for a million."""
        return GATEWAY + FUNCTION + DURATION * MEMORY * GB_SECOND * 1e6 + LOG_BYTES * LOG_GB / 1000 + self.usage


@dataclass
class Meter:
    """Puts on a bill what goes to DynamoDB and to S3."""

    bill: Bill = field(default_factory=Bill)
    body: dict[str, Any] = field(default_factory=dict)
    sizes: dict[str, dict[str, int]] = field(default_factory=lambda: {model.Meta.table_name: {} for model in MODELS})
    """How large each item is, by table and key."""

    def sent(self, request: Any, **_: Any) -> None:
        """A request to DynamoDB."""
        self.body = json.loads(request.body)

    def answered(self, event_name: str, parsed: Mapping[str, Any], **_: Any) -> None:
        """Its answer."""
        match event_name.rpartition(".")[2]:
            case "TransactWriteItems":
                for part in self.body["TransactItems"]:
                    for kind, action in part.items():
                        self.bill.writes += 2 * self._written(kind, action)
            case "UpdateItem":
                self.bill.writes += 1
            case "BatchGetItem":
                self.bill.reads += sum(len(asked["Keys"]) for asked in self.body["RequestItems"].values())
            case "Query":
                self.bill.reads += self._queried(parsed["ScannedCount"])
            case "GetItem":
                self.bill.reads += 1

    def _queried(self, rows: int) -> float:
        sizes = self.sizes[self.body["TableName"]].values()
        size = rows * sum(sizes) / max(1, len(sizes))
        return max(1, math.ceil(size / 4096)) * (1 if self.body.get("ConsistentRead") else 0.5)

    def _written(self, kind: str, action: Mapping[str, Any]) -> int:
        """Units for the item and its entries in indexes; a changed one has another key in the order of changes."""
        [model] = [model for model in MODELS if model.Meta.table_name == action["TableName"]]
        known, indexes = self.sizes[action["TableName"]], len(model._indexes)  # noqa: SLF001  # as below
        key = json.dumps([(action.get("Item") or action["Key"])[name] for name in _keys(model)])
        before = known.pop(key, 0)
        if kind == "Put":
            known[key] = weight({"M": action["Item"]})
        entries = 1 + (indexes if before or kind == "Put" else 0) + (kind == "Put" and before > 0 and indexes > 0)
        return entries * math.ceil(max(before, known.get(key, 1)) / 1024)

    def s3(self, event_name: str, **_: Any) -> None:
        """A request to S3; deletions are free."""
        operation = event_name.rpartition(".")[2]
        self.bill.gets += operation.startswith(("Get", "Head"))
        self.bill.puts += operation.startswith(("Put", "List", "Create", "Upload", "Complete"))

    def take(self) -> Bill:
        """The bill so far; the next one begins."""
        bill, self.bill = self.bill, Bill()
        return bill


def _keys(model: type[Model]) -> Iterator[str]:
    names = model._hash_keyname, model._range_keyname  # noqa: SLF001  # no public name for them
    yield from (name for name in names if name)


def weight(value: Mapping[str, Any]) -> int:
    """About the bytes that DynamoDB counts for a value, names of attributes included."""
    ((kind, content),) = value.items()
    match kind:
        case "M":
            return 3 + sum(len(name.encode()) + 1 + weight(inner) for name, inner in content.items())
        case "S":
            return len(content.encode())
        case "N":
            return len(content) // 2 + 2
    return 1


def main() -> None:
    """Run every operation once, in a catalogue that fills a page, and print a table."""
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    with mock_aws():
        print(f"{'a million of':34}{'reads':>8}{'writes':>8}{'S3':>6}{'usage':>10}{'in all':>10}")
        for name, bill in measure():
            used = f"{bill.reads:>8g}{bill.writes:>8g}{bill.puts + bill.gets:>6}"
            print(f"{name:34}{used}{bill.usage:>9.2f}${bill.total:>9.2f}$")


def measure() -> Iterator[tuple[str, Bill]]:
    """Name and bill of each operation, the token being known; and of a sweep that finds nothing to do."""
    aws = Aws.from_environ(os.environ)
    world, meter = build_world({}, aws=aws), Meter()
    create_tables()
    aws.s3().create_bucket(Bucket=world.blobs.bucket)
    aws.dynamodb.client.meta.events.register("before-send.dynamodb", meter.sent)
    aws.dynamodb.client.meta.events.register("after-call.dynamodb", meter.answered)
    aws.s3().meta.events.register("before-send.s3", meter.s3)
    world.reaper.sweep()
    yield "sweeps that find nothing *", meter.take()
    secret = world.identities.issue(Principal("ann", TENANT, frozenset(set(Policy) - {Policy.ADMIN})))
    call = caller(build_app(world=world), secret)
    for _ in range(PAGE):
        call("POST", "/v1/images", RAW)
    for name, request in _requests(call):
        meter.take()
        assert call(*request)["statusCode"] < 400, name  # noqa: S101  # a refusal costs less
        yield name, meter.take()


def _requests(call: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    def create(path: str, headers: dict[str, str], body: bytes = b"") -> str:
        made: str = json.loads(call("POST", path, headers, body)["body"])["image"]["id"]
        return made

    image = create("/v1/images", RAW)
    yield "Glance: create", ("POST", "/v1/images", RAW)
    yield "Glance: create with data", ("POST", "/v1/images", RAW | OCTETS, b"bytes")
    yield "Glance: upload", ("PUT", f"/v1/images/{image}", OCTETS, b"bytes")
    yield "Glance: show", ("HEAD", f"/v1/images/{image}")
    yield "Glance: download", ("GET", f"/v1/images/{image}")
    yield "Glance: update", ("PUT", f"/v1/images/{image}", {"x-image-meta-name": "renamed"})
    yield f"Glance: page of {PAGE}", ("GET", f"/v1/images/detail?limit={PAGE}")
    yield "Glance: share", ("PUT", f"/v1/images/{image}/members/t2")
    yield "Glance: delete", ("DELETE", f"/v1/images/{image}")
    other = create("/images", JSON, json.dumps(IMAGE).encode())
    yield "Scaleway: show", ("GET", f"/images/{other}")
    yield f"Scaleway: page of {PAGE}", ("GET", f"/images?per_page={PAGE}")
    yield "devops-service: create", ("POST", "/v3/image", JSON, json.dumps(RECORD).encode())
    yield "devops-service: show", ("GET", "/v3/image/ami-1")
    yield "QingCloud: list", ("GET", "/v2/zone/ac1/images")


if __name__ == "__main__":
    main()
