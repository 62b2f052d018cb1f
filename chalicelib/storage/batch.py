"""BatchGetItem over several tables, where pynamodb reads from one only, and BatchWriteItem with limited retries."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from pynamodb.models import Model

from chalicelib.catalog.lookup import attempts
from chalicelib.catalog.outages import TablesUnavailable
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.turns import Steps, run

Key = tuple[str | int, ...]
"""The hash key of an item and, if its table has one, its range key."""
Found = dict[type[Model], list[dict[str, Any]]]
LARGEST_BATCH = 100
LARGEST_WRITE = 25
LEFT = {"BatchGetItem": "UnprocessedKeys", "BatchWriteItem": "UnprocessedItems"}
"""The field of a response with what DynamoDB was too busy for, by operation."""


def get(connection: SharedConnection, keys: Mapping[type[Model], Sequence[Key]]) -> Found:
    """The raw items with these keys, by model, in any order, without missing ones; a consistent read.

    Raises TablesUnavailable if DynamoDB leaves keys unprocessed too often.
    """
    return run(getting(connection, keys))


def getting(connection: SharedConnection, keys: Mapping[type[Model], Sequence[Key]]) -> Steps[Found]:
    """As `get`, in turns with other calls."""
    found: Found = {model: [] for model in keys}
    models = {_table(model): model for model in keys}
    pairs = ((model, key) for model, rows in keys.items() for key in rows)
    while chunk := list(islice(pairs, LARGEST_BATCH)):
        for answer in (yield from _answers(connection, "BatchGetItem", request(chunk))):
            for table, items in answer["Responses"].items():
                found[models[table]] += items
    return found


def delete(connection: SharedConnection, model: type[Model], keys: Sequence[Key]) -> None:
    """Delete the items with these keys. Raises TablesUnavailable as `get`; some may be gone then."""
    rows = iter(keys)
    while chunk := list(islice(rows, LARGEST_WRITE)):
        run(_answers(connection, "BatchWriteItem", {_table(model): [_removal(model, key) for key in chunk]}))


def request(chunk: Sequence[tuple[type[Model], Key]]) -> dict[str, Any]:
    """The `RequestItems` of BatchGetItem for these keys, a hundred at most."""
    asked: dict[str, Any] = {}
    for model, key in chunk:
        entry = asked.setdefault(_table(model), {"Keys": [], "ConsistentRead": True})
        entry["Keys"].append(_key(model, key))
    return asked


def _removal(model: type[Model], key: Key) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": _key(model, key)}}


def _key(model: type[Model], key: Key) -> dict[str, dict[str, str]]:
    names = [model._hash_keyname, model._range_keyname]  # noqa: SLF001  # no public name for them
    attributes = [model.get_attributes()[name] for name in names if name]
    values = zip(attributes, key, strict=True)
    return {attribute.attr_name: {attribute.attr_type: attribute.serialize(value)} for attribute, value in values}


def _answers(connection: SharedConnection, operation: str, items: dict[str, Any]) -> Steps[list[dict[str, Any]]]:
    """The responses until DynamoDB has processed all of a request. Raises TablesUnavailable."""
    found: list[dict[str, Any]] = []
    for _ in attempts():
        found.append((yield from connection.calling(operation, {"RequestItems": items})))
        items = found[-1].get(LEFT[operation]) or {}
        if not items:
            return found
    raise TablesUnavailable


def _table(model: type[Model]) -> str:
    return str(model.Meta.table_name)
