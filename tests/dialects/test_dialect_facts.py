"""What one dialect alone knows of an image is declared, and known wherever that dialect is described and tried."""

import re
from collections.abc import Collection, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, TypedDict

import pytest

from chalicelib.catalog.image import Changes, Image, differing_facts, merged_facts
from chalicelib.dialects import DIALECTS
from chalicelib.http.dialect_facts import DialectFacts
from tests.dialects.declared import DECLARED, Fact, declarations
from tests.factories import an_image
from tests.fuzz.vocabulary import USUAL
from tests.openapi.checking import described, operations_of
from tests.test_layering import MODULES, words

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NAMED = r"`([^`\n]+)`"


class Unheard(TypedDict, total=False):
    orbit: int | None
    planet: str | None


UNHEARD = DialectFacts("martian", Unheard)


def keys(document: object) -> Iterator[str]:
    """All names in a document, however deep."""
    if isinstance(document, Mapping):
        yield from document
        for value in document.values():
            yield from keys(value)


def members(schema: object, seen: set[str]) -> Iterator[str]:
    """The names of all members that a schema describes, also in what it refers to; `seen` are the references so far."""
    if isinstance(schema, Mapping):
        own = schema.get("properties", {})
        yield from own if isinstance(own, Mapping) else ()
        for name, value in schema.items():
            if name != "$ref":
                yield from members(value, seen)
            elif value not in seen:
                seen.add(value)
                yield from members(_component(value), seen)
    elif isinstance(schema, list):
        for each in schema:
            yield from members(each, seen)


def _component(reference: str) -> object:
    kind, name = reference.removeprefix("#/components/").split("/")
    return described()["components"][kind][name]


def names_of(fact: Fact, part: str) -> set[str]:
    """What is in the bodies that operations of its dialect take, or answer."""
    parts = [operation.get(part) for operation in operations_of(fact.dialect.name).values()]
    return set(members(parts, set()))


def tried(fact: Fact) -> set[str]:
    """What is in the bodies that are held to the description of its dialect."""
    cases = import_module(f"tests.openapi.test_{fact.dialect.name}").CASES
    return {name for case in cases for name in keys(case.body)}


def fuzzed(fact: Fact) -> set[str]:
    """What is in the bodies that fuzzing of its dialect departs from."""
    routes = [(route.method, route.path) for route in fact.dialect.routes]
    return {name for route in routes if route in USUAL for name in keys(USUAL[route].document)}


def places(fact: Fact) -> dict[str, Collection[str]]:
    """The files that have to name a fact, and what they name. What is only shown is in no request."""
    taken, shown, name = names_of(fact, "requestBody"), names_of(fact, "responses"), fact.dialect.name
    page = DOCS / "dialects" / name.replace("_", "-") / "wire.md"
    found: dict[str, Collection[str]] = {
        f"chalicelib/dialects/{name}/openapi.py": taken | shown,
        str(page.relative_to(ROOT)): re.findall(NAMED, page.read_text("utf-8")),
    }
    if fact.is_text:
        found["docs/limits.md"] = re.findall(rf"(?m)^\| {NAMED} \|", (DOCS / "limits.md").read_text("utf-8"))
    tests = "".join(each.read_text("utf-8") for each in sorted((ROOT / "tests/dialects" / name).glob("*.py")))
    found[f"tests/dialects/{name}/"] = re.findall(r"\w+", tests)
    if fact.name not in shown - taken:
        found[f"tests/openapi/test_{name}.py"] = tried(fact)
        found["tests/fuzz/vocabulary.py"] = fuzzed(fact)
    return found


def missing(fact: Fact) -> list[str]:
    """The files that ought to name a fact, and do not."""
    return [place for place, names in places(fact).items() if fact.name not in names]


@pytest.mark.parametrize("fact", DECLARED, ids=str)
def test_a_fact_is_known_wherever_its_dialect_is_described_and_tried(fact: Fact) -> None:
    assert missing(fact) == [], f"add '{fact.name}' of {fact.dialect.name} to {', '.join(missing(fact))}"


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_fact_that_is_known_nowhere_is_missed_everywhere(dialect: Any) -> None:
    about = [
        f"chalicelib/dialects/{dialect.name}/openapi.py",
        f"docs/dialects/{dialect.name.replace('_', '-')}/wire.md",
    ]
    trials = [f"tests/dialects/{dialect.name}/", f"tests/openapi/test_{dialect.name}.py", "tests/fuzz/vocabulary.py"]

    assert missing(Fact(dialect, UNHEARD, "planet", is_text=True)) == [*about, "docs/limits.md", *trials]
    assert missing(Fact(dialect, UNHEARD, "orbit", is_text=False)) == [*about, *trials]


def test_a_namespace_is_of_one_dialect() -> None:
    namespaces = [facts.namespace for dialect in DIALECTS for facts in declarations(dialect)]

    assert sorted(namespaces) == sorted({fact.facts.namespace for fact in DECLARED})


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("chalicelib.dialects.")])
def test_a_dialect_knows_facts_by_its_declaration_only(module: str) -> None:
    assert "dialect_facts" not in set(words(MODULES[module]))


KNOWN = an_image(dialect_facts={"martian": {"orbit": 4, "moons": 2}, "venusian": {"planet": "Venus"}})


@pytest.mark.parametrize(("image", "expected"), [(KNOWN, {"orbit": 4}), (an_image(), {})], ids=["some", "none"])
def test_a_dialect_has_those_of_its_facts_that_it_declares(image: Image, expected: dict[str, Any]) -> None:
    assert UNHEARD.of(image) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [({"planet": None}, {"dialect_facts": {"martian": {"planet": None}}}), ({}, {})],
    ids=["some", "none"],
)
def test_facts_change_in_the_namespace_of_their_dialect(facts: Unheard, expected: Changes) -> None:
    assert UNHEARD.changes(facts) == expected


@pytest.mark.parametrize(
    ("changes", "merged", "differing"),
    [
        ({}, {"a": {"x": 1, "y": 2}}, {}),
        ({"a": {"x": 1}}, {"a": {"x": 1, "y": 2}}, {}),
        ({"a": {"x": 3, "z": 4}}, {"a": {"x": 3, "y": 2, "z": 4}}, {"a": {"x": 3, "z": 4}}),
        ({"a": {"x": None, "z": None}}, {"a": {"y": 2}}, {"a": {"x": None}}),
        ({"a": {"x": None, "y": None}}, {}, {"a": {"x": None, "y": None}}),
        ({"b": {"x": 1}}, {"a": {"x": 1, "y": 2}, "b": {"x": 1}}, {"b": {"x": 1}}),
        ({"b": {"x": None}, "c": {}}, {"a": {"x": 1, "y": 2}}, {}),
    ],
)
def test_facts_change_one_by_one(changes: Any, merged: Any, differing: Any) -> None:
    before = {"a": {"x": 1, "y": 2}}

    assert merged_facts(before, changes) == merged
    assert differing_facts(changes, before) == differing
