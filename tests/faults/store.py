"""What moto holds, read and put back without asking it: a request for each would take longer than the tests may."""

from collections.abc import Iterator, Mapping
from typing import Any

from moto.backends import get_backend
from moto.dynamodb.models.dynamo_type import DynamoType

from chalicelib.settings import Settings

PREFIX = Settings.from_environ({}).table_prefix
Raw = Mapping[str, Mapping[str, Any]]
Items = Mapping[str, Mapping[Any, Any]]


def _tables() -> Iterator[tuple[str, Any]]:
    for backend in _backends("dynamodb"):
        yield from backend.tables.items()


def _backends(service: str) -> list[Any]:
    return [backend for account in get_backend(service).values() for backend in account.values()]  # type: ignore[call-overload]  # any service's name


def items(table: str) -> list[Raw]:
    """All items of a table, by its name without the prefix, as DynamoDB has them."""
    held = dict(_tables())[PREFIX + table].items.values()
    rows = [row for found in held for row in (found.values() if isinstance(found, dict) else [found])]
    return [{name: _plain(value) for name, value in row.attrs.items()} for row in rows]


def item(table_name: str, key: Mapping[str, Any]) -> Raw | None:
    """The item that has this key, of which more may be given."""
    table = dict(_tables())[table_name]
    found = table.items.get(DynamoType(key[table.hash_key_attr]))
    if found is not None and table.range_key_attr is not None:
        found = found.get(DynamoType(key[table.range_key_attr]))
    return None if found is None else {name: _plain(value) for name, value in found.attrs.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, DynamoType):
        return {value.type: _plain(value.value)}
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def saved() -> Items:
    """All items of all tables; writes replace items, so that they need not be copied."""
    return {
        name: {key: dict(found) if isinstance(found, dict) else found for key, found in table.items.items()}
        for name, table in _tables()
    }


def restore(saved_items: Items) -> None:
    """Have the tables hold what they held; only the counter of numbers goes on."""
    for name, table in _tables():
        table.items.clear()
        for key, found in saved_items[name].items():
            table.items[key] = dict(found) if isinstance(found, dict) else found


def objects(bucket: str) -> list[str]:
    """The keys of all objects of a bucket."""
    return [key for held in _buckets(bucket) for key in held.keys]


def arriving(bucket: str) -> list[str]:
    """The keys of all objects of a bucket of which parts have come."""
    return [coming.key_name for held in _buckets(bucket) for coming in held.multiparts.values() if coming.parts]


def lose_messages() -> None:
    """Have nothing in any queue."""
    for backend in _backends("sqs"):
        for queue in backend.queues.values():
            queue._messages.clear()  # noqa: SLF001  # a test double's own


def has_bytes() -> bool:
    """Whether there are bytes in any bucket, or on their way to one."""
    return any(bucket.keys or bucket.multiparts for bucket in _buckets())


def _buckets(name: str | None = None) -> Iterator[Any]:
    for backend in _backends("s3"):
        yield from (bucket for bucket in backend.buckets.values() if name in (None, bucket.name))


def clear() -> None:
    """Have all tables, buckets and queues empty, and no machines and images of them."""
    lose_messages()
    for backend in _backends("ec2"):
        for held in (backend.reservations, backend.amis, backend.snapshots, backend.volumes):
            held.clear()
    for _, table in _tables():
        table.items.clear()
    for bucket in _buckets():
        for key in list(bucket.keys):
            bucket.keys.pop(key)
        for upload in list(bucket.multiparts):
            del bucket.multiparts[upload]
