"""The diagrams of the pages are drawn by Mermaid, as GitHub draws them, from what the pages say."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from deploy.vendor import Package
from tests.e2e.browser import CHROMIUM, PATIENCE, Page, script_of
from tests.test_docs import PAGES, ROOT

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

MERMAID = Package(
    "mermaid",
    "12.3.0",
    "sha512-4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw==",
    {"mermaid.js": "dist/mermaid.min.js"},
)
WIDTH = 1300
"""Pixels: GitHub shows what is wider than a page in small, and its words could not be read."""


def diagrams(page: Path) -> list[str]:
    return re.findall(r"^```mermaid\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


DIAGRAMS = [(page, number, text) for page in PAGES for number, text in enumerate(diagrams(page), 1)]


@pytest.fixture(scope="module")
def drawing(browser: Any) -> Page:
    """A page with nothing but Mermaid."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_script_tag(content=script_of(MERMAID))
    page.evaluate("mermaid.initialize({startOnLoad: false})")
    return page


@pytest.mark.parametrize(
    ("page", "number", "text"), DIAGRAMS, ids=[f"{page.relative_to(ROOT)}-{number}" for page, number, _ in DIAGRAMS]
)
def test_a_diagram_can_be_drawn_and_read(drawing: Page, page: Path, number: int, text: str) -> None:
    svg = drawing.evaluate("text => mermaid.render('drawn', text).then(({svg}) => svg)", text)

    _, _, width, _ = map(float, re.findall(r'viewBox="([^"]+)"', svg)[0].split())
    assert width <= WIDTH
    assert "accTitle:" in text, "whoever does not see it is told what it is"
