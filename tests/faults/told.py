"""What is not as it should be, for people."""

from collections.abc import Mapping, Sequence


def told(found: Mapping[str, Sequence[str]]) -> str:
    """All mismatches, a line each."""
    return "\n".join(f"{where}: {mismatch}" for where, mismatches in found.items() for mismatch in mismatches)
