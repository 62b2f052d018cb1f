"""The tree of refusals, and the drawing of it."""

import re
from collections.abc import Iterator

import pytest

from chalicelib.catalog import errors
from chalicelib.catalog.errors import CatalogError, ClaimTaken, Invalid, StaleImage, StaleJob, UnknownFormat


def descendants(error: type[Exception]) -> Iterator[type[Exception]]:
    """Those of the catalogue; dialects have refusals of their own."""
    for child in error.__subclasses__():
        if child.__module__.startswith(CatalogError.__module__.rpartition(".")[0]):
            yield child
        yield from descendants(child)


def name_of(error: type) -> str:
    return error.__name__


FOUND: set[type[Exception]] = {CatalogError, StaleImage, StaleJob, *descendants(CatalogError)}
TREE = sorted(FOUND, key=name_of)


def drawn() -> dict[str, str | None]:
    """Each class of the drawing with its parent."""
    parents: dict[str, str | None] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        names = re.match(r"^[│├└─ ]*([A-Z]\w+(?:, [A-Z]\w+)*)(?:  |$)", line)
        if names is None:
            continue
        depth = names.start(1)
        above = [entry for entry in above if entry[0] < depth]
        for name in names[1].split(", "):
            parents[name] = above[-1][1] if above else None
        above.append((depth, names[1]))
    return parents


@pytest.mark.parametrize("error", TREE, ids=name_of)
def test_the_drawing_shows_each_error_below_its_parent(error: type[Exception]) -> None:
    parent = error.__bases__[0]

    assert drawn()[error.__name__] == (None if parent is Exception else parent.__name__)


def test_the_drawing_shows_nothing_else() -> None:
    assert sorted(drawn()) == [error.__name__ for error in TREE]


def test_errors_carry_their_facts() -> None:
    assert Invalid("size", "too small").field == "size"
    assert UnknownFormat("disk_format", "x").value == "x"
    assert ClaimTaken(["b", "a"]).claims == ("b", "a")


def test_what_storage_tells_the_catalogue_alone_is_no_refusal() -> None:
    assert not issubclass(StaleImage, CatalogError)
