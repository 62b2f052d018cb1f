"""Queries of listings: scope, conditions, order and position."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum, StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.membership import UNREFUSED, MemberStatus
from chalicelib.catalog.position import CACHE_SIZE, SortKey, position
from chalicelib.catalog.reference import Reference


class Scope(Enum):
    """Whose images are listed; access rules narrow each of them further."""

    VISIBLE = "the caller's own, public ones, and those shared with the caller"
    OWN = "those of the caller's tenant"
    EVERYTHING = "all there are, for administrators"


class Operator(StrEnum):
    """How a condition compares."""

    EQUAL = "="
    UNEQUAL = "<>"
    AT_LEAST = ">="
    AT_MOST = "<="
    IN = "in"
    CONTAINS = "contains"


class Condition(NamedTuple):
    """`field operator value`; the field is a canonical name that lists know, or `("properties", name)`.

    A field that is None equals only None, counts as zero for `<=` and `>=`, and contains only the empty text. `IN`
    takes a tuple. A field of several texts contains each of them. `called` can be compared as well.
    """

    field: str | tuple[str, str]
    operator: Operator
    value: Any

    def holds(self, image: Image) -> bool:
        """Whether the image satisfies the condition."""
        found = self._read(image)
        match self.operator:
            case Operator.EQUAL:
                return bool(found == self.value)
            case Operator.UNEQUAL:
                return bool(found != self.value)
            case Operator.AT_LEAST:
                return bool((found or 0) >= self.value)
            case Operator.AT_MOST:
                return bool((found or 0) <= self.value)
            case Operator.CONTAINS:
                return self.value in (found or "")
        return found in self.value

    def _read(self, image: Image) -> Any:
        if isinstance(self.field, tuple):
            properties: Mapping[str, str | None] = getattr(image, self.field[0])
            return properties.get(self.field[1])
        return getattr(image, self.field)


class Predicate(NamedTuple):
    """A condition on the whole image, such as on how a dialect renders it."""

    holds: Callable[[Image], bool]


class Order(NamedTuple):
    """By a field, then by creation, then by id, all in one direction: a total order."""

    key: SortKey = SortKey.CREATED
    descending: bool = True


class ImageQuery(NamedTuple):
    """A listing. It resumes after the position `after` (see `position`).

    `below` limits it to the tenant's own images that refer to this. `expected` is how many images the caller is
    likely to take; None means all, and fails above the operator's limit. `waiting` includes images that wait for
    their deletion, `shares` those shared with the caller by its answer to the invitation, `community` the images
    that others share with everybody.
    """

    scope: Scope = Scope.VISIBLE
    conditions: tuple[Condition | Predicate, ...] = ()
    order: Order = Order()
    after: str | None = None
    changed_since: datetime | None = None
    expected: int | None = 25
    below: Reference | None = None
    waiting: bool = False
    shares: frozenset[MemberStatus] = UNREFUSED
    community: bool = False

    @property
    def gone(self) -> bool:
        """Whether deleted images are listed too: only a query with `changed_since` includes them."""
        return self.changed_since is not None

    def admits(self, image: Image) -> bool:
        """Whether the image satisfies every condition."""
        if self.changed_since is not None and image.updated_at <= self.changed_since:
            return False
        if self.below is not None and not self.below.is_of(image):
            return False
        if image.gone and not self.gone and not (self.waiting and image.status is Status.PENDING_DELETE):
            return False
        return all(condition.holds(image) for condition in self.conditions)


@lru_cache(CACHE_SIZE)
def instant_text(instant: datetime) -> str:
    """An instant as text of one width, which sorts by time: `2016-05-10T21:35:15.000000`, UTC."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")[:26]


def in_order(images: Iterable[Image], order: Order) -> list[Image]:
    """The images sorted."""
    return sorted(images, key=lambda image: position(image, order.key), reverse=order.descending)


def beyond(place: str, query: ImageQuery) -> bool:
    """Whether a position comes after the one the query resumes from."""
    if query.after is None:
        return True
    return place < query.after if query.order.descending else place > query.after
