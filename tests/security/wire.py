"""The keys that requests read and write in DynamoDB, recorded from the wire."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from chalicelib.storage.tables import ImageItem

PREFIX = "rosetta-"
HASH_KEYS = {
    "images": "image_id",
    "rows": "s",
    "claims": "claim",
    "memberships": "image_id",
    "jobs": "owner",
    "references": "owner_kind",
    "tokens": "digest",
}
HASH_CONDITION = re.compile(r"\(?(#\w+) = (:\w+)")
"""The start of a query's condition: the hash key of the table or of a global index."""


class Key(NamedTuple):
    """A key that was read or written: table, attribute and value; None stands for all values."""

    table: str
    attribute: str
    value: str | None


@contextmanager
def touched() -> Iterator[list[Key]]:
    """Collect the keys that requests read and write until the block ends."""
    found: list[Key] = []

    def note(event_name: str, request: Any, **_: Any) -> None:
        found.extend(_keys(event_name.rpartition(".")[2], json.loads(request.body)))

    events = ImageItem._get_connection().connection.client.meta.events  # noqa: SLF001  # the one that every table uses
    events.register("before-send.dynamodb", note)
    try:
        yield found
    finally:
        events.unregister("before-send.dynamodb", note)


def _keys(operation: str, body: Mapping[str, Any]) -> Iterator[Key]:
    match operation:
        case "TransactWriteItems":
            changes = [change for action in body["TransactItems"] for change in action.values()]
            yield from (_named(change["TableName"], change) for change in changes)
        case "BatchWriteItem":
            for table, written in body["RequestItems"].items():
                yield from (_named(table, change) for each in written for change in each.values())
        case "BatchGetItem":
            for table, asked in body["RequestItems"].items():
                yield from (_of_batch(table, key) for key in asked["Keys"])
        case "Query":
            yield _queried(body)
        case "Scan":
            yield Key(_plain(body["TableName"]), "", None)
        case _:
            yield _named(body["TableName"], body)


def _named(table: str, change: Mapping[str, Any]) -> Key:
    attribute = HASH_KEYS[_plain(table)]
    return Key(_plain(table), attribute, (change.get("Key") or change["Item"])[attribute]["S"])


def _of_batch(table: str, key: Mapping[str, Any]) -> Key:
    """The key of an item in a batch; of a membership, the member."""
    attribute = "member" if "member" in key else HASH_KEYS[_plain(table)]
    return Key(_plain(table), attribute, key[attribute]["S"])


def _queried(body: Mapping[str, Any]) -> Key:
    condition = HASH_CONDITION.match(body["KeyConditionExpression"])
    assert condition is not None, body["KeyConditionExpression"]
    attribute = body["ExpressionAttributeNames"][condition[1]]
    return Key(_plain(body["TableName"]), attribute, body["ExpressionAttributeValues"][condition[2]]["S"])


def _plain(table: str) -> str:
    return table.removeprefix(PREFIX)
