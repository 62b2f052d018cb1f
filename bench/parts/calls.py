"""Count the calls to AWS of a piece of work."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import boto3

from bench.parts.capacity import Capacity, Ledger, Write
from chalicelib.bootstrap import Aws

PENDING = "bench"
"""The key of a pending call in its request context."""
SERVICES = ("dynamodb", "s3", "sqs", "ec2")


@dataclass
class Usage:
    """What was used: calls by service, calls to S3 by name, capacity, and bytes of request and response bodies.

    `depth` is the number of sequential calls: a call waits for those that were answered before it was made. Of other
    threads that work between two calls of the first thread, only the longest chain counts.
    """

    services: Counter[str] = field(default_factory=Counter)
    s3: Counter[str] = field(default_factory=Counter)
    depth: int = 0
    reads: float = 0
    writes: float = 0
    sent: int = 0
    received: int = 0

    @property
    def calls(self) -> int:
        """The number of calls to all services."""
        return self.services.total()


class _Pending(NamedTuple):
    """A pending call: its body's length, its DynamoDB request, and its depth."""

    length: int
    body: dict[str, Any]
    writes: list[Write]
    depth: int


class Recorder:
    """Counts the calls of clients while `counting`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._usage: Usage | None = None
        self._thread = threading.current_thread()
        self._wave = Counter[object]()

    @contextmanager
    def counting(self) -> Iterator[Usage]:
        """Count what the block uses; this is the thread whose calls are sequential."""
        usage = self._usage = Usage()
        self._thread, self._wave = threading.current_thread(), Counter()
        try:
            yield usage
        finally:
            self._usage = None

    def before(self, event_name: str, params: Any, context: dict[str, Any], **_: Any) -> None:
        """Called before a call is sent."""
        if self._usage is None:
            return
        service, operation = _called(event_name)
        body = json.loads(params["body"]) if service == "dynamodb" else {}
        writes = self._ledger.announced(operation, body) if service == "dynamodb" else []
        context[PENDING] = _Pending(len(_body(params["body"])), body, writes, self._usage.depth)

    def after(self, event_name: str, parsed: Any, http_response: Any, model: Any, context: Any, **_: Any) -> None:
        """Called after the response."""
        if self._usage is None:
            return
        service, operation = _called(event_name)
        pending: _Pending = context[PENDING]
        capacity = Capacity()
        if service == "dynamodb":
            capacity = self._ledger.settled(operation, pending.body, pending.writes, parsed)
        received = parsed.get("ContentLength", 0) if model.has_streaming_output else len(http_response.content)
        with self._lock:
            usage, thread = self._usage, threading.current_thread()
            usage.services[service] += 1
            usage.s3[operation] += service == "s3"
            if thread == self._thread:
                self._wave.clear()
                usage.depth = max(usage.depth, pending.depth + 1)
            else:
                longest = max(self._wave.values(), default=0)
                self._wave[thread] += 1
                usage.depth += self._wave[thread] > longest
            usage.reads += capacity.reads
            usage.writes += capacity.writes
            usage.sent += pending.length
            usage.received += received


@contextmanager
def recording(aws: Aws) -> Iterator[Recorder]:
    """Count the calls of these clients while the block runs."""
    endpoint = aws.dynamodb.client.meta.endpoint_url
    ledger = Ledger(boto3.client("dynamodb", region_name=aws.dynamodb.region, endpoint_url=endpoint))
    recorder = Recorder(ledger)
    clients = [*zip(SERVICES, (aws.dynamodb.client, aws.s3(), aws.sqs(), aws.ec2(None)), strict=True)]
    clients += [(service, aws.probing(service)) for service in ("dynamodb", "s3")]
    with ExitStack() as stack:
        for service, client in clients:
            for name, hook in ((f"before-call.{service}", recorder.before), (f"after-call.{service}", recorder.after)):
                stack.enter_context(_registered(client.meta.events, name, hook))
        yield recorder


@contextmanager
def _registered(events: Any, name: str, hook: Callable[..., None]) -> Iterator[None]:
    events.register(name, hook)
    try:
        yield
    finally:
        events.unregister(name, hook)


def _called(event_name: str) -> tuple[str, str]:
    _, service, operation = event_name.split(".")
    return service, operation


def _body(body: Any) -> bytes:
    """The length of a body in any of botocore's representations."""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, dict):  # a form
        return "&".join(f"{name}={value}" for name, value in body.items()).encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    content: bytes = body.getvalue() if hasattr(body, "getvalue") else b""
    return content
