"""moto's state, read, emptied, saved and restored directly, which is faster than by requests."""

import copy
import io
import pickle
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from moto.backends import get_backend
from moto.core.base_backend import BaseBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.ec2.models.security_groups import SecurityGroup
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPC

from chalicelib.bootstrap import Aws
from chalicelib.settings import Settings

Items = Mapping[str, Mapping[Any, Any]]
MACHINES = ("amis", "attachments", "deleted_amis", "enis", "reservations", "snapshots", "tags", "volumes")
"""The attributes of moto's EC2 that hold machines, and resources made from machines."""
AROUND = (BaseBackend, SecurityGroup, Subnet, VPC)
"""Types of objects that contain machines and bytes, and do not change with them."""
VISIBILITY = 30
"""Seconds: the default visibility timeout of SQS."""


def backends(service: str) -> list[Any]:
    """The backends of a service, for each account and region."""
    return [backend for account in get_backend(service).values() for backend in account.values()]  # type: ignore[call-overload]  # any service's name


def tables() -> dict[str, Any]:
    """The tables by name. Do not keep them: moto replaces them by copies when a transaction fails."""
    return {name: table for backend in backends("dynamodb") for name, table in backend.tables.items()}


def buckets(name: str | None = None) -> Iterator[Any]:
    """All buckets, or the one of this name."""
    for backend in backends("s3"):
        yield from (bucket for bucket in backend.buckets.values() if name in (None, bucket.name))


def queues() -> list[Any]:
    """All queues."""
    return [queue for backend in backends("sqs") for queue in backend.queues.values()]


def has_bytes() -> bool:
    """Whether any bucket has an object or an unfinished multipart upload."""
    return any(bucket.keys or bucket.multiparts for bucket in buckets())


def has_machines() -> bool:
    """Whether there is a machine, or a resource made from one."""
    return any(getattr(backend, held) for backend in backends("ec2") for held in MACHINES)


def empty(aws: Aws) -> None:
    """Restore the state in which each test starts: empty tables, one empty bucket, one empty queue, no machines."""
    empty_tables()
    forget_machines()
    settings = Settings.from_environ({})
    if not _is_fresh_bucket(settings.bucket):
        for backend in backends("s3"):
            backend.reset()
        aws.s3().create_bucket(Bucket=settings.bucket)
    if not _is_fresh_queue(settings.work_queue):
        for backend in backends("sqs"):
            backend.reset()
        aws.sqs().create_queue(QueueName=settings.work_queue)


def _is_fresh_bucket(name: str) -> bool:
    """Whether S3 has only this bucket, empty. Most tests leave it so, and a reset takes longer than many tests."""
    return [bucket.name for bucket in buckets()] == [name] and not has_bytes()


def _is_fresh_queue(name: str) -> bool:
    found = queues()
    return [queue.name for queue in found] == [name] and not (
        found[0]._messages or found[0].redrive_policy or found[0].visibility_timeout != VISIBILITY  # noqa: SLF001  # a test double's own
    )


def empty_tables() -> None:
    """Remove all items from all tables."""
    for table in tables().values():
        table.items.clear()


def put(name: str, raws: Iterable[dict[str, Any]]) -> None:
    """Add items, in DynamoDB's JSON, to a table without checking their keys and sizes."""
    table = tables()[name]
    for raw in raws:
        place, within = DynamoType(raw[table.hash_key_attr]), table.range_key_attr
        if within is None:
            table.items[place] = Item(place, None, raw)
        else:
            ranged = DynamoType(raw[within])
            table.items[place][ranged] = Item(place, ranged, raw)


def lose_messages() -> None:
    """Remove all messages from all queues."""
    for queue in queues():
        queue._messages.clear()  # noqa: SLF001  # a test double's own


def forget_machines() -> None:
    """Remove all machines and the resources made from them, all of which moto's EC2 searches at each call."""
    for backend in backends("ec2"):
        for held in MACHINES:
            getattr(backend, held).clear()


def saved() -> Items:
    """All items of all tables."""
    return {name: _copied(table.items) for name, table in tables().items()}


def restore(items: Items) -> None:
    """Replace the items of all tables by saved ones."""
    for name, table in tables().items():
        table.items.clear()
        table.items.update(_copied(items[name]))


def _copied(items: Mapping[Any, Any]) -> dict[Any, Any]:
    """Copy the dictionaries but share the items, which writes replace; only counters are changed in place."""
    return {key: dict(found) if isinstance(found, dict) else _own(found) for key, found in items.items()}


def _own(item: Any) -> Any:
    return copy.deepcopy(item) if "last" in item.attrs else item


class Snapshot(NamedTuple):
    """moto's state: all items; bytes, messages and machines as a pickle; and the containers that it refers to."""

    items: Items
    others: bytes
    around: list[Any]


def snapshot() -> Snapshot:
    """Save all items, bytes, messages and machines."""
    file, around = io.BytesIO(), list[Any]()
    numbers: dict[int, int] = {}

    class Pickler(pickle.Pickler):
        def persistent_id(self, found: Any) -> int | None:
            if not isinstance(found, AROUND):
                return None
            if id(found) not in numbers:
                numbers[id(found)] = len(around)
                around.append(found)
            return numbers[id(found)]

    Pickler(file).dump(
        (
            [(bucket.name, bucket.keys, bucket.multiparts) for bucket in buckets()],
            [queue._messages for queue in queues()],  # noqa: SLF001  # a test double's own
            [{held: getattr(backend, held) for held in MACHINES} for backend in backends("ec2")],
        )
    )
    return Snapshot(saved(), file.getvalue(), around)


def bring_back(held: Snapshot) -> None:
    """Restore a snapshot; the buckets and queues must be the same as when it was taken."""

    class Unpickler(pickle.Unpickler):
        def persistent_load(self, number: int) -> Any:
            return held.around[number]

    bytes_, messages, machines = Unpickler(io.BytesIO(held.others)).load()
    empty_bytes()
    for name, keys, multiparts in bytes_:
        for bucket in buckets(name):
            bucket.keys, bucket.multiparts = keys, multiparts
    for queue, each in zip(queues(), messages, strict=True):
        queue._messages = each  # noqa: SLF001  # as above
    forget_machines()
    for backend, found in zip(
        backends("ec2"), machines, strict=False
    ):  # moto adds a backend for each region that is used later
        for kind, things in found.items():
            setattr(backend, kind, things)
    restore(held.items)


def empty_bytes() -> None:
    """Remove all objects and multipart uploads from all buckets."""
    for bucket in buckets():
        for key in list(bucket.keys):
            bucket.keys.pop(key)
        for upload in list(bucket.multiparts):
            del bucket.multiparts[upload]
