"""Each section and case that code, tests or pages name exists in docs/dialects."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.dialects import DIALECTS

ROOT = Path(__file__).parent.parent
NAMES = sorted(dialect.name for dialect in DIALECTS)
FOLDERS = ("bench", "chalicelib", "deploy", "docs", "findings", "local", "rosetta", "tests")
WITH_CLIENTS = ("glance_v1", "glance_v2")
"""Dialects with cases of real clients, which are tested in tests/e2e."""
AS_BEFORE = {"glance_v2": {"181"}}
"""Cases that only repeat those of another dialect."""
ELSEWHERE = "elsewhere"
"""Stands for the dialect of a file that belongs to none."""

SECTIONS = re.compile(r"§\d+(?:\.\d+)*(?:(?:,|,? and|,? or| to|) §\d+(?:\.\d+)*)*")
OF = re.compile(r"(?:\b(?P<whose>[\w-]+(?: v\d)?)'s )?(?P<what>wire|RFC \d+) $")
"""What stands before a section."""
CASES = re.compile(r"\b[Cc]ases? (\d+(?:(?:, | and | or | to |, and )\d+)*)\b")


def pages(dialect: str) -> dict[Path, str]:
    """The text of each page of a dialect's wire."""
    folder = ROOT / "docs" / "dialects" / dialect.replace("_", "-")
    return {page: page.read_text("utf-8") for page in sorted(folder.glob("*.md"))}


def headings(dialect: str) -> list[str]:
    """The numbers of a dialect's sections."""
    found = (re.findall(r"^##+ (\d+(?:\.\d+)*)\.? ", text, re.MULTILINE) for text in pages(dialect).values())
    return [number for numbers in found for number in numbers]


def listed(dialect: str) -> list[str]:
    """The ids of a dialect's cases, as the tables below the headings `Cases` write them: `11`, `DS-05`, `C08`."""
    parts = re.findall(
        r"^#+ .*\b[Cc]ases$(.*?)(?=^##? |\Z)", "\n".join(pages(dialect).values()), re.MULTILINE | re.DOTALL
    )
    return [case for part in parts for case in re.findall(r"^\| ((?:[A-Z]+-?)?\d+) \| ", part, re.MULTILINE)]


def plain(case: str) -> str:
    """A case as the names of tests have it, in capitals: a letter and two digits, or three digits."""
    return case if re.fullmatch(r"[A-Z]\d\d", case) else f"{int(case.lstrip('-ABCDEFGHIJKLMNOPQRSTUVWXYZ')):03}"


def with_numbers(folder: Path) -> set[str]:
    """The cases that the tests of a folder bear, in their names or as the first word of a row."""
    texts = [path.read_text("utf-8") for path in folder.rglob("test_*.py")]
    patterns = (r"^def test_case_(\d{3}|[a-z]\d\d)_", r'^    \("([A-Z]\d\d)", ')
    found = (re.findall(pattern, text, re.MULTILINE) for text in texts for pattern in patterns)
    return {case.upper() for cases in found for case in cases}


def files() -> Iterator[Path]:
    """All that is written by hand, but for this file."""
    written = {".md", ".py", ".sh", ".toml", ".txt", ".yaml", ".yml"}
    below = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")))
    for path in [*sorted(ROOT.iterdir()), *below]:
        if path.suffix in written and path.is_file() and path != Path(__file__) and not path.name.startswith("."):
            yield path


def owner(path: Path) -> str:
    """The dialect that a file belongs to, or ELSEWHERE."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    if "dialects" in parts[:-1] or parts[:-1] == ("tests", "permissions", "expected"):
        name = parts[parts.index("dialects") + 1 if "dialects" in parts else -1].replace("-", "_")
        return name if name in NAMES else ELSEWHERE
    return ELSEWHERE


def prose(path: Path) -> str:
    """What a file says, as one line: comments and docstrings may break anywhere."""
    return re.sub(r"\n\s*(?:# |> )?", " ", path.read_text("utf-8"))


def sections_named(path: Path) -> Iterator[tuple[str, str]]:
    """The sections that a file names, and whose they are: another dialect's if it says so, else its own.

    `Foreman's wire §7` is Foreman's anywhere; `wire §7`, and `§7` alone, belong to the dialect of the file.
    Those of an RFC are not ours.
    """
    text = prose(path)
    for found in SECTIONS.finditer(text):
        of = OF.search(text[max(found.start() - 40, 0) : found.start()])
        what, whose = (of["what"], of["whose"]) if of else ("", None)
        if what.startswith("RFC ") or (owner(path) == ELSEWHERE and not what):
            continue
        dialect = re.sub(r"[ -]", "_", whose.lower()) if whose else owner(path)
        yield from ((dialect, number) for number in re.findall(r"§([\d.]*\d)", found[0]))


def cases_named(path: Path) -> Iterator[str]:
    """The cases that a dialect's file names, as `case 11`, `cases 2 and 5 to 7`, or by ids like those on its pages."""
    text = prose(path)
    yield from (number for numbers in CASES.findall(text) for number in re.findall(r"\d+", numbers))
    shapes = {re.sub(r"\d", r"\\d", case) for case in listed(owner(path)) if not case.isdecimal()}
    for shape in sorted(shapes):
        yield from re.findall(rf"\b{shape}\b", text)


@pytest.mark.parametrize("dialect", NAMES)
def test_a_dialect_has_its_pages_and_each_section_its_own_number(dialect: str) -> None:
    numbers = headings(dialect)

    assert numbers
    assert len(numbers) == len(set(numbers))


def test_each_section_that_is_named_is_on_the_pages() -> None:
    there = {(dialect, number) for dialect in NAMES for number in headings(dialect)}

    missing = {
        (str(path.relative_to(ROOT)), *named)
        for path in files()
        for named in sections_named(path)
        if named not in there
    }

    assert missing == set()


@pytest.mark.parametrize("dialect", NAMES)
def test_each_case_that_is_named_is_on_the_pages(dialect: str) -> None:
    there = {plain(case) for case in listed(dialect)}

    missing = {
        (str(path.relative_to(ROOT)), case)
        for path in files()
        if owner(path) == dialect
        for case in cases_named(path)
        if plain(case) not in there
    }

    assert missing == set()


@pytest.mark.parametrize("dialect", NAMES)
def test_each_case_on_the_pages_has_a_test(dialect: str) -> None:
    cases = [plain(case) for case in listed(dialect)]
    own = with_numbers(ROOT / "tests" / "dialects" / dialect)
    found = own | (with_numbers(ROOT / "tests" / "e2e") if dialect in WITH_CLIENTS else set())

    assert len(cases) == len(set(cases))
    assert own <= set(cases)
    assert set(cases) - found == AS_BEFORE.get(dialect, set()), "write test_case_NNN_… for them, or remove the cases"


def test_nobody_is_sent_to_documents_that_are_not_here() -> None:
    absent = re.compile(
        r"\bcontract(?:s|'s)?\b[^.]{0,20}§|\bdesign\b[^.]{0,20}(?:§|\bsection\b)|\bplatform[ -]notes\b", re.IGNORECASE
    )

    found = [(str(path.relative_to(ROOT)), match[0]) for path in files() for match in absent.finditer(prose(path))]

    assert found == []
