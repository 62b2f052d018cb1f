"""Lists of images: a lazy merge of a few ordered streams of rows.

A caller's list is made of its own images, of public ones that are not its own, and of those shared with it; an
administrator's list of everything is made of the shards of all images. A stream is read in pages that begin at what
the caller expects to take and double from there, so that a first page costs the same in a catalogue of any size and
a selective filter does not cost a round trip for every few rows. An order without an index is read whole, its keys
only, and sorted; the rows themselves are then fetched as they are consumed.
"""

import heapq
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from itertools import islice
from operator import and_
from typing import Any, TypeGuard

from pynamodb.expressions.condition import Condition as Expression
from pynamodb.expressions.operand import Path
from pynamodb.models import Model

from chalicelib.catalog.access import owns
from chalicelib.catalog.errors import ScanTooLarge
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.query import (
    KEY_BYTES,
    Condition,
    ImageQuery,
    Operator,
    Order,
    Predicate,
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
from chalicelib.storage.releases import readable
from chalicelib.storage.tables import ImageItem, ListingItem, MembershipItem

INDEXED = (*keys.INDEXES, SortKey.ID)
"""The orders that rows are in; ids are the range key of the table itself."""
WITHOUT_TOMBSTONES = keys.INDEXES.keys() - {SortKey.UPDATED}
"""The orders whose index has no deleted images in it."""
PLAIN_NAME = re.compile("[a-z0-9_.-]+")
MOST_OPERANDS = 100
"""`IN` takes no more."""
MOST_CONDITIONS = 20
"""DynamoDB limits the length of expressions; conditions beyond are left to `ImageQuery.admits`."""
NAMES = ("name", keys.CALLED)
STORED = (Status.ACTIVE, Status.DEPRECATED, Status.DEACTIVATED, Status.PENDING_DELETE)
"""The statuses in which the size of an image is that of its bytes, not what somebody said it would be."""
NOT_PENDING = Condition("status", Operator.UNEQUAL, Status.PENDING_DELETE)
"""Images that wait for their deletion are in every list, and seen in none."""
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
        shared = self._shared_ids(principal, query)
        merged = heapq.merge(
            *(_without(shared, principal, self._stream(scope, part)) for scope, part in _parts(principal, query)),
            self._shared(principal, query, shared),
            key=lambda image: position(image, query.order.key),
            reverse=query.order.descending,
        )
        yield from filter(query.admits, merged)

    def count(self, principal: Principal, query: ImageQuery) -> int:
        """How many images `images` would yield; if DynamoDB can tell them apart it sends their number only.

        Raises ScanTooLarge.
        """
        counted = sum(self._count(scope, part) for scope, part in _parts(principal, query))
        shared = self._shared(principal, query, self._shared_ids(principal, query))
        return counted + sum(1 for image in shared if image.visibility is not Visibility.PUBLIC)

    def _count(self, scope: str, query: ImageQuery) -> int:
        if not _countable(query):
            return sum(1 for image in self._stream(scope, query) if query.admits(image))
        live = replace(query, conditions=(NOT_PENDING, *query.conditions))
        answers = self._answers(scope, live, _resume(query), select="COUNT")
        return sum(answer["Count"] for answer in answers)

    def _stream(self, scope: str, query: ImageQuery) -> Iterator[Image]:
        order = query.order.key
        if order is not SortKey.UPDATED and (query.gone or order not in INDEXED):
            return self._sorted(scope, query)
        rows = self._rows(scope, query, _resume(query))
        images = readable(image_of, rows)
        return (image for image in images if beyond(position(image, order), query))

    def _rows(
        self, scope: str, query: ImageQuery, resume: Expression | None, names: Sequence[str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """The rows of a scope that satisfy the query's conditions, as DynamoDB has them.

        The number of those that are read to the end is limited: of which only some attributes are read, or which the
        query expects all.
        """
        whole = names is not None or query.expected is None
        page = LARGEST_PAGE if whole else min(max(query.expected or 1, 1), LARGEST_PAGE)
        scanned = 0
        for answer in self._answers(scope, query, resume, page, attributes_to_get=names):
            scanned += answer["ScannedCount"]
            if whole and scanned > self._max_scan:
                raise ScanTooLarge(self._max_scan)
            yield from answer["Items"]

    def _answers(
        self, scope: str, query: ImageQuery, resume: Expression | None, page: int | None = None, **asked: Any
    ) -> Iterator[dict[str, Any]]:
        """What DynamoDB answers, page after page; each is twice as long as the one before."""
        start = None
        while True:
            answer = self._connection.query(
                table_name=ListingItem.Meta.table_name,
                hash_key=scope,
                range_key_condition=resume,
                filter_condition=_filter(query),
                consistent_read=True,
                exclusive_start_key=start,
                index_name=keys.index_name(_index(query)),
                limit=page,
                scan_index_forward=not query.order.descending,
                **asked,
            )
            yield answer
            start = answer.get("LastEvaluatedKey")
            if not start:
                return
            page = page and min(page * 2, LARGEST_PAGE)

    def _sorted(self, scope: str, query: ImageQuery) -> Iterator[Image]:
        """A stream in an order that no index has: keys first, then the rows that are really taken."""
        resume = None
        if query.changed_since is not None:
            resume = ListingItem.updated_key > _past(query.changed_since)
        order = {query.order.key.value, *([keys.CALLED] if query.order.key is SortKey.NAME else [])}
        names = ["image_id", "created_at", *sorted(order - {"id", "created_at"})]
        rows = self._rows(scope, query, resume, names)
        found = [(keys.raw_place(row, query.order.key), row["image_id"]["S"]) for row in rows]
        left = sorted((row for row in found if beyond(row[0], query)), reverse=query.order.descending)
        yield from self._hydrated(scope, [image_id for _, image_id in left], query)

    def _hydrated(self, scope: str, image_ids: Sequence[str], query: ImageQuery) -> Iterator[Image]:
        waiting, size = iter(image_ids), max(query.expected or LARGEST_PAGE, 1)
        while chunk := list(islice(waiting, size)):
            found = batch.get(self._connection, {ListingItem: [(scope, image_id) for image_id in chunk]})
            yield from in_order(readable(image_of, found[ListingItem]), query.order)

    def _shared_ids(self, principal: Principal, query: ImageQuery) -> frozenset[str]:
        """What others share with the caller's tenant, if its list has such images."""
        if query.scope is not Scope.VISIBLE or query.below is not None or principal.tenant is None:
            return frozenset()
        rows = self._memberships.of_member(principal.tenant)
        image_ids = frozenset(row.image_id for row in rows)
        if len(image_ids) > self._max_scan:
            raise ScanTooLarge(self._max_scan)
        return image_ids

    def _shared(self, principal: Principal, query: ImageQuery, image_ids: Collection[str]) -> Iterator[Image]:
        """The images with these ids that others share with the caller's tenant, public ones too.

        The index that knew the ids lags: whether they are shared is read again, with them, so that nobody sees what was
        written after a revocation.
        """
        ordered = sorted(image_ids)
        wanted: dict[type[Model], list[tuple[str, ...]]] = {
            ImageItem: [(image_id,) for image_id in ordered],
            MembershipItem: [(image_id, principal.tenant or "") for image_id in ordered],
        }
        found = batch.get(self._connection, wanted)
        shared = {item["image_id"]["S"] for item in found[MembershipItem]}
        images = (image for image in readable(image_of, found[ImageItem]) if not owns(principal, image))
        others = (image for image in images if image.visibility is Visibility.PUBLIC or image.id in shared)
        for image in in_order(filter(query.admits, others), query.order):
            if beyond(position(image, query.order.key), query):
                yield image

    def total_size(self, scope: str) -> int:
        """The bytes of the images of a list that have theirs. Raises ScanTooLarge."""
        stored = Condition("status", Operator.IN, STORED)
        query = ImageQuery(conditions=(stored,), order=Order(SortKey.ID))
        rows = self._rows(scope, query, None, ["size"])
        return sum(int(row["size"]["N"]) for row in rows if "size" in row)


def _without(shared: Collection[str], principal: Principal, images: Iterator[Image]) -> Iterator[Image]:
    """A stream less what comes with the shared images: they may become public, or cease to be, between the reads."""
    return (image for image in images if image.id not in shared or owns(principal, image))


def _parts(principal: Principal, query: ImageQuery) -> list[tuple[str, ImageQuery]]:
    """The scopes whose rows make up a list, and what is asked of each; what is shared with the caller is no scope."""
    if query.scope is Scope.EVERYTHING:
        return [(scope, query) for scope in keys.everything()]
    own = [] if principal.tenant is None else [(_own_scope(principal.tenant, query), query)]
    if query.scope is Scope.OWN or query.below is not None:
        return own
    others = [Condition("owner", Operator.UNEQUAL, principal.tenant)] if own else []
    return [*own, (keys.PUBLIC, replace(query, conditions=(*others, *query.conditions)))]


def _own_scope(tenant: str, query: ImageQuery) -> str:
    if query.below is None:
        return keys.key("tenant", tenant)
    return keys.key(query.below.kind, tenant, query.below.key)


def _index(query: ImageQuery) -> SortKey:
    """The order that the rows are read in; rows of one name are among themselves in that of their creation."""
    if query.gone:
        return SortKey.UPDATED
    return query.order.key if _name(query) is None else SortKey.NAME


def _name(query: ImageQuery) -> str | None:
    """The name that everything in a list by creation has; None if there may be several, or keys hold it in part."""
    if query.gone or query.order.key is not SortKey.CREATED:
        return None
    plain = (condition for condition in query.conditions if isinstance(condition, Condition))
    named = (each.value for each in plain if each.field in NAMES and each.operator is Operator.EQUAL)
    return next((name for name in named if name and len(name.encode()) <= KEY_BYTES), None)


def _of_name(name: str, query: ImageQuery) -> Expression:
    """The condition on the sort key that leaves out other names, and what comes before the query's position."""
    low, high = "", "\x7f"
    if query.after is not None and query.order.descending:
        high = query.after[:-1] + chr(ord(query.after[-1]) - 1)  # ids are of one length, so none is in between
    elif query.after is not None:
        low = f"{query.after}\x00"
    return ListingItem.name_key.between(f"{name}\x00{low}", f"{name}\x00{high}")


def _resume(query: ImageQuery) -> Expression | None:
    """The condition on the sort key that leaves out what comes before the query's position, or its instant."""
    order, name = query.order.key, _name(query)
    if name is not None:
        return _of_name(name, query)
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


def _countable(query: ImageQuery) -> bool:
    """Whether DynamoDB can tell which rows belong to a list."""
    expressible = len(query.conditions) < MOST_CONDITIONS and all(map(_expressible, query.conditions))
    return expressible and not query.gone and query.order.key in INDEXED


def _filter(query: ImageQuery) -> Expression | None:
    """The query's conditions as far as DynamoDB can check them; tombstones have to be left out where there are any."""
    expressible = [condition for condition in query.conditions if _expressible(condition)]
    found = [_expression(condition) for condition in expressible[:MOST_CONDITIONS]]
    if not query.gone and query.order.key not in WITHOUT_TOMBSTONES:
        found.append(ListingItem.status != Status.DELETED)
    return reduce(and_, found) if found else None


def _expressible(condition: Condition | Predicate) -> TypeGuard[Condition]:
    """Whether DynamoDB decides as `Condition.holds` does; other conditions are left to `ImageQuery.admits`.

    Brackets in a name would be read as indexes of a list, and of nulls there are two: no attribute, and a null one,
    neither of which contains the empty text.
    """
    if isinstance(condition, Predicate):
        return False
    if condition.operator is Operator.CONTAINS and not condition.value:
        return False
    if condition.field == keys.CALLED:
        return condition.operator is Operator.EQUAL and bool(condition.value)
    if isinstance(condition.field, tuple):
        return PLAIN_NAME.fullmatch(condition.field[1]) is not None and isinstance(condition.value, str)
    if condition.operator is Operator.IN:
        return 0 < len(condition.value) <= MOST_OPERANDS and None not in condition.value
    return condition.value is not None


def _expression(condition: Condition) -> Expression:
    if condition.field == keys.CALLED:
        either: Expression = (ListingItem.name == condition.value) | (ListingItem.called == condition.value)
        return either
    path, value = _operands(condition)
    comparisons: dict[Operator, Callable[[], Expression]] = {
        Operator.EQUAL: lambda: path == value,
        Operator.UNEQUAL: lambda: path.does_not_exist() | (path != value),
        Operator.AT_LEAST: lambda: path >= value if value > 0 else path.does_not_exist() | (path >= value),
        Operator.AT_MOST: lambda: path <= value if value < 0 else path.does_not_exist() | (path <= value),
        Operator.IN: lambda: path.is_in(*value),
        Operator.CONTAINS: lambda: path.contains(value),
    }
    return comparisons[condition.operator]()


def _operands(condition: Condition) -> tuple[Path, Any]:
    if isinstance(condition.field, tuple):
        return Path(list(condition.field)), {"S": condition.value}
    return Path(getattr(ListingItem, condition.field)), condition.value
