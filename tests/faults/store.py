"""The contents of tables and buckets, for the invariants."""

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

from chalicelib.settings import Settings
from tests.moto_state import buckets, empty_bytes, empty_tables, forget_machines, lose_messages, tables

PREFIX = Settings.from_environ({}).table_prefix
Raw = Mapping[str, Mapping[str, Any]]


def items(table: str) -> list[Raw]:
    """All items of a table, given its name without the prefix, in DynamoDB's JSON."""
    held = tables()[PREFIX + table].items.values()
    rows = [row for found in held for row in (found.values() if isinstance(found, dict) else [found])]
    return [{name: _plain(value) for name, value in row.attrs.items()} for row in rows]


def item(table_name: str, key: Mapping[str, Any]) -> Raw | None:
    """The item with this key, which may have further attributes; None if it does not exist."""
    table = tables()[table_name]
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


def objects(bucket: str) -> list[str]:
    """The keys of all objects in a bucket."""
    return [key for held in buckets(bucket) for key in held.keys]


def arriving(bucket: str) -> list[str]:
    """The keys of all multipart uploads to a bucket that have parts."""
    return [coming.key_name for held in buckets(bucket) for coming in held.multiparts.values() if coming.parts]


def clear() -> None:
    """Empty all tables, buckets and queues, and remove all machines and images made from them."""
    lose_messages()
    forget_machines()
    empty_tables()
    empty_bytes()
