"""What moto holds, read, emptied, kept and put back without asking it: a request for each would take longer."""

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
"""What EC2 has of machines, and of what is made of them."""
AROUND = (BaseBackend, SecurityGroup, Subnet, VPC)
"""What machines and bytes are in, and does not change with them."""
VISIBILITY = 30
"""Seconds, as SQS has it unless it is told otherwise."""


def backends(service: str) -> list[Any]:
    """What stands for a service, in each account and region."""
    return [backend for account in get_backend(service).values() for backend in account.values()]  # type: ignore[call-overload]  # any service's name


def tables() -> dict[str, Any]:
    """The tables by name; their objects are not for long, as moto ends a failed transaction with copies."""
    return {name: table for backend in backends("dynamodb") for name, table in backend.tables.items()}


def buckets(name: str | None = None) -> Iterator[Any]:
    """All buckets, or the one of this name."""
    for backend in backends("s3"):
        yield from (bucket for bucket in backend.buckets.values() if name in (None, bucket.name))


def queues() -> list[Any]:
    """All queues."""
    return [queue for backend in backends("sqs") for queue in backend.queues.values()]


def has_bytes() -> bool:
    """Whether there are bytes in any bucket, or on their way to one."""
    return any(bucket.keys or bucket.multiparts for bucket in buckets())


def has_machines() -> bool:
    """Whether there is a machine, or what was made of one."""
    return any(getattr(backend, held) for backend in backends("ec2") for held in MACHINES)


def empty(aws: Aws) -> None:
    """Have no item, byte, message or machine, and a bucket and a queue, as a test finds them."""
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
    """Whether S3 is as a test finds it; most tests leave it so, and a reset takes longer than many of them."""
    return [bucket.name for bucket in buckets()] == [name] and not has_bytes()


def _is_fresh_queue(name: str) -> bool:
    found = queues()
    return [queue.name for queue in found] == [name] and not (
        found[0]._messages or found[0].redrive_policy or found[0].visibility_timeout != VISIBILITY  # noqa: SLF001  # a test double's own
    )


def empty_tables() -> None:
    """Have no item in any table."""
    for table in tables().values():
        table.items.clear()


def put(name: str, raws: Iterable[dict[str, Any]]) -> None:
    """Have a table hold these items too, as DynamoDB has them, whatever it says of their keys and sizes."""
    table = tables()[name]
    for raw in raws:
        place, within = DynamoType(raw[table.hash_key_attr]), table.range_key_attr
        if within is None:
            table.items[place] = Item(place, None, raw)
        else:
            ranged = DynamoType(raw[within])
            table.items[place][ranged] = Item(place, ranged, raw)


def lose_messages() -> None:
    """Have no message in any queue."""
    for queue in queues():
        queue._messages.clear()  # noqa: SLF001  # a test double's own


def forget_machines() -> None:
    """Have no machine, and nothing that was made of one: EC2 looks through all of them at each call."""
    for backend in backends("ec2"):
        for held in MACHINES:
            getattr(backend, held).clear()


def saved() -> Items:
    """All items of all tables."""
    return {name: _copied(table.items) for name, table in tables().items()}


def restore(items: Items) -> None:
    """Have the tables hold what they held."""
    for name, table in tables().items():
        table.items.clear()
        table.items.update(_copied(items[name]))


def _copied(items: Mapping[Any, Any]) -> dict[Any, Any]:
    """Writes replace items, which therefore are shared; only a counter is changed in place."""
    return {key: dict(found) if isinstance(found, dict) else _own(found) for key, found in items.items()}


def _own(item: Any) -> Any:
    return copy.deepcopy(item) if "last" in item.attrs else item


class Snapshot(NamedTuple):
    """All that moto holds: the items; bytes, messages and machines as a pickle; and what these are in, by number."""

    items: Items
    others: bytes
    around: list[Any]


def snapshot() -> Snapshot:
    """All items, bytes, messages and machines."""
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
    """Have moto hold what it held, in the buckets and queues that there were and are."""

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
    for backend, found in zip(backends("ec2"), machines, strict=False):  # moto begins others when they are asked
        for kind, things in found.items():
            setattr(backend, kind, things)
    restore(held.items)


def empty_bytes() -> None:
    """Have no bytes in any bucket, nor on their way to one."""
    for bucket in buckets():
        for key in list(bucket.keys):
            bucket.keys.pop(key)
        for upload in list(bucket.multiparts):
            del bucket.multiparts[upload]
