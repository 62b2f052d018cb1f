"""No pattern of ours takes longer than a text is long: none repeats, without end, what itself repeats without end."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import chalicelib

ROOT = Path(chalicelib.__file__).parent
USES = frozenset({"compile", "fullmatch", "match", "search", "sub", "split", "findall", "finditer"})
ENDLESS = 1000
"""As many repetitions as make no difference."""
_parser = import_module("re._parser")  # the only one that knows what a pattern means
REPEATS = {_parser.MAX_REPEAT, _parser.MIN_REPEAT}


def patterns(source: str) -> Iterator[str]:
    """The patterns that a module gives to `re`, as far as they stand there."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in USES:
            owner, pattern = node.func.value, node.args[0] if node.args else None
            text = pattern.value if isinstance(pattern, ast.Constant) else None
            if isinstance(owner, ast.Name) and owner.id == "re" and isinstance(text, str):
                yield text


def explodes(pattern: str, flags: int = 0) -> bool:
    """Whether something is repeated without end that itself repeats something so: a text may have too many readings."""
    return _nested(_parser.parse(pattern, flags), 0)


def _nested(parsed: Any, depth: int) -> bool:
    for operation, argument in parsed:
        endless = operation in REPEATS and argument[1] >= ENDLESS
        if endless and depth:
            return True
        for inner in _parts(argument):
            if _nested(inner, depth + endless):
                return True
    return False


def _parts(argument: Any) -> Iterator[Any]:
    """The patterns inside an operation, however deep it has them."""
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from _parts(each)


def test_no_pattern_of_ours_explodes() -> None:
    found = [pattern for file in sorted(ROOT.rglob("*.py")) for pattern in patterns(file.read_text("utf-8"))]

    assert len(found) > 20
    assert [pattern for pattern in found if explodes(pattern, re.VERBOSE if "\n" in pattern else 0)] == []


@pytest.mark.parametrize("pattern", ["(a+)+", "(a*)*b", "(?:a|b+)*", "((a{2,})x?)+", "(?P<n>(.*,)*)", "([^/]+/?)+"])
def test_a_pattern_that_explodes_is_found(pattern: str) -> None:
    assert explodes(pattern)


@pytest.mark.parametrize("pattern", ["a+b*", "(?:[a-z]|%[0-9]{2})+", "([0-9a-f]{2})*", "(a+){3}", "[^/]+(?:/[a-z])*"])
def test_a_pattern_with_one_reading_is_in_order(pattern: str) -> None:
    assert not explodes(pattern)
