"""Snapshots of everything stored, their differences, and the AWS calls that a request makes."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from chalicelib.bootstrap import Aws
from tests.lane import Lane
from tests.moto_state import buckets, queues, tables

Key = tuple[str, ...]
Attributes = Mapping[str, Any]
Stored = Mapping[Key, Attributes]
COUNTERS = "counter/"
"""Prefix of claims that are counters. They may differ, because an unused number is lost (`ports.ImageRepository`)."""


class Difference(NamedTuple):
    """An entry of a store that has changed."""

    key: Key
    before: Attributes | None
    after: Attributes | None

    def text(self, name: str) -> str | None:
        """A text attribute of the entry after the change, or before it if the entry was deleted."""
        found = (self.after or self.before or {}).get(name)
        return None if found is None else str(found.value)

    @property
    def table(self) -> str:
        """The store's name."""
        return self.key[0].removeprefix("rosetta-")


def stored() -> Stored:
    """All items, objects, uploads and messages."""
    found: dict[Key, Attributes] = {}
    for name, table in tables().items():
        found |= {(name, *_key(item)): dict(item.attrs) for item in table.all_items()}
    for bucket in buckets():
        found |= {("object", bucket.name, key): {} for key in bucket.keys}
        found |= {("multipart", bucket.name, key): {} for key in bucket.multiparts}
    for queue in queues():
        found |= {("message", queue.name, message.id): {} for message in queue._messages}  # noqa: SLF001  # a test double's own
    return {key: attributes for key, attributes in found.items() if not key[1].startswith(COUNTERS)}


def differences(before: Stored, after: Stored) -> list[Difference]:
    """The entries that differ."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return [Difference(key, before.get(key), after.get(key)) for key in keys]


def _key(item: Any) -> list[str]:
    return [str(key.value) for key in (item.hash_key, item.range_key) if key is not None]


class Calls:
    """The names of the AWS calls since `begin`, in order."""

    def __init__(self) -> None:
        self._made: list[str] = []

    def begin(self) -> None:
        self._made.clear()

    @property
    def made(self) -> tuple[str, ...]:
        return tuple(self._made)

    def note(self, name: str) -> None:
        """Add a call that a client is about to send."""
        self._made.append(name)


@contextmanager
def listening(aws: Aws, lane: Lane) -> Iterator[Calls]:
    """Record all AWS calls while the block runs."""
    calls = Calls()

    def hear(event_name: str, **_: Any) -> None:
        calls.note(event_name.removeprefix("before-call."))

    clients: list[Any] = [aws.s3(), aws.sqs(), aws.ec2(None)]
    with ExitStack() as stack:
        stack.enter_context(lane.noted(lambda operation: calls.note(f"dynamodb.{operation}")))
        for client in clients:
            events = client.meta.events
            events.register("before-call", hear)
            stack.callback(events.unregister, "before-call", hear)
        yield calls
