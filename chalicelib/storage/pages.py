"""Queries and scans to their end: DynamoDB answers in pages of a megabyte."""

from collections.abc import Callable, Iterator
from typing import Any

Item = dict[str, Any]


def items(ask: Callable[..., dict[str, Any]]) -> Iterator[Item]:
    """All items of a query or scan, as DynamoDB has them, page after page as they are consumed."""
    start = None
    while True:
        answer = ask(consistent_read=True, exclusive_start_key=start)
        yield from answer["Items"]
        start = answer.get("LastEvaluatedKey")
        if not start:
            return
