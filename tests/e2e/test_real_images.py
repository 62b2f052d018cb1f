"""Images that real tools made are what these tools say; sizes and formats are those of `qemu-img info`."""

import json
import os
import random
import tracemalloc
from pathlib import Path

import pytest

from chalicelib.catalog.inspection import LARGEST, Finding, Inspection
from chalicelib.jobs.inspection import HEAD, inspect
from chalicelib.jobs.windows import MAX_READS, Read
from tests.e2e.command_line.commands import CommandLine
from tests.e2e.images.build import ToolFailed, Workshop, build
from tests.e2e.images.recipes import RECIPES, Recipe
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e
MiB = 1 << 20
DAMAGES = 12
"""Of each image."""
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


class Damaged:
    """A file with some of its bytes changed, most of them where formats have their headers, or cut short."""

    def __init__(self, size: int, read: Read, chance: random.Random) -> None:
        self.size = size if chance.random() < 0.5 else chance.choice([chance.randrange(size), chance.randrange(4096)])
        self._read = read
        places = (512, 4096, 1 << 18, size)
        self._changes = [
            (chance.randrange(min(size, chance.choice(places))), chance.randbytes(chance.randrange(1, 9)))
            for _ in range(chance.randrange(12))
        ]
        self.asked: list[int] = []

    def read(self, offset: int, length: int) -> bytes:
        self.asked.append(length)
        found = bytearray(self._read(offset, max(0, min(length, self.size - offset))))
        for at, change in self._changes:
            if offset <= at and at + len(change) <= offset + len(found):
                found[at - offset : at - offset + len(change)] = change
        return bytes(found)


@pytest.mark.parametrize("name", RECIPES)
def test_a_damaged_image_is_inspected_all_the_same(workshop: Workshop, name: str) -> None:
    """In so much time and memory, and in so few reads."""
    chance = random.Random(name)  # noqa: S311  # the same each time
    size, read = reader(workshop.folder / name)
    images = [Damaged(size, read, chance) for _ in range(DAMAGES)]

    for image in images:
        found = inspect(image.size, image.read)

        assert found.virtual_size is None or 0 < found.virtual_size <= LARGEST
        assert len(json.dumps(found.document)) < 1000
        assert len(image.asked) <= 2 + MAX_READS
        assert sum(image.asked) <= HEAD + 2 * MiB


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("qcow2-zlib", "qcow2"),
        ("qcow2-snapshot", "qcow2"),
        ("vmdk-stream", "vmdk"),
        ("vhd-fixed", "vhd"),
        ("iso-hybrid-apart", "iso"),
        ("gpt-image", "raw"),
    ],
)
def test_what_the_worker_finds_is_shown(
    workshop: Workshop, small_server: Server, tmp_path: Path, name: str, declared: str
) -> None:
    """Of images that are sent past the server."""
    recipe = RECIPES[name]
    sender = CommandLine(small_server.url, small_server.token("t1"), tmp_path)
    words = ("--name", name, "--disk-format", declared)

    assert sender.run("image", "upload", workshop.folder / name, *words).returncode == 0

    [image] = json.loads(small_server.request("t1", "GET", f"/v2/images?name={name}").body)["images"]
    lists = {"findings": recipe.findings, "boot_modes": recipe.boot_modes}
    assert {each: value for each, value in image.items() if each.startswith("inspection_")} == {
        "inspection_formats": declared,
        "inspection_partition_table": "gpt",
        **{f"inspection_{each}": found.replace(" ", ",") for each, found in lists.items() if found},
    }
    assert image["virtual_size"] == workshop.told(name, recipe.asked)[1]
    assert image["status"] == "active"


def test_no_image_takes_much_memory(workshop: Workshop) -> None:
    """Beside what has been read for its digests."""
    tracemalloc.start()

    for name in RECIPES:
        inspect(*reader(workshop.folder / name))

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 64 * MiB
