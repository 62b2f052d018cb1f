"""Helpers of the suites: storing images, and reading lists and rows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from pynamodb.expressions.operand import Path
from pynamodb.models import Model

from chalicelib.bootstrap import World
from chalicelib.catalog.image import Image
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.query import ImageQuery, Scope
from chalicelib.storage import totals
from chalicelib.storage.items import item_of, row_keys, rows_of
from chalicelib.storage.releases import Raw
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import ClaimItem, ImageItem
from tests import moto_state
from tests.factories import a_principal
from tests.lane import Lane

EVERYTHING = ImageQuery(scope=Scope.EVERYTHING)


class MakeWorld(Protocol):
    """Builds a world with the given settings over the same tables."""

    def __call__(self, **environ: str) -> World: ...


def add(world: World, images: Iterable[Image]) -> list[Image]:
    """Store images one at a time, as a registration does."""
    return [world.images.add(image) for image in images]


def shelve(images: Sequence[Image]) -> None:
    """Store many images at once, without the slow checks of a registration."""
    put(ImageItem, [item_of(image, None) for image in images])
    put(RowItem, [row for image in images for row in rows_of(image, None)])
    count(images)


def put(model: type[Model], items: Iterable[Raw]) -> None:
    """Store items in one table; put them into moto's state directly, which is faster than requests."""
    if isinstance(model._get_connection().connection, Lane):  # noqa: SLF001  # the one that every table uses
        moto_state.put(model.Meta.table_name, [dict(item) for item in items])
        return
    with model.batch_write() as batch:
        for item in items:
            batch.save(model.from_raw_data(dict(item)))


def count(images: Iterable[Image], members: Mapping[str, Sequence[str]] = MappingProxyType({}), sign: int = 1) -> None:
    """Add images, with their members by image id, to the totals, or subtract them."""
    sums = Counter[tuple[str, str]]()
    for image in images:
        shares = dict.fromkeys(members.get(image.id, ()), MemberStatus.PENDING)
        sums.update(totals.parts(image, shares))
    for (total, name), number in sums.items():
        ClaimItem(total).update(actions=[Path([name]).add({"N": str(sign * number)})])


def unshelve(images: Sequence[Image]) -> None:
    """Remove images without a trace."""
    with ImageItem.batch_write() as batch:
        for image in images:
            batch.delete(ImageItem(image.id))
    with RowItem.batch_write() as slim:
        for image in images:
            for row_key in row_keys(image):
                slim.delete(RowItem(*row_key))
    count(images, sign=-1)


def listed(world: World, query: ImageQuery | None = None, tenant: str | None = "t1") -> list[str]:
    """The ids in a tenant's list."""
    return [image.id for image in world.images.images(a_principal(tenant), query or ImageQuery())]


def stored(world: World, image_id: str) -> Image:
    """The image as its own item has it."""
    found = world.images.get(image_id)
    assert found is not None
    return found.image


def rows(image_id: str) -> list[RowItem]:
    """All rows of an image."""
    return [row for row in RowItem.scan(consistent_read=True) if row.image_id == image_id]


def scopes(image_id: str) -> set[str]:
    """The lists in which an image has a row."""
    return {row.scope for row in rows(image_id)}
