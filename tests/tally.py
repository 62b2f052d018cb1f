"""Counters of the cases that suites try, by kind. pytest prints the sums at the end."""

from collections import Counter

COUNTED: Counter[str] = Counter()


def count(what: str, number: int = 1) -> None:
    """Add to the counter of this kind, e.g. `count("matrix cells")`."""
    COUNTED[what] += number
