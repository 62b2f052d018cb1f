"""A readable report of mismatches."""

from collections.abc import Mapping, Sequence


def report(found: Mapping[str, Sequence[str]]) -> str:
    """All mismatches, a line each, after the place where each was found."""
    return "\n".join(f"{where}: {mismatch}" for where, mismatches in found.items() for mismatch in mismatches)
