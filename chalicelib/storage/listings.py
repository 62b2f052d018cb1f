"""Lists of images: a lazy merge of a few ordered streams of rows.

A caller's list merges its own images, public ones of others, and those shared with it; an administrator's list of
everything merges the shards of all images. The first page of a stream is as long as what the caller expects to take,
and each further one twice as long: so a first page costs the same in a catalogue of any size, and a selective filter
does not cost a round trip for every few rows. For an order that a list does not have, the keys of all its rows are
read and sorted, and the rows themselves are fetched as they are consumed.
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
from chalicelib.storage.turns import Stream, collect, each, interleave, start_all

NAMES = ("name", keys.CALLED)
NOT_PENDING = Condition("status", Operator.UNEQUAL, Status.PENDING_DELETE)
"""Images that wait for their deletion are stored in every list, and shown in none."""
LARGEST_PAGE = 1000
"""The most rows in a page; DynamoDB also limits pages to 1 MB."""
VISIBILITIES = {
    keys.PUBLIC: Visibility.PUBLIC,
    keys.COMMUNITY: Visibility.COMMUNITY,
    **dict.fromkeys((keys.SHARED, keys.REJECTED), Visibility.SHARED),
}
"""The visibility of images that a caller has from this list only; public images shared with it are in two."""
LAST = "\x7f"
"""Sorts after every character of a short instant or id."""


class Listings:
    """Reads the lists that a principal may see. All reads of rows are consistent."""

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
            *start_all([self._stream(scope, part) for scope, part in _parts(principal, query)]),
            key=lambda image: position(image, query.order.key),
            reverse=query.order.descending,
        )
        yield from _once(filter(query.admits, merged))

    def _older(self, principal: Principal, query: ImageQuery) -> list[list[Image]]:
        """The images still in the first layout. Read first: one converted meanwhile comes twice instead of never."""
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
        """How many images `images` would yield; DynamoDB sends only their number if it can check the conditions.

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
        return sum(interleave([self._count(scope, part) for scope, part in parts]))

    def _kept(self, principal: Principal, query: ImageQuery) -> int:
        """The sum of the stored totals, less the public images that two of the lists have."""
        scopes = [scope for scope, _ in _parts(principal, query)]
        found = totals.read(self._connection, scopes)
        twice = {scope: _public(found[scope].facets) for scope in scopes if scope != keys.PUBLIC and len(scopes) > 1}
        return sum(total(query, found[scope].facets) - total(query, twice.get(scope, {})) for scope in scopes)

    def _count(self, scope: str, query: ImageQuery) -> Stream[int]:
        """Numbers that add up to the count of a scope."""
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
        """The raw rows of a scope that satisfy the query's conditions.

        Raises ScanTooLarge if the scope is read as a whole, because the query expects all of it or only `names` (some
        attributes) are read, and has too many rows.
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
        """DynamoDB's responses, page after page; each is twice as long as the one before."""
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
        """A stream in an order that its list does not have: all keys first, then rows as they are consumed.

        Shared images are few, because of their quota, so their rows are read at once: fetching each costs a unit.
        """
        order = query.order.key
        if _is_given(scope):
            whole = yield from collect(_images(self._rows(scope, query._replace(expected=LARGEST_PAGE))))
            yield from (image for image in in_order(whole, query.order) if beyond(position(image, order), query))
            return
        rows = yield from collect(self._rows(scope, query, _named_by(order)))
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
    """The images without duplicates."""
    seen: set[str] = set()
    for image in images:
        if image.id not in seen:
            seen.add(image.id)
            yield image


def _parts(principal: Principal, query: ImageQuery) -> list[tuple[str, ImageQuery]]:
    """The scopes that make up a list, with the query for each."""
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
    """Whether a list can have images of a visibility that the query admits; if not, it is not read."""
    conditions = [each for each in query.conditions if isinstance(each, Condition) and each.field == "visibility"]
    one: Any = SimpleNamespace(visibility=VISIBILITIES[_kind(scope)])
    return all(condition.holds(one) for condition in conditions)


def _filter(scope: str, query: ImageQuery) -> Expression | None:
    """The conditions that DynamoDB checks, including one on the tenant's answer to invitations."""
    usual = filter_of(query)
    if not scope.startswith(keys.SHARED) or query.shares >= UNREFUSED:
        return usual
    accepted: Expression = RowItem.share.does_not_exist()
    wanted = accepted if MemberStatus.ACCEPTED in query.shares else RowItem.share.exists()
    return wanted if usual is None else wanted & usual


def _kind(scope: str) -> str:
    return scope.partition("/")[0]


def _is_given(scope: str) -> bool:
    """Whether a list is one of the images that others share with a tenant."""
    return _kind(scope) in (keys.SHARED, keys.REJECTED)


def _has_shared(principal: Principal, query: ImageQuery) -> bool:
    """Whether a list includes the images that others share with the caller's tenant."""
    return query.scope is Scope.VISIBLE and query.below is None and principal.tenant is not None


def _public(facets: Facets) -> Facets:
    """The facets of public images."""
    return {facet: count for facet, count in facets.items() if facet.visibility is Visibility.PUBLIC}


def _own_scope(tenant: str, query: ImageQuery) -> str:
    if query.below is None:
        return keys.key("tenant", tenant)
    return keys.key(query.below.kind, tenant, query.below.key)


def _read_by(scope: str, query: ImageQuery) -> SortKey:
    """The order to read the rows in. Rows of one name, in the order of names, are in that of their creation."""
    known = keys.orders(scope)
    if query.gone and known.has(SortKey.UPDATED):
        return SortKey.UPDATED
    if _name(scope, query) is not None:
        return SortKey.NAME
    return query.order.key if known.has(query.order.key) else known.main


def _name(scope: str, query: ImageQuery) -> str | None:
    """The one name that a list by creation is filtered by; None if there is none, or it is too long for a key."""
    if query.gone or query.order.key is not SortKey.CREATED or not keys.orders(scope).has(SortKey.NAME):
        return None
    plain = (condition for condition in query.conditions if isinstance(condition, Condition))
    named = (each.value for each in plain if each.field in NAMES and each.operator is Operator.EQUAL)
    return next((name for name in named if name and len(name.encode()) <= KEY_BYTES), None)


def _of_name(name: str, query: ImageQuery) -> Expression:
    """The condition on the sort key for rows of this name after the query's position."""
    low, high = "", LAST
    if query.after is not None and query.order.descending:
        high = query.after[:-1] + chr(ord(query.after[-1]) - 1)  # ids are of one length, so none is in between
    elif query.after is not None:
        low = f"{query.after}\x00"
    return RowItem.name_key.between(f"{name}\x00{low}", f"{name}\x00{high}")


def _resume(scope: str, query: ImageQuery) -> Expression | None:
    """The condition on the sort key for rows after the query's position, or changed since its instant."""
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
    """DynamoDB's names of the attributes that a row's position in an order is made of."""
    fields = {"key", "created_at", *([keys.CALLED, "name"] if order is SortKey.NAME else [order.value])} - {"id"}
    return sorted(RowItem.get_attributes()[field].attr_name for field in fields)
