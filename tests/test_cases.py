"""Every numbered case of a dialect has a test that bears its number."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CASES = {"glance_v1": 152, "glance_v2": 185, "scaleway": 103, "devops_service": 57, "qingcloud": 74}
"""How many cases a dialect has."""
WITH_CLIENTS = ("glance_v1", "glance_v2")
"""Dialects some of whose cases are of real clients, which are tried together."""
AS_BEFORE = {"glance_v2": {181}}
"""Cases that say that those of another dialect still hold."""


def numbers(folder: str) -> set[int]:
    """The numbers that the tests of a folder bear."""
    texts = [path.read_text("utf-8") for path in (TESTS / folder).rglob("test_*.py")]
    return {int(number) for text in texts for number in re.findall(r"^def test_case_(\d{3})_", text, re.MULTILINE)}


@pytest.mark.parametrize("dialect", CASES)
def test_each_case_has_a_test(dialect: str) -> None:
    cases = set(range(1, CASES[dialect] + 1))
    own = numbers(f"dialects/{dialect}")
    found = own | (numbers("e2e") if dialect in WITH_CLIENTS else set())

    assert own <= cases
    assert cases - found == AS_BEFORE.get(dialect, set())
