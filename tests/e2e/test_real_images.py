"""Images that real tools made are what these tools say; sizes and formats are those of `qemu-img info`."""

import os
from pathlib import Path

import pytest

from chalicelib.catalog.inspection import Finding, Inspection
from chalicelib.jobs.inspection import inspect
from chalicelib.jobs.windows import Read
from tests.e2e.images.build import ToolFailed, Workshop, build
from tests.e2e.images.recipes import RECIPES, Recipe

pytestmark = pytest.mark.e2e
MiB = 1 << 20
EXCEPTIONS = {name: recipe for name, recipe in RECIPES.items() if recipe.because}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return build(tmp_path_factory.mktemp("images"))


def reader(path: Path) -> tuple[int, Read]:
    """A file's size, and how to read it."""

    def read(offset: int, length: int) -> bytes:
        with path.open("rb") as file:
            return os.pread(file.fileno(), length, offset)

    return path.stat().st_size, read


def expected(recipe: Recipe, virtual_size: int | None) -> Inspection:
    return Inspection(
        tuple(recipe.formats.split()),
        virtual_size,
        recipe.compression,
        recipe.table,
        recipe.filesystem,
        tuple(recipe.boot_modes.split()),
        tuple(map(Finding, recipe.findings.split())),
    )


@pytest.mark.parametrize("name", RECIPES)
def test_an_image_is_what_its_maker_and_qemu_img_say(workshop: Workshop, name: str) -> None:
    recipe = RECIPES[name]
    told, size = ("raw", recipe.size) if recipe.because else workshop.told(name, recipe.asked)

    assert inspect(*reader(workshop.folder / name)) == expected(recipe, size)
    assert told in ("raw", recipe.formats)


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_qemu_img_would_say_something_else_of_an_exception(workshop: Workshop, name: str) -> None:
    recipe = EXCEPTIONS[name]
    try:
        said = workshop.told(name, recipe.asked)
    except ToolFailed:
        return

    assert said != (recipe.formats, recipe.size)
