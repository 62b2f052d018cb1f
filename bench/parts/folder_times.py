"""A plugin of pytest that adds up the CPU seconds of each folder of tests, children included: `-p folder_times`.

Each process writes `[seconds, numbers]`, both by folder, into a file of its own in the folder that FOLDER_TIMES names.
"""

import json
import os
import resource
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

COLLECTION = "(collection)"
_seconds: Counter[str] = Counter()
_numbers: Counter[str] = Counter()


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def folder(nodeid: str) -> str:
    """The folder that a test is counted below: `faults`, `dialects/foreman`, or `.` for those beside the folders."""
    parts = nodeid.split("::", maxsplit=1)[0].split("/")[1:-1]
    return "/".join(parts[: 2 if parts[:1] == ["dialects"] else 1]) or "."


def pytest_collection_finish() -> None:
    """Count all that came before the first test."""
    _seconds[COLLECTION] = _cpu()  # type: ignore[assignment]  # seconds are added up like numbers


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count a test, with its fixtures."""
    begun = _cpu()
    try:
        return (yield)
    finally:
        _seconds[folder(item.nodeid)] += _cpu() - begun  # type: ignore[assignment]  # as above
        _numbers[folder(item.nodeid)] += 1


def pytest_sessionfinish() -> None:
    """Write it down; the process that only hands out the tests has none."""
    if _numbers:
        Path(os.environ["FOLDER_TIMES"], str(os.getpid())).write_text(json.dumps([_seconds, _numbers]))
