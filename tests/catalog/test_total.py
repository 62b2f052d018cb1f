"""Totals that are kept: by what lists are counted, and which lists they know the length of."""

from datetime import timedelta

import pytest

from chalicelib.catalog.image import Status, Transition, Visibility
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Predicate, Scope
from chalicelib.catalog.total import Facet, charge, facet_of, is_kept, total
from tests.factories import START, an_image

PUBLIC, PRIVATE = Visibility.PUBLIC, Visibility.SHARED
IN_ZONE = Condition("zone", Operator.IN, (None, "ac1"))
LIVE = Condition("status", Operator.UNEQUAL, Status.KILLED)
FACETS = {
    Facet(PUBLIC): 1,
    Facet(PRIVATE): 2,
    Facet(PRIVATE, killed=True): 4,
    Facet(PRIVATE, zone="ac1"): 8,
    Facet(PRIVATE, zone="ac2"): 16,
}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ((), 31),
        ((IN_ZONE,), 15),
        ((IN_ZONE, LIVE), 11),
        ((Condition("visibility", Operator.EQUAL, PUBLIC),), 1),
        ((Condition("status", Operator.EQUAL, Status.KILLED),), 4),
    ],
)
def test_a_total_is_of_the_facets_that_the_conditions_hold_for(
    conditions: tuple[Condition, ...], expected: int
) -> None:
    query = ImageQuery(conditions=conditions)

    assert is_kept(query)
    assert total(query, FACETS) == expected


@pytest.mark.parametrize(
    "query",
    [
        ImageQuery(Scope.EVERYTHING),
        ImageQuery(changed_since=START),
        ImageQuery(after="x"),
        ImageQuery(waiting=True),
        ImageQuery(conditions=(Predicate(lambda _: True),)),
        ImageQuery(conditions=(Condition("name", Operator.EQUAL, "web"),)),
        ImageQuery(conditions=(Condition("status", Operator.EQUAL, Status.ACTIVE),)),
        ImageQuery(conditions=(Condition(("properties", "zone"), Operator.EQUAL, "ac1"),)),
    ],
    ids=["everything", "changes", "after", "waiting", "predicate", "name", "status", "property"],
)
def test_what_facets_do_not_tell_has_to_be_counted(query: ImageQuery) -> None:
    assert not is_kept(query)


def test_the_facet_of_an_image_is_what_it_is_counted_by() -> None:
    image = an_image(visibility=PUBLIC, status=Status.KILLED, zone="ac1")

    assert facet_of(image) == Facet(PUBLIC, killed=True, zone="ac1")


@pytest.mark.parametrize(
    ("status", "transition", "size", "bytes_"),
    [
        (Status.QUEUED, None, 5, 0),
        (Status.QUEUED, Transition.CREATING, 5, 5),
        (Status.QUEUED, Transition.CREATING, None, 0),
        (Status.SAVING, None, 5, 0),
        (Status.SAVING, Transition.CREATING, 5, 5),
        (Status.ACTIVE, None, 5, 5),
        (Status.ACTIVE, None, None, 0),
        (Status.ACTIVE, Transition.DELETING, 5, 5),
        (Status.PENDING_DELETE, None, 5, 5),
        (Status.KILLED, None, 5, 0),
        (Status.DELETED, None, 5, 0),
    ],
)
def test_an_image_takes_the_bytes_that_it_has_or_waits_for(
    status: Status, transition: Transition | None, size: int | None, bytes_: int
) -> None:
    later = START + timedelta(1)

    assert charge(an_image(status=status, transition=transition, size=size, updated_at=later)) == bytes_
