"""A plugin of pytest that measures the CPU seconds of each test, fixtures and children included: `-p cpu_times`.

Each process writes `[collection, {test: seconds}]` into a file of its own in the folder that CPU_TIMES names.
"""

import json
import os
import resource
import time
from collections.abc import Generator
from pathlib import Path

import pytest

_collection = 0.0
_seconds: dict[str, float] = {}


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def pytest_collection_finish() -> None:
    """Count all that came before the first test."""
    global _collection  # noqa: PLW0603  # a plugin that is a module has no other place
    _collection = _cpu()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count a test, with its fixtures."""
    begun = _cpu()
    try:
        return (yield)
    finally:
        _seconds[item.nodeid] = _cpu() - begun


def pytest_sessionfinish() -> None:
    """Write it down; the process that only hands out the tests has none."""
    if _seconds:
        Path(os.environ["CPU_TIMES"], str(os.getpid())).write_text(json.dumps([_collection, _seconds]))
