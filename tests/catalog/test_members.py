"""Sharing as any dialect may ask for it; who may is among the cases of the dialects."""

from collections.abc import Callable

import pytest

from chalicelib.catalog.errors import EditConflict, Invalid
from chalicelib.catalog.image import NewImage
from chalicelib.catalog.service import Catalog
from tests.storage.contract.faults import answering, cancelled

OUTRUN = cancelled("ConditionalCheckFailed")
Change = Callable[[Catalog, str], None]
CHANGES: dict[str, tuple[Change, list[str]]] = {
    "add": (lambda catalog, image_id: catalog.members.add(image_id, "new", can_share=None), ["old", "new"]),
    "regrade": (lambda catalog, image_id: catalog.members.add(image_id, "old", can_share=True), ["old"]),
    "replace": (lambda catalog, image_id: catalog.members.replace(image_id, lambda: [("new", None)]), ["new"]),
    "remove": (lambda catalog, image_id: catalog.members.remove(image_id, "old"), []),
}


@pytest.fixture
def image_id(catalog: Catalog) -> str:
    """An image that is shared with the tenant `old`."""
    image = catalog.register(NewImage({}))
    catalog.members.add(image.id, "old", can_share=False)
    return image.id


def members(catalog: Catalog, image_id: str) -> list[str]:
    return [row.member for row in catalog.members.of_image(image_id)]


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_is_outrun_is_made_again(catalog: Catalog, image_id: str, name: str) -> None:
    change, after = CHANGES[name]
    replies = iter([OUTRUN, None])

    with answering("TransactWriteItems", lambda _: next(replies)):
        change(catalog, image_id)

    assert members(catalog, image_id) == after
    assert catalog.image(image_id).member_count == len(after)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_is_outrun_each_time_is_a_conflict(catalog: Catalog, image_id: str, name: str) -> None:
    with answering("TransactWriteItems", lambda _: OUTRUN), pytest.raises(EditConflict):
        CHANGES[name][0](catalog, image_id)

    assert members(catalog, image_id) == ["old"]


@pytest.mark.parametrize("member", ["", "x" * 256], ids=["empty", "long"])
def test_a_tenant_that_cannot_exist_is_no_member(catalog: Catalog, image_id: str, member: str) -> None:
    with pytest.raises(Invalid):
        catalog.members.add(image_id, member, can_share=None)
    with pytest.raises(Invalid):
        catalog.members.replace(image_id, lambda: [(member, None)])

    assert members(catalog, image_id) == ["old"]


def test_the_longest_name_of_a_tenant_is_a_member(catalog: Catalog, image_id: str) -> None:
    catalog.members.add(image_id, "\U0001f600" * 255, can_share=None)

    assert members(catalog, image_id) == ["old", "\U0001f600" * 255]


def test_members_replaced_together_stay_in_their_order(catalog: Catalog, image_id: str) -> None:
    wanted = [f"{number}" for number in (3, 1, 2)]

    catalog.members.replace(image_id, lambda: [(member, None) for member in wanted])

    assert members(catalog, image_id) == wanted
