"""Docs, help texts, errors, docstrings and comments use the field's terms.

Phrases that read as translated are named here, with what to write instead.

`docs/glossary.md` has the terms themselves.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
INSTEAD = {
    r"br(?:oken?|eaks) off": "interrupted, fails",
    r"go(?:es)? on where": "resume",
    r"dead letters": "dead-letter queue",
    r"ends? among": "go to, are in",
    r"names? (?:of .+ )?begins? with|what .+ names .+ begin with": "prefix",
    r"(?<!there )(?:is|are) no (?!longer\b|more\b|larger\b|faster\b|other\b|different\b)": "is not a",
    r"so many": "at most, a limit, the number",
    r"all the same\b": "anyway, still",
    r"all that can be": "everything, or the noun",
    r"nobody notices": "zero downtime, no effect",
    r"what is to be": "the noun: assets, requirements",
    r"mend(?:s|ed)?": "fix, repair, supported",
    r"knows no (?!HTTP)": "has no, does not report",
    r"given up": "abandoned, aborted",
    r"tak(?:es?|en) back": "roll back",
    r"makes? no sense": "invalid, malformed",
    r"told from": "told apart from, distinguished",
    r"under way": "in progress, running",
    r"of before": "earlier, existing",
    r"nobody can be asked": "not a terminal",
    r"have .+ raised": "request an increase",
    r"as json\.": "Output JSON.",
    r"end a token|ends? by (?:itself|themselves)": "revoke, expire",
    r"by whatever name": "an alias",
    r"not (?:there )?any more": "no longer",
}
"""Patterns of phrases, and what says it."""
ANY = re.compile(rf"\b(?:{'|'.join(INSTEAD)})", re.IGNORECASE)
PHRASES = {re.compile(rf"\b{pattern}", re.IGNORECASE): better for pattern, better in INSTEAD.items()}
COMMENT = re.compile(r"(?:^|\s)#\s(.+)$", re.MULTILINE)
PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")),
    *sorted(page for page in (ROOT / "docs").glob("*.md") if page.name != "round-trips.md"),
]
TOOLS = [ROOT / folder for folder in ("rosetta", "local", "deploy", "bench")]
CORE = [ROOT / "chalicelib" / package for package in ("catalog", "storage", "jobs", "http", "dialects")]
MODULES = [
    *sorted(module for folder in (*TOOLS, *CORE) for module in folder.rglob("*.py")),
    *sorted((ROOT / "chalicelib").glob("*.py")),
    ROOT / "app.py",
]
TESTS = [path for path in sorted(Path(__file__).parent.rglob("*.py")) if path != Path(__file__)]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def found_in(text: str) -> list[str]:
    """Each phrase of a text that reads as translated, with what to write instead."""
    words = " ".join(text.split())
    if not ANY.search(words):
        return []
    return [
        f"…{words[max(found.start() - 30, 0) : found.end() + 30]}…: {better}"
        for phrase, better in PHRASES.items()
        for found in phrase.finditer(words)
    ]


def prose(page: Path) -> list[str]:
    """The paragraphs, items and rows of a page, without its blocks of code."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.split(r"\n\n|\n(?=[|-] )", text)


def literals(module: Path) -> list[str]:
    """The texts of a module: its docstrings, help texts, errors and log messages."""
    nodes = ast.walk(ast.parse(module.read_text("utf-8")))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def remarks(module: Path) -> list[str]:
    """The docstrings and comments of a module, also those below constants."""
    source = module.read_text("utf-8")
    nodes = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr)]
    docstrings = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [*docstrings, *COMMENT.findall(source)]


@pytest.mark.parametrize("text", ["If it is broken off, it goes on where it was.", "README.md is no image", "As JSON."])
def test_a_phrase_that_reads_as_translated_is_found(text: str) -> None:
    assert found_in(text)


@pytest.mark.parametrize("text", ["There is no image.", "It is no longer shared.", "Uploads resume after a crash."])
def test_plain_english_is_not(text: str) -> None:
    assert found_in(text) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_uses_the_terms_of_the_field(page: Path) -> None:
    found = [each for paragraph in prose(page) for each in found_in(paragraph)]

    assert found == []


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_texts_of_code_use_the_terms_of_the_field(module: Path) -> None:
    found = [each for text in literals(module) for each in found_in(text)]

    assert found == []


def test_docstrings_of_tests_use_the_terms_of_the_field() -> None:
    found = {name(module): [each for text in remarks(module) for each in found_in(text)] for module in TESTS}

    assert {module: phrases for module, phrases in found.items() if phrases} == {}
