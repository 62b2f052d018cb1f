"""What the worker has found in the bytes of images of other dialects is shown, searched, and never taken."""

import pytest

from chalicelib.catalog.image import Image, Status
from tests.dialects.foreman.foreman import World, add, listed, listing, put, show, stored
from tests.factories import INSPECTED

FOUND = {
    "inspection_formats": "qcow2",
    "inspection_partition_table": "gpt",
    "inspection_findings": "luks2,snapshots",
    "virtual_size": INSPECTED["virtual_size"],
}


@pytest.fixture
def image(world: World) -> Image:
    """An image below AA that was inspected, beside one that was not."""
    add(world, name="other", status=Status.ACTIVE, architecture="cv_x86_64", size=5)
    return add(world, name="found", status=Status.ACTIVE, architecture="cv_x86_64", **INSPECTED)


def test_what_was_found_is_listed_and_shown(world: World, image: Image) -> None:
    shown = show(world.admin, world.aa.image(image.number))

    other, found = listing(world.admin, world.aa.images)["results"]

    assert found == shown
    assert found.keys() - other.keys() == FOUND.keys()
    assert found.items() >= FOUND.items()


def test_findings_are_not_taken(world: World, image: Image) -> None:
    answer = put(world.admin, world.aa.image(image.number), inspection_formats="raw", virtual_size=1, username="root")

    assert answer.status == 200
    assert answer.json.items() >= {**FOUND, "username": "root"}.items()
    assert stored(world, image).properties == {}


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("inspection_formats = qcow2", ["found"]),
        ("inspection_formats = raw", []),
        ("inspection_formats != raw", ["found"]),
        ("inspection_formats ^ (qcow2, vmdk)", ["found"]),
        ("null? inspection_formats", ["other"]),
        ("virtual_size > 1000000", ["found"]),
        ("virtual_size < 1000000", []),
        ("qcow2", []),
    ],
)
@pytest.mark.usefixtures("image")
def test_images_are_searched_by_their_real_format_and_size(world: World, search: str, expected: list[str]) -> None:
    assert listed(world.admin, world.aa.images, search=search) == expected


@pytest.mark.usefixtures("image")
def test_images_are_ordered_by_their_virtual_size(world: World) -> None:
    assert listed(world.admin, world.aa.images, order="virtual_size DESC") == ["found", "other"]
