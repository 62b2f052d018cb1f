"""Places in lists are short, and sort as what they stand for does."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.image import Image
from chalicelib.catalog.position import SortKey, id_of, instant_of, position, short_id, short_instant
from chalicelib.catalog.query import instant_text
from chalicelib.storage import keys
from chalicelib.storage.items import raw_position, rows_of
from chalicelib.storage.row import RowItem
from tests.properties.strategies import Entry, entries, names, texts

ids = st.builds(UUID, int=st.integers(0, 2**128 - 1)).map(str)
instants = st.datetimes(timezones=st.just(UTC))


@given(ids, ids)
def test_a_short_id_is_an_id_and_sorts_as_it_does(one: str, other: str) -> None:
    assert (short_id(one) < short_id(other), short_id(one) == short_id(other)) == (one < other, one == other)
    assert id_of(short_id(one)) == id_of(f"before{short_id(one)}") == one
    assert len(short_id(one)) == len(short_id(other))


@given(instants, instants)
def test_a_short_instant_is_an_instant_and_sorts_as_it_does(one: datetime, other: datetime) -> None:
    assert (short_instant(one) < short_instant(other)) == (one < other)
    assert (short_instant(one) < short_instant(other)) == (instant_text(one) < instant_text(other))
    assert instant_of(short_instant(one)) == one
    assert len(short_instant(one)) == len(short_instant(other))


def value_of(image: Image, key: SortKey) -> object:
    """What images are sorted by: nothing counts as zero among numbers, and as the empty text among others."""
    if key is SortKey.NAME:
        return (image.called or "").encode()
    value = getattr(image, key.value)
    return value if value is not None else 0 if key in (SortKey.SIZE, SortKey.NUMBER) else ""


@given(entries(), entries(), st.sampled_from(SortKey), st.dictionaries(st.sampled_from(["a", "b"]), names | texts))
def test_a_position_sorts_by_value_then_creation_then_id(
    one: Entry, other: Entry, key: SortKey, aliases: dict[str, str]
) -> None:
    images = [replace(one.image, aliases=aliases), other.image]

    due = sorted(images, key=lambda image: (value_of(image, key), image.created_at, image.id))
    if key is SortKey.ID:
        due = sorted(images, key=lambda image: image.id)

    assert sorted(images, key=lambda image: position(image, key)) == due


@given(entries(), st.sampled_from(SortKey), st.dictionaries(st.sampled_from(["a", "b"]), names | texts))
def test_each_row_of_an_image_stands_where_the_image_does(entry: Entry, key: SortKey, aliases: dict[str, str]) -> None:
    image = replace(entry.image, aliases=aliases)

    for raw in rows_of(image, None):
        row = RowItem.from_raw_data(dict(raw))
        assert raw_position(raw, key) == position(image, key)
        assert row.image_id == image.id
        if keys.orders(row.scope).main is key:
            assert row.key == position(image, key)
