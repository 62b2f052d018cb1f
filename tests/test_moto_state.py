"""What is put straight into moto is what it would have made of a write."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.storage.items import item_of, rows_of
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import ImageItem
from tests.api import Api
from tests.factories import an_image
from tests.moto_state import empty_tables, put, tables


def held(model: Any) -> Iterator[tuple[object, ...]]:
    """The items of a table with their places."""
    for place, found in tables()[model.Meta.table_name].items.items():
        for ranged, item in found.items() if isinstance(found, dict) else [(None, found)]:
            yield place, ranged, item.hash_key, item.range_key, item.to_json()


@pytest.mark.parametrize("model", [ImageItem, RowItem])
def test_an_item_is_the_same_by_either_way(api: Api, model: Any) -> None:
    image = an_image(properties={"k": "ñ"}, size=2**60)
    items = [item_of(image, None)] if model is ImageItem else list(rows_of(image, None))
    for item in items:
        model.from_raw_data(dict(item)).save()
    written = list(held(model))
    empty_tables()

    put(model.Meta.table_name, [dict(item) for item in items])

    assert list(held(model)) == written
    assert len(written) == len(items) > 0
