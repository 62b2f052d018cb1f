"""That each defect can still be seeded: code moves on, and a defect that cannot be seeded proves nothing."""

import ast
from pathlib import Path

import pytest

from tests.defects.seeds import DEFECTS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_can_be_seeded_and_leaves_a_module(name: str) -> None:
    defect = DEFECTS[name]

    broken = defect.seeded(ROOT)

    assert broken != (ROOT / defect.module).read_text("utf-8")
    assert ast.parse(broken).body


@pytest.mark.parametrize("name", DEFECTS)
def test_the_suite_that_has_to_catch_it_is_there(name: str) -> None:
    assert all((ROOT / path).exists() for path in DEFECTS[name].suite)
