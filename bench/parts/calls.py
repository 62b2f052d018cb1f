"""What a piece of work sends to AWS, counted where the clients send it."""

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
"""Below which name a call is kept in its own context."""
SERVICES = ("dynamodb", "s3", "sqs", "ec2")


@dataclass
class Usage:
    """What a piece of work has used: calls by service, those to S3 by name, capacity, and bytes of bodies both ways.

    `depth` is the number of calls that had to wait for each other: a call waits for those that were answered before it
    was made. Other threads work at the same time, so of theirs, between two calls of the first one, those of the
    longest count.
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
        """To all services together."""
        return self.services.total()


class _Pending(NamedTuple):
    """A call that is not answered yet: how long its body is, what is asked of DynamoDB, and how deep it began."""

    length: int
    body: dict[str, Any]
    writes: list[Write]
    depth: int


class Recorder:
    """Counts the calls of clients, as long as somebody wants to know."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._usage: Usage | None = None
        self._thread = threading.current_thread()
        self._wave = Counter[object]()

    @contextmanager
    def counting(self) -> Iterator[Usage]:
        """What the block uses; this thread is the one whose calls wait for each other."""
        usage = self._usage = Usage()
        self._thread, self._wave = threading.current_thread(), Counter()
        try:
            yield usage
        finally:
            self._usage = None

    def before(self, event_name: str, params: Any, context: dict[str, Any], **_: Any) -> None:
        """A call is about to be made."""
        if self._usage is None:
            return
        service, operation = _called(event_name)
        body = json.loads(params["body"]) if service == "dynamodb" else {}
        writes = self._ledger.announced(operation, body) if service == "dynamodb" else []
        context[PENDING] = _Pending(len(_body(params["body"])), body, writes, self._usage.depth)

    def after(self, event_name: str, parsed: Any, http_response: Any, model: Any, context: Any, **_: Any) -> None:
        """It was answered."""
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
    """The bytes of a body, however botocore holds it."""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, dict):  # a form, which is sent as text
        return "&".join(f"{name}={value}" for name, value in body.items()).encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    content: bytes = body.getvalue() if hasattr(body, "getvalue") else b""
    return content
