"""Lists of images: a lazy merge of a few ordered streams of rows.

A caller's list is made of its own images, of public ones that are not its own, and of those shared with it; an
administrator's list of everything is made of the shards of all images. A stream is read in pages that begin at what
the caller expects to take and double from there, so that a first page costs the same in a catalogue of any size and
a selective filter does not cost a round trip for every few rows. An order without an index is read whole, its keys
only, and sorted; the rows themselves are then fetched as they are consumed.
"""

import heapq
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from itertools import islice
from operator import and_
from typing import Any

from pynamodb.expressions.condition import Condition as Expression
from pynamodb.expressions.operand import Path

from chalicelib.catalog.access import owns
from chalicelib.catalog.errors import ScanTooLarge
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.query import (
    Condition,
    ImageQuery,
    Operator,
    Order,
    Scope,
    SortKey,
    beyond,
    in_order,
    instant_text,
    position,
)
from chalicelib.storage import batch, keys
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.items import image_of
from chalicelib.storage.memberships import DynamoMembershipRepository
from chalicelib.storage.tables import ImageItem, ListingItem

PLAIN_NAME = re.compile("[a-z0-9_.-]+")
MOST_OPERANDS = 100
"""`IN` takes no more."""
MOST_CONDITIONS = 20
"""DynamoDB limits the length of expressions; conditions beyond are left to `ImageQuery.admits`."""
STORED = (Status.ACTIVE, Status.DEPRECATED, Status.DEACTIVATED, Status.PENDING_DELETE)
"""The statuses in which the size of an image is that of its bytes, not what somebody said it would be."""
LARGEST_PAGE = 1000
"""Rows in a page at most; DynamoDB itself ends pages at 1 MB."""


class Listings:
    """Reads lists with the eyes of a principal. Every row it yields was read consistently."""

    def __init__(self, connection: SharedConnection, memberships: DynamoMembershipRepository, max_scan: int) -> None:
        self._connection = connection
        self._memberships = memberships
        self._max_scan = max_scan

    def images(self, principal: Principal, query: ImageQuery) -> Iterator[Image]:
        """The images the principal may see and the query admits, in its order.

        Raises ScanTooLarge while it is consumed.
        """
        merged = heapq.merge(
            *self._streams(principal, query),
            key=lambda image: position(image, query.order.key),
            reverse=query.order.descending,
        )
        return (image for image in merged if query.admits(image))

    def _streams(self, principal: Principal, query: ImageQuery) -> list[Iterator[Image]]:
        if query.scope is Scope.EVERYTHING:
            return [self._stream(scope, query) for scope in keys.everything()]
        if principal.tenant is None:
            return [self._stream(keys.PUBLIC, query)]
        others = Condition("owner", Operator.UNEQUAL, principal.tenant)
        return [
            self._stream(keys.key("tenant", principal.tenant), query),
            self._stream(keys.PUBLIC, replace(query, conditions=(*query.conditions, others))),
            self._shared(principal, principal.tenant, query),
        ]

    def _stream(self, scope: str, query: ImageQuery) -> Iterator[Image]:
        order = query.order.key
        if order is not SortKey.UPDATED and (query.gone or order not in (*keys.INDEXES, SortKey.ID)):
            return self._sorted(scope, query)
        rows = self._rows(scope, query, _resume(query), query.expected)
        images = (image_of(ListingItem.from_raw_data(row)) for row in rows)
        return (image for image in images if beyond(position(image, order), query))

    def _rows(
        self,
        scope: str,
        query: ImageQuery,
        resume: Expression | None,
        page: int,
        names: Sequence[str] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The rows of a scope that satisfy the query's conditions, as DynamoDB has them.

        Rows of which only some attributes are read are read to the end, so their number is limited.
        """
        order = SortKey.UPDATED if query.gone else query.order.key
        start, scanned = None, 0
        while True:
            answer = self._connection.query(
                table_name=ListingItem.Meta.table_name,
                hash_key=scope,
                range_key_condition=resume,
                filter_condition=_filter(query),
                attributes_to_get=names,
                consistent_read=True,
                exclusive_start_key=start,
                index_name=keys.index_name(order),
                limit=page,
                scan_index_forward=not query.order.descending,
            )
            scanned += answer["ScannedCount"]
            if names is not None and scanned > self._max_scan:
                raise ScanTooLarge(self._max_scan)
            yield from answer["Items"]
            start = answer.get("LastEvaluatedKey")
            if not start:
                return
            page = min(page * 2, LARGEST_PAGE)

    def _sorted(self, scope: str, query: ImageQuery) -> Iterator[Image]:
        """A stream in an order that no index has: keys first, then the rows that are really taken."""
        resume = None
        if query.changed_since is not None:
            resume = ListingItem.updated_key > _past(query.changed_since)
        names = ["image_id", "created_at", *{query.order.key.value} - {"id", "created_at"}]
        rows = self._rows(scope, query, resume, LARGEST_PAGE, names)
        found = [(keys.raw_place(row, query.order.key), row["image_id"]["S"]) for row in rows]
        left = sorted((row for row in found if beyond(row[0], query)), reverse=query.order.descending)
        yield from self._hydrated(scope, [image_id for _, image_id in left], query)

    def _hydrated(self, scope: str, image_ids: Sequence[str], query: ImageQuery) -> Iterator[Image]:
        waiting, size = iter(image_ids), max(query.expected, 1)
        while chunk := list(islice(waiting, size)):
            found = batch.get(self._connection, {ListingItem: [(scope, image_id) for image_id in chunk]})
            yield from in_order((image_of(item) for item in found[ListingItem]), query.order)

    def _shared(self, principal: Principal, tenant: str, query: ImageQuery) -> Iterator[Image]:
        """What others share with a tenant, less what is in its other streams."""
        image_ids = [row.image_id for row in self._memberships.of_member(tenant)]
        if not image_ids:
            return
        if len(image_ids) > self._max_scan:
            raise ScanTooLarge(self._max_scan)
        found = batch.get(self._connection, {ImageItem: [(image_id,) for image_id in image_ids]})
        others = (
            image
            for image in map(image_of, found[ImageItem])
            if image.visibility is not Visibility.PUBLIC and not owns(principal, image)
        )
        for image in in_order(filter(query.admits, others), query.order):
            if beyond(position(image, query.order.key), query):
                yield image

    def total_size(self, scope: str) -> int:
        """The bytes of the images of a list that have theirs. Raises ScanTooLarge."""
        stored = Condition("status", Operator.IN, STORED)
        query = ImageQuery(conditions=(stored,), order=Order(SortKey.ID))
        rows = self._rows(scope, query, None, LARGEST_PAGE, ["size"])
        return sum(int(row["size"]["N"]) for row in rows if "size" in row)


def _resume(query: ImageQuery) -> Expression | None:
    """The condition on the sort key that leaves out what comes before the query's position, or its instant."""
    order = query.order.key
    key = Path(ListingItem.image_id if order is SortKey.ID else getattr(ListingItem, keys.key_name(order)))
    low = high = None
    if query.changed_since is not None:
        low = _past(query.changed_since)
    if query.after is not None and query.order.descending:
        high = query.after
    elif query.after is not None:
        low = max(low or "", query.after)
    if low is not None and high is not None:
        return key.between(low, high)
    if low is not None:
        return key > low
    return None if high is None else key < high


def _past(instant: datetime) -> str:
    """A sort key above all those of the instant, and below those of the next microsecond."""
    return instant_text(instant) + "\x01"


def _filter(query: ImageQuery) -> Expression | None:
    """The query's conditions as far as DynamoDB can check them; without an index, tombstones have to be left out."""
    expressible = [condition for condition in query.conditions if _expressible(condition)]
    found = [_expression(condition) for condition in expressible[:MOST_CONDITIONS]]
    if not query.gone and query.order.key not in keys.INDEXES:
        found.append(ListingItem.status != Status.DELETED)
    return reduce(and_, found) if found else None


def _expressible(condition: Condition) -> bool:
    """Whether DynamoDB decides as `Condition.holds` does; other conditions are left to `ImageQuery.admits`.

    Brackets in a name would be read as indexes of a list, and of nulls there are two: no attribute, and a null one.
    """
    if isinstance(condition.field, tuple):
        return PLAIN_NAME.fullmatch(condition.field[1]) is not None and isinstance(condition.value, str)
    if condition.operator is Operator.IN:
        return 0 < len(condition.value) <= MOST_OPERANDS and None not in condition.value
    return condition.value is not None


def _expression(condition: Condition) -> Expression:
    path, value = _operands(condition)
    comparisons: dict[Operator, Callable[[], Expression]] = {
        Operator.EQUAL: lambda: path == value,
        Operator.UNEQUAL: lambda: path.does_not_exist() | (path != value),
        Operator.AT_LEAST: lambda: path >= value if value > 0 else path.does_not_exist() | (path >= value),
        Operator.AT_MOST: lambda: path <= value if value < 0 else path.does_not_exist() | (path <= value),
        Operator.IN: lambda: path.is_in(*value),
    }
    return comparisons[condition.operator]()


def _operands(condition: Condition) -> tuple[Path, Any]:
    if isinstance(condition.field, tuple):
        return Path(list(condition.field)), {"S": condition.value}
    return Path(getattr(ListingItem, condition.field)), condition.value
