"""How much is fuzzed: a few requests, the same in each run, or with FUZZ=nightly many random ones.

The random ones depend on `--hypothesis-seed`, which `make fuzz` prints.
"""

import os

from hypothesis import HealthCheck, settings

NIGHTLY = os.environ.get("FUZZ") == "nightly"


def examples(bounded: int, nightly: int) -> settings:
    """Settings with a number of examples for each run, and another for the nightly one."""
    return settings(
        max_examples=nightly if NIGHTLY else bounded,
        derandomize=not NIGHTLY,
        database=None,
        print_blob=NIGHTLY,
        suppress_health_check=list(HealthCheck),
    )
