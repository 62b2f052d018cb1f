"""Totals of lists, stored per facet, so that counting a list need not read it."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

from chalicelib.catalog.image import Image, Status, Transition, Visibility
from chalicelib.catalog.membership import UNREFUSED
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Predicate, Scope

STORED = frozenset({Status.UPLOADING, Status.ACTIVE, Status.DEPRECATED, Status.DEACTIVATED, Status.PENDING_DELETE})
"""The statuses in which an image has bytes."""


class Facet(NamedTuple):
    """What lists are counted by: visibility, whether an image was killed, and its zone."""

    visibility: Visibility
    killed: bool = False
    zone: str | None = None


Facets = Mapping[Facet, int]


class Totals(NamedTuple):
    """The totals of a list, or of a tenant: images by facet, and their bytes.

    `given` is how many images are shared with a tenant. As its quota does, it counts those that wait for their
    deletion.
    """

    facets: Facets
    size: int = 0
    given: int = 0


def facet_of(image: Image) -> Facet:
    """The facet of an image that is not deleted."""
    return Facet(image.visibility, image.status is Status.KILLED, image.zone)


def charge(image: Image) -> int:
    """The bytes that count against the quota of the owner: those stored, or those that a job will bring."""
    return image.size or 0 if image.status in STORED or image.transition is Transition.CREATING else 0


def is_kept(query: ImageQuery) -> bool:
    """Whether the stored totals answer how many images a query finds."""
    usual = query.scope is not Scope.EVERYTHING and not query.gone and not query.waiting
    usual = usual and query.shares == UNREFUSED and not query.community
    return usual and query.after is None and all(map(_is_of_facets, query.conditions))


def total(query: ImageQuery, facets: Facets) -> int:
    """How many images of these the query admits, if its total `is_kept`."""
    return sum(count for facet, count in facets.items() if _admits(query, facet))


def _is_of_facets(condition: Condition | Predicate) -> bool:
    if isinstance(condition, Predicate):
        return False
    if condition.field == "status":
        return condition.value is Status.KILLED and condition.operator in (Operator.EQUAL, Operator.UNEQUAL)
    return condition.field in ("visibility", "zone")


def _admits(query: ImageQuery, facet: Facet) -> bool:
    status = Status.KILLED if facet.killed else Status.ACTIVE
    one: Any = SimpleNamespace(visibility=facet.visibility, status=status, zone=facet.zone)
    return all(condition.holds(one) for condition in query.conditions)
