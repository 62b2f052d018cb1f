"""What the suites that prove something have gone through, by kind: pytest prints the sums when it ends."""

from collections import Counter

COUNTED: Counter[str] = Counter()


def count(what: str, number: int = 1) -> None:
    """Add to the sum of this kind, e.g. `count("matrix cells")`."""
    COUNTED[what] += number
