"""What scripts print of time and memory, and how they find it out."""

import os
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from bench import cold_start, handler_cpu, latency
from bench.cold_start import FLOOR, IDLE
from bench.latency import Page
from bench.parts.process import Used, used_by
from bench.parts.replay import replayed
from bench.parts.revision import Made, made_of, milliseconds

ROOT = Path(__file__).parents[2]
OLDER = """\
CPU time, ms      calls   handler   floor   ratio  budget
show                  1      1.10    1.02    1.08     1.2
list of 25            5      5.10    6.02    0.84     1.0
"""
TURN = {
    IDLE: Used(0.030, 14_000_000),
    FLOOR: Used(0.190, 50_000_000),
    "Rosetta, showing an image": Used(0.110, 30_000_000),
    "Rosetta, linking to its bytes": Used(0.130, 31_000_000),
    "abc, showing an image": Used(0.230, 45_000_000),
    "abc, linking to its bytes": Used(0.280, 49_000_000),
}


@pytest.fixture(scope="module")
def made() -> Made:
    return made_of(ROOT)


def test_the_ratios_of_another_revision_are_read_from_its_own_table() -> None:
    assert handler_cpu.ratios(OLDER) == {"show": "1.08", "list of 25": "0.84"}


def test_each_operation_that_is_measured_has_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler_cpu, "IMAGES", 1)
    operations, _ = handler_cpu.recorded()

    assert [operation.name for operation in operations] == list(handler_cpu.BUDGETS)


def test_starts_are_compared_without_the_cpu_time_of_doing_nothing() -> None:
    lines = [line.split() for line in cold_start.starts_table([TURN], None)]

    assert lines[1:] == [
        [*IDLE.split(), "30", "14.0"],
        [*FLOOR.split(), "160", "50.0"],
        ["Rosetta,", "showing", "an", "image", "80", "0.50", "0.6", "30.0", "0.60", "0.65"],
        ["Rosetta,", "linking", "to", "its", "bytes", "100", "0.62", "31.0", "0.62"],
    ]


def test_starts_are_compared_with_those_of_another_revision_request_by_request() -> None:
    lines = [line.split() for line in cold_start.starts_table([TURN], "abc")]

    assert lines[-2:] == [
        ["showing", "an", "image", "0.40"],
        ["linking", "to", "its", "bytes", "0.40", "0.45"],
    ]


def test_a_page_is_compared_with_that_of_another_revision() -> None:
    ours, theirs = Page(3, 1, 8.0), Page(4, 4, 32.0)

    _, *lines = [line.split() for line in latency.table(ours, theirs, "abc")]

    assert lines == [["today", "3", "1", "2", "8.0", "0.25", "0.5"], ["abc", "4", "4", "32.0"]]
    assert len(list(latency.table(ours, None, None))) == 2


def test_a_revision_records_what_its_functions_need(made: Made) -> None:
    assert [call.operation for call in made.asked["show"].calls] == ["GetItem", "BatchGetItem"]
    assert made.asked["first page"].depth == 1
    assert milliseconds(made, "first page", 0.02, 2) > 20


def test_what_is_replayed_comes_after_a_while() -> None:
    with replayed({"PutItem": "{}"}, 0.2) as url:
        start = time.perf_counter()
        with urlopen(Request(url, b"{}", {"X-Amz-Target": "DynamoDB_20120810.PutItem"})) as answer:  # noqa: S310  # ours
            assert answer.read() == b"{}"

        assert time.perf_counter() - start > 0.2


def test_a_process_is_asked_what_it_used_from_outside() -> None:
    used = used_by(os.getpid())

    assert used.cpu_seconds == pytest.approx(time.process_time(), abs=0.1)
    assert used.peak_bytes > 10_000_000
