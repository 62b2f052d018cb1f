"""The pages show pictures that a script makes, and no others."""

import re
from pathlib import Path

import pytest

from tests.e2e.pictures import FOLDER, PICTURES, measured
from tests.test_docs import PAGES, README, ROOT

SHOWN = [
    (page, alternative, (page.parent / path).resolve())
    for page in PAGES
    for alternative, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text("utf-8"))
]


def test_the_pages_show_each_picture_that_the_script_makes_and_no_other() -> None:
    assert {path for _, _, path in SHOWN} == {FOLDER / name for name in PICTURES}
    assert not [page for page in PAGES if "<img" in page.read_text("utf-8")]


def test_readme_shows_the_views_of_an_image_on_its_first_screens() -> None:
    assert "(docs/pictures/views.png)" in README.read_text("utf-8").split("\n## ")[0]


@pytest.mark.parametrize(("page", "alternative", "path"), SHOWN, ids=[path.name for _, _, path in SHOWN])
def test_a_picture_is_said_in_words_too(page: Path, alternative: str, path: Path) -> None:
    assert len(alternative.split()) >= 5, page.relative_to(ROOT)


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_picture_is_as_the_script_makes_it(name: str) -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(PICTURES)
    assert measured(FOLDER / name) == PICTURES[name][:2]
    assert (FOLDER / name).stat().st_size <= PICTURES[name].limit
