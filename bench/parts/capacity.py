"""Compute the capacity units of DynamoDB calls from the calls and the affected items.

The emulator's own figures are unreliable. An unmetered client reads the items before and after a write, and all rows of
a query, including those that its filter drops.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

READ_UNIT, WRITE_UNIT = 4096, 1024
"""Bytes that a unit pays for."""
TRANSACTION = 2
"""The factor for items in a transaction; their index entries are charged once."""
NARROWING = ("FilterExpression", "ProjectionExpression", "Select", "ReturnConsumedCapacity")
"""Parameters of a query that do not reduce the rows it is charged for."""

Item = Mapping[str, Any]
Body = Mapping[str, Any]


@dataclass(frozen=True)
class Capacity:
    """Read and write units."""

    reads: float = 0
    writes: float = 0


@dataclass(frozen=True)
class Write:
    """An action on one item, and the item before it."""

    table: str
    key: Item
    before: Item
    weight: int


class Ledger:
    """Computes the costs of calls: each is `announced` before it is sent and `settled` after the response."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._schemas: dict[str, Mapping[str, Any]] = {}

    def announced(self, operation: str, body: Body) -> list[Write]:
        """The items that a call will write, in their current state."""
        found = []
        for table, action, weight in _actions(operation, body):
            key = {name: (action.get("Item") or action["Key"])[name] for name in _names(self._schema(table))}
            found.append(Write(table, key, self._item(table, key), weight))
        return found

    def settled(self, operation: str, body: Body, writes: Iterable[Write], answer: Body) -> Capacity:
        """The costs of a call."""
        written = [self._written(write) for write in writes]
        return Capacity(self._read(operation, body, answer), sum(written))

    def _written(self, write: Write) -> int:
        after = self._item(write.table, write.key)
        units = write.weight * _units(max(size(write.before), size(after)), WRITE_UNIT)
        schema = self._schema(write.table)
        for index in (*schema.get("LocalSecondaryIndexes", ()), *schema.get("GlobalSecondaryIndexes", ())):
            units += _indexed(_names(index), write.before, after)
        return units

    def _read(self, operation: str, body: Body, answer: Body) -> float:
        match operation:
            case "GetItem":
                return _units(size(answer.get("Item", {})), READ_UNIT) * _share(body)
            case "BatchGetItem":
                return sum(self._got(table, asked, answer) for table, asked in body["RequestItems"].items())
            case "Query":
                return _units(sum(map(size, self._passed(body, answer))), READ_UNIT) * _share(body)
        return 0

    def _got(self, table: str, asked: Body, answer: Body) -> float:
        items = answer["Responses"].get(table, [])
        missing = len(asked["Keys"]) - len(items)
        return (sum(_units(size(item), READ_UNIT) for item in items) + missing) * _share(asked)

    def _passed(self, body: Body, answer: Body) -> list[Item]:
        """All rows that a query has read, before its filter."""
        if answer["ScannedCount"] == answer["Count"] and not {"ProjectionExpression", "Select"} & body.keys():
            return list(answer["Items"])
        if not answer["ScannedCount"]:
            return []
        asked = {name: value for name, value in body.items() if name not in NARROWING}
        used = set(re.findall(r"[#:]\w+", asked["KeyConditionExpression"]))
        for named in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            asked[named] = {name: value for name, value in asked.get(named, {}).items() if name in used}
        wanted = {**asked, "Limit": answer["ScannedCount"]}
        found: list[Item] = self._client.query(**{name: value for name, value in wanted.items() if value})["Items"]
        return found

    def _item(self, table: str, key: Item) -> Item:
        found: Item = self._client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        return found

    def _schema(self, table: str) -> Mapping[str, Any]:
        if table not in self._schemas:
            self._schemas[table] = self._client.describe_table(TableName=table)["Table"]
        return self._schemas[table]


def _actions(operation: str, body: Body) -> Iterator[tuple[str, Body, int]]:
    """The table, action and cost factor of each item that a call writes."""
    match operation:
        case "TransactWriteItems":
            for part in body["TransactItems"]:
                for action in part.values():
                    yield action["TableName"], action, TRANSACTION
        case "BatchWriteItem":
            for table, requests in body["RequestItems"].items():
                for request in requests:
                    for action in request.values():
                        yield table, action, 1
        case "PutItem" | "UpdateItem" | "DeleteItem":
            yield body["TableName"], body, 1
        case "GetItem" | "BatchGetItem" | "Query":
            return
        case _:
            raise ValueError(f"unknown costs of {operation}")


def _names(schema: Mapping[str, Any]) -> list[str]:
    return [entry["AttributeName"] for entry in schema["KeySchema"]]


def _indexed(names: list[str], before: Item, after: Item) -> int:
    """Units for an index entry, a copy of the item; if its key changes, it is deleted and written."""
    old, new = (item if all(name in item for name in names) else {} for item in (before, after))
    if old == new:
        return 0
    if old and new and all(old[name] == new[name] for name in names):
        return _units(max(size(old), size(new)), WRITE_UNIT)
    return sum(_units(size(entry), WRITE_UNIT) for entry in (old, new) if entry)


def _units(content: int, unit: int) -> int:
    return max(1, math.ceil(content / unit))


def _share(asked: Body) -> float:
    return 1 if asked.get("ConsistentRead") else 0.5


def size(item: Item) -> int:
    """The bytes that DynamoDB counts for an item, including attribute names."""
    return sum(len(name.encode()) + _weight(value) for name, value in item.items())


def _weight(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(str(content).encode())
        case "N":
            digits = str(content).lstrip("-").replace(".", "").strip("0") or "0"
            return math.ceil(len(digits) / 2) + 1 + str(content).startswith("-")
        case "SS" | "NS":
            return sum(_weight({kind[0]: each}) for each in content)
        case "L":
            return 3 + sum(1 + _weight(each) for each in content)
        case "M":
            return 3 + len(content) + size(content)
        case "BOOL" | "NULL":
            return 1
    raise ValueError(f"no table of ours holds a value of type {kind}: {json.dumps(value)}")
