"""Each defect can still be seeded after the code has changed, and docs/reliability.md lists it."""

import ast
import re
from pathlib import Path

import pytest

from tests.defects.seeds import DEFECTS

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (.+) \| `(tests/[^`]+)` \|$", re.MULTILINE)


@pytest.mark.parametrize("name", DEFECTS)
def test_a_seeded_defect_changes_a_module_that_still_parses(name: str) -> None:
    defect = DEFECTS[name]

    broken = defect.seeded(ROOT)

    assert broken != (ROOT / defect.module).read_text("utf-8")
    assert ast.parse(broken).body


@pytest.mark.parametrize("name", DEFECTS)
def test_the_suite_that_must_catch_a_defect_exists(name: str) -> None:
    assert all((ROOT / path).exists() for path in DEFECTS[name].suite)


def test_the_page_lists_every_defect_with_its_suite() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text("utf-8")

    rows = dict(ROW.findall(page.partition("| Defect | ")[2]))

    assert rows.keys() == DEFECTS.keys()
    assert all(suite in DEFECTS[name].suite for name, suite in rows.items())
