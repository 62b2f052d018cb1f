"""Lists of images: a lazy merge of a few ordered streams of rows.

A caller's list is made of its own images, of public ones that are not its own, and of those shared with it; an
administrator's list of everything is made of the shards of all images. A stream is read in pages that begin at what
the caller expects to take and double from there, so that a first page costs the same in a catalogue of any size and
a selective filter does not cost a round trip for every few rows. An order that a list does not have is read whole, its
keys only, and sorted; the rows themselves are then fetched as they are consumed.
"""

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from types import SimpleNamespace
from typing import Any

from pynamodb.expressions.condition import Condition as Expression
from pynamodb.expressions.operand import Path

from chalicelib.catalog.errors import ScanTooLarge
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.membership import UNREFUSED, MemberStatus
from chalicelib.catalog.position import KEY_BYTES, SortKey, position, short_instant
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Scope, beyond, in_order
from chalicelib.catalog.total import Facets, is_kept, total
from chalicelib.storage import batch, first_layout, keys, totals
from chalicelib.storage.conditions import countable, filter_of
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.items import image_of_row, raw_position
from chalicelib.storage.memberships import DynamoMembershipRepository
from chalicelib.storage.releases import readable
from chalicelib.storage.row import KEY, RowItem
from chalicelib.storage.turns import Stream, begun, each, gathered, in_turns

NAMES = ("name", keys.CALLED)
NOT_PENDING = Condition("status", Operator.UNEQUAL, Status.PENDING_DELETE)
"""Images that wait for their deletion are in every list, and seen in none."""
LARGEST_PAGE = 1000
"""Rows in a page at most; DynamoDB itself ends pages at 1 MB."""
VISIBILITIES = {
    keys.PUBLIC: Visibility.PUBLIC,
    keys.COMMUNITY: Visibility.COMMUNITY,
    **dict.fromkeys((keys.SHARED, keys.REJECTED), Visibility.SHARED),
}
"""Of images that no other list of the caller has; public ones that are shared with it as well are in two."""
LAST = "\x7f"
"""What comes after everything that a short text is made of."""


class Listings:
    """Reads lists with the eyes of a principal. Every row it yields was read consistently."""

    def __init__(
        self,
        connection: SharedConnection,
        memberships: DynamoMembershipRepository,
        max_scan: int,
        *,
        migrating: bool = False,
    ) -> None:
        self._connection = connection
        self._migrating = migrating
        self._memberships = memberships
        self._max_scan = max_scan

    def images(self, principal: Principal, query: ImageQuery) -> Iterator[Image]:
        """The images the principal may see and the query admits, in its order.

        Raises ScanTooLarge while it is consumed.
        """
        older = self._older(principal, query)
        merged = heapq.merge(
            *older,
            *begun([self._stream(scope, part) for scope, part in _parts(principal, query)]),
            key=lambda image: position(image, query.order.key),
            reverse=query.order.descending,
        )
        yield from _once(filter(query.admits, merged))

    def _older(self, principal: Principal, query: ImageQuery) -> list[list[Image]]:
        """What is not moved yet from the first layout. Read before all else: what is moved meanwhile comes twice."""
        if not self._migrating:
            return []
        own = [
            first_layout.images(self._connection, scope, part, self._max_scan)
            for scope, part in _live_parts(principal, query)
            if not _is_given(scope)
        ]
        if _has_shared(principal, query):
            memberships = self._memberships.of_member(principal.tenant or "")
            own.append(first_layout.shared(self._connection, memberships, query))
        return own

    def count(self, principal: Principal, query: ImageQuery) -> int:
        """How many images `images` would yield; if DynamoDB can tell them apart it sends their number only.

        Raises ScanTooLarge.
        """
        if self._migrating:
            return sum(1 for _ in self.images(principal, query))
        if is_kept(query):
            return self._kept(principal, query)
        private = Condition("visibility", Operator.UNEQUAL, Visibility.PUBLIC)
        parts = [
            (scope, part._replace(conditions=(private, *part.conditions)) if _is_given(scope) else part)
            for scope, part in _parts(principal, query)
        ]
        return sum(in_turns([self._count(scope, part) for scope, part in parts]))

    def _kept(self, principal: Principal, query: ImageQuery) -> int:
        """The sum of the totals, in which public images that are the caller's own, or shared with it, are twice."""
        scopes = [scope for scope, _ in _parts(principal, query)]
        found = totals.read(self._connection, scopes)
        twice = {scope: _public(found[scope].facets) for scope in scopes if scope != keys.PUBLIC and len(scopes) > 1}
        return sum(total(query, found[scope].facets) - total(query, twice.get(scope, {})) for scope in scopes)

    def _count(self, scope: str, query: ImageQuery) -> Stream[int]:
        """Numbers whose sum is that of the images."""
        is_ordered = query.after is None or keys.orders(scope).has(query.order.key)
        if not (is_ordered and countable(query)):
            return each(lambda image: int(query.admits(image)), self._stream(scope, query))
        live = query if query.waiting else query._replace(conditions=(NOT_PENDING, *query.conditions))
        return each(lambda answer: int(answer["Count"]), self._answers(scope, live, select="COUNT"))

    def _stream(self, scope: str, query: ImageQuery) -> Stream[Image]:
        order = query.order.key
        if order is not _read_by(scope, query) and _name(scope, query) is None:
            return self._sorted(scope, query)
        images = _images(self._rows(scope, query))
        if query.after is None:
            return images
        return each(lambda image: image if beyond(position(image, order), query) else None, images)

    def _rows(self, scope: str, query: ImageQuery, names: Sequence[str] | None = None) -> Stream[dict[str, Any]]:
        """The rows of a scope that satisfy the query's conditions, as DynamoDB has them.

        The number of those that are read to the end is limited: of which only some attributes are read, or which the
        query expects all.
        """
        whole = names is not None or query.expected is None
        page = LARGEST_PAGE if whole else min(max(query.expected or 1, 1), LARGEST_PAGE)
        asked = {} if names is None else {"attributes_to_get": names}
        scanned = 0
        for answer in self._answers(scope, query, page, **asked):
            if answer is None:
                yield None
                continue
            scanned += answer["ScannedCount"]
            if whole and scanned > self._max_scan:
                raise ScanTooLarge(self._max_scan)
            yield from answer["Items"]

    def _answers(self, scope: str, query: ImageQuery, page: int | None = None, **asked: Any) -> Stream[dict[str, Any]]:
        """What DynamoDB answers, page after page; each is twice as long as the one before."""
        order, start = _read_by(scope, query), None
        while True:
            answer = yield from self._connection.querying(
                table_name=RowItem.Meta.table_name,
                hash_key=scope,
                range_key_condition=_resume(scope, query),
                filter_condition=_filter(scope, query),
                consistent_read=True,
                exclusive_start_key=start,
                index_name=None if order is keys.orders(scope).main else keys.index_name(order),
                limit=page,
                scan_index_forward=not query.order.descending,
                **asked,
            )
            yield answer
            start = answer.get("LastEvaluatedKey")
            if not start:
                return
            page = page and min(page * 2, LARGEST_PAGE)

    def _sorted(self, scope: str, query: ImageQuery) -> Stream[Image]:
        """A stream in an order that its list does not have: keys first, then the rows that are really taken.

        What is shared with a tenant is not much, by a quota, and read as a whole: to fetch a row costs a unit.
        """
        order = query.order.key
        if _is_given(scope):
            whole = yield from gathered(_images(self._rows(scope, query._replace(expected=LARGEST_PAGE))))
            yield from (image for image in in_order(whole, query.order) if beyond(position(image, order), query))
            return
        rows = yield from gathered(self._rows(scope, query, _named_by(order)))
        by_key = {raw_position(row, order): row[KEY]["S"] for row in rows}
        left = sorted((place for place in by_key if beyond(place, query)), reverse=query.order.descending)
        waiting, size = iter(left), max(query.expected or LARGEST_PAGE, 1)
        while chunk := list(islice(waiting, size)):
            found = yield from batch.getting(self._connection, {RowItem: [(scope, by_key[place]) for place in chunk]})
            yield from in_order(readable(image_of_row, found[RowItem]), query.order)


def _images(rows: Stream[dict[str, Any]]) -> Stream[Image]:
    """The images of rows that this release can read."""
    return readable(lambda row: None if row is None else image_of_row(row), rows)


def _once(images: Iterator[Image]) -> Iterator[Image]:
    """A stream in which no image comes twice."""
    seen: set[str] = set()
    for image in images:
        if image.id not in seen:
            seen.add(image.id)
            yield image


def _parts(principal: Principal, query: ImageQuery) -> list[tuple[str, ImageQuery]]:
    """The scopes whose rows make up a list, and what is asked of each."""
    parts = _live_parts(principal, query)
    kept = parts if query.gone else []
    return [*parts, *((keys.gone(scope), part) for scope, part in kept if _kind(scope) in keys.KEPT)]


def _live_parts(principal: Principal, query: ImageQuery) -> list[tuple[str, ImageQuery]]:
    if query.scope is Scope.EVERYTHING:
        return [(scope, query) for scope in keys.everything()]
    own = [] if principal.tenant is None else [(_own_scope(principal.tenant, query), query)]
    if query.scope is Scope.OWN or query.below is not None:
        return own
    others = [Condition("owner", Operator.UNEQUAL, principal.tenant)] if own else []
    theirs = query._replace(conditions=(*others, *query.conditions))
    open_to_all = [(scope, theirs) for scope in (keys.PUBLIC, *([keys.COMMUNITY] if query.community else []))]
    lists = {keys.given(principal.tenant or "", status): query for status in sorted(query.shares)}
    shared = list(lists.items()) if _has_shared(principal, query) else []
    return [*own, *(part for part in [*open_to_all, *shared] if _may_have(*part))]


def _may_have(scope: str, query: ImageQuery) -> bool:
    """Whether a list may have anything of the visibility that the query admits; it is not read in vain."""
    conditions = [each for each in query.conditions if isinstance(each, Condition) and each.field == "visibility"]
    one: Any = SimpleNamespace(visibility=VISIBILITIES[_kind(scope)])
    return all(condition.holds(one) for condition in conditions)


def _filter(scope: str, query: ImageQuery) -> Expression | None:
    """What DynamoDB leaves out of a list: shares, too, of which the tenant says what is not asked for."""
    usual = filter_of(query)
    if not scope.startswith(keys.SHARED) or query.shares >= UNREFUSED:
        return usual
    accepted: Expression = RowItem.share.does_not_exist()
    wanted = accepted if MemberStatus.ACCEPTED in query.shares else RowItem.share.exists()
    return wanted if usual is None else wanted & usual


def _kind(scope: str) -> str:
    return scope.partition("/")[0]


def _is_given(scope: str) -> bool:
    """Whether a list is of what others share with a tenant."""
    return _kind(scope) in (keys.SHARED, keys.REJECTED)


def _has_shared(principal: Principal, query: ImageQuery) -> bool:
    """Whether a list has what others share with the caller's tenant."""
    return query.scope is Scope.VISIBLE and query.below is None and principal.tenant is not None


def _public(facets: Facets) -> Facets:
    """Those of public images."""
    return {facet: count for facet, count in facets.items() if facet.visibility is Visibility.PUBLIC}


def _own_scope(tenant: str, query: ImageQuery) -> str:
    if query.below is None:
        return keys.key("tenant", tenant)
    return keys.key(query.below.kind, tenant, query.below.key)


def _read_by(scope: str, query: ImageQuery) -> SortKey:
    """The order that the rows are read in; rows of one name are among themselves in that of their creation."""
    known = keys.orders(scope)
    if query.gone and known.has(SortKey.UPDATED):
        return SortKey.UPDATED
    if _name(scope, query) is not None:
        return SortKey.NAME
    return query.order.key if known.has(query.order.key) else known.main


def _name(scope: str, query: ImageQuery) -> str | None:
    """The name that everything in a list by creation has; None if there may be several, or keys hold it in part."""
    if query.gone or query.order.key is not SortKey.CREATED or not keys.orders(scope).has(SortKey.NAME):
        return None
    plain = (condition for condition in query.conditions if isinstance(condition, Condition))
    named = (each.value for each in plain if each.field in NAMES and each.operator is Operator.EQUAL)
    return next((name for name in named if name and len(name.encode()) <= KEY_BYTES), None)


def _of_name(name: str, query: ImageQuery) -> Expression:
    """The condition on the sort key that leaves out other names, and what comes before the query's position."""
    low, high = "", LAST
    if query.after is not None and query.order.descending:
        high = query.after[:-1] + chr(ord(query.after[-1]) - 1)  # ids are of one length, so none is in between
    elif query.after is not None:
        low = f"{query.after}\x00"
    return RowItem.name_key.between(f"{name}\x00{low}", f"{name}\x00{high}")


def _resume(scope: str, query: ImageQuery) -> Expression | None:
    """The condition on the sort key that leaves out what comes before the query's position, or its instant."""
    name, order = _name(scope, query), _read_by(scope, query)
    if name is not None:
        return _of_name(name, query)
    key = Path(RowItem.key if order is keys.orders(scope).main else getattr(RowItem, keys.key_name(order)))
    low = high = None
    if query.changed_since is not None and order is SortKey.UPDATED:
        low = short_instant(query.changed_since) + LAST
    if query.after is not None and order is query.order.key:
        low, high = (low, query.after) if query.order.descending else (max(low or "", query.after), None)
    if low is not None and high is not None:
        return key.between(low, max(low, high))  # nothing, if the position is older than the instant
    if low is not None:
        return key > low
    return None if high is None else key < high


def _named_by(order: SortKey) -> list[str]:
    """The attributes of a row that its place in an order is made of, as DynamoDB knows them."""
    fields = {"key", "created_at", *([keys.CALLED, "name"] if order is SortKey.NAME else [order.value])} - {"id"}
    return sorted(RowItem.get_attributes()[field].attr_name for field in fields)
