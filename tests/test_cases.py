"""Every numbered case of a dialect has a test that bears its number."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CASES = {
    "glance_v1": (152, ("dialects/glance_v1", "e2e")),
    "glance_v2": (174, ("dialects/glance_v2",)),
    "scaleway": (103, ("dialects/scaleway",)),
    "devops_service": (57, ("dialects/devops_service",)),
    "qingcloud": (74, ("dialects/qingcloud",)),
}
"""How many cases a dialect has, and where their tests are."""


@pytest.mark.parametrize("dialect", CASES)
def test_each_case_has_a_test(dialect: str) -> None:
    count, folders = CASES[dialect]

    texts = [path.read_text("utf-8") for folder in folders for path in (TESTS / folder).rglob("test_*.py")]
    numbers = {int(number) for text in texts for number in re.findall(r"^def test_case_(\d{3})_", text, re.MULTILINE)}

    assert numbers == set(range(1, count + 1))
