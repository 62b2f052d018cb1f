"""BatchGetItem over several tables at once, which pynamodb offers for one table only."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pynamodb.models import Model

from chalicelib.catalog.errors import StoreUnavailable
from chalicelib.catalog.lookup import attempts
from chalicelib.storage.connection import SharedConnection

LARGEST_BATCH = 100


def get(
    connection: SharedConnection, keys: Mapping[type[Model], Sequence[tuple[str, ...]]]
) -> dict[type[Model], list[dict[str, Any]]]:
    """The items with these keys, as DynamoDB has them, by model, in no order, without missing ones. Read consistently.

    Raises StoreUnavailable if DynamoDB leaves keys unprocessed too often.
    """
    found: dict[type[Model], list[dict[str, Any]]] = {model: [] for model in keys}
    models = {_table(model): model for model in keys}
    pairs = ((model, key) for model, rows in keys.items() for key in rows)
    while chunk := list(islice(pairs, LARGEST_BATCH)):
        for table, items in _read(connection, _request(chunk)):
            found[models[table]] += items
    return found


def _request(chunk: Sequence[tuple[type[Model], tuple[str, ...]]]) -> dict[str, Any]:
    request: dict[str, Any] = {}
    for model, key in chunk:
        names = [model._hash_keyname, model._range_keyname]  # noqa: SLF001  # no public name for them
        entry = request.setdefault(_table(model), {"Keys": [], "ConsistentRead": True})
        entry["Keys"].append({str(name): {"S": value} for name, value in zip(names, key, strict=False)})
    return request


def _read(connection: SharedConnection, request: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    for _ in attempts():
        answer = connection.dispatch("BatchGetItem", {"RequestItems": request})
        yield from answer["Responses"].items()
        request = answer.get("UnprocessedKeys") or {}
        if not request:
            return
    raise StoreUnavailable("The tables are too busy, try again")


def _table(model: type[Model]) -> str:
    return str(model.Meta.table_name)
