"""What a first page reads does not grow with the catalogue."""

from collections.abc import Mapping

from bench.growth import Cost, measure
from tests.conftest import MakeApi

SMALL, LARGE = 30, 90
PUBLIC, SHARED = 30, 5
CONSTANT = {
    "Glance: first 25, newest first",
    "Glance: first 25, oldest first",
    "Glance: first 25 by updated_at",
    "Glance: first 25 by name",
    "Glance: first 25 by size",
    "Glance: first 25 by id",
    "Glance: shared with the tenant",
}


def test_first_pages_cost_the_same_in_a_larger_catalogue(make_api: MakeApi) -> None:
    small, large = map(_constant, measure(make_api(), (SMALL, LARGE), PUBLIC, SHARED))

    assert small.keys() == CONSTANT
    assert large == small


def _constant(costs: Mapping[str, Cost]) -> dict[str, tuple[int, int, int]]:
    """Status, requests and rows; only an engine that counts capacity could tell the units."""
    return {name: (cost.status, cost.requests, cost.rows) for name, cost in costs.items() if name in CONSTANT}
