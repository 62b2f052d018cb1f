"""How much is fuzzed: few requests, the same ones in every run, or with FUZZ=nightly many random ones.

The random ones follow from the number that `--hypothesis-seed` is given, which `make fuzz` prints.
"""

import os

from hypothesis import HealthCheck, settings

NIGHTLY = os.environ.get("FUZZ") == "nightly"


def examples(bounded: int, nightly: int) -> settings:
    """That a test sees so many examples in every run, and so many at night."""
    return settings(
        max_examples=nightly if NIGHTLY else bounded,
        derandomize=not NIGHTLY,
        database=None,
        print_blob=NIGHTLY,
        suppress_health_check=list(HealthCheck),
    )
