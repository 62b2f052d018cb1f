"""What a million requests cost is worked out from the units that the page of round trips says."""

from pathlib import Path

import pytest

from bench import cost
from tests.test_docs import rows

DOCS = Path(__file__).parents[2] / "docs"
READ, WRITE = 6, 7
"""Columns of the page of round trips."""
IF_MEANT = "if this is meant: PYTHONPATH=. python bench/cost.py"
PRICED = [kind for kind in cost.KINDS if kind[0] != "sweep"]


def row(page: str, name: str) -> list[str]:
    return next(cells for cells in rows(DOCS / page) if cells[0] == name)


@pytest.mark.parametrize("kind", PRICED, ids=cost.KINDS.__getitem__)
def test_a_million_requests_are_priced_by_the_units_that_they_use(kind: tuple[str, str]) -> None:
    request, case = kind
    used = row("round-trips.md", f"`{request}`" + (f", {case}" if case else ""))

    _, reads, writes, calls, used_price, price = row("operate.md", cost.KINDS[kind])

    assert (reads, writes) == (used[READ], used[WRITE]), IF_MEANT
    s3 = int(calls) * (cost.GET if request.startswith("GET") else cost.PUT)
    expected = float(reads) * cost.READ + float(writes) * cost.WRITE + s3
    assert float(used_price) == pytest.approx(expected, abs=0.006), IF_MEANT
    assert float(price) == pytest.approx(cost.BASE + expected, abs=0.006), IF_MEANT
