"""Every numbered case has a test that bears its number, as its name or as a row of a table."""

import re
from pathlib import Path

from tests.dialects.foreman.numbers import CASES


def test_each_case_has_a_test() -> None:
    texts = [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py")]

    named = {
        number.upper() for text in texts for number in re.findall(r"^def test_case_([a-z]\d\d)_", text, re.MULTILINE)
    }
    in_tables = {number for text in texts for number in re.findall(r'^    \("([A-Z]\d\d)", ', text, re.MULTILINE)}

    assert named | in_tables == CASES
