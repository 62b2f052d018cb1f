"""How often measurements are repeated: the steadier the figures, the longer they take."""

import os


def repeats(usual: int) -> int:
    """TIMES of the environment, or as often as is usual."""
    return int(os.environ.get("TIMES") or usual)
