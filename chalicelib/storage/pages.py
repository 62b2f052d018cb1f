"""Pagination of queries and scans: DynamoDB returns pages of a megabyte."""

from collections.abc import Callable, Iterator
from typing import Any

Item = dict[str, Any]


def items(ask: Callable[..., dict[str, Any]]) -> Iterator[Item]:
    """All raw items of a query or scan, page after page as they are consumed."""
    start = None
    while True:
        answer = ask(consistent_read=True, exclusive_start_key=start)
        yield from answer["Items"]
        start = answer.get("LastEvaluatedKey")
        if not start:
            return
