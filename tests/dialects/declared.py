"""The facts that dialects declare as known to them alone."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple, get_type_hints

from chalicelib.dialects import DIALECTS
from chalicelib.http.dialect import Dialect
from chalicelib.http.dialect_facts import DialectFacts


class Fact(NamedTuple):
    """One of them: whose it is, and whether it is a text."""

    dialect: Dialect
    facts: DialectFacts[Any]
    name: str
    is_text: bool

    def __str__(self) -> str:
        return f"{self.dialect.name}.{self.name}"


def declarations(dialect: Dialect) -> list[DialectFacts[Any]]:
    """What a dialect declares, wherever in its folder."""
    package = import_module(f"chalicelib.dialects.{dialect.name}")
    modules = [import_module(f"{package.__name__}.{each.name}") for each in iter_modules(package.__path__)]
    found = [each for module in modules for each in vars(module).values() if isinstance(each, DialectFacts)]
    return list(dict.fromkeys(found))


def _declared() -> Iterator[Fact]:
    for dialect in DIALECTS:
        for facts in declarations(dialect):
            hints = get_type_hints(facts.declared)
            yield from (Fact(dialect, facts, name, hints[name] == (str | None)) for name in facts.names)


DECLARED = tuple(_declared())
