"""Windows over a stream of images, computed at the edge."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from chalicelib.catalog.image import Image
from chalicelib.catalog.query import ImageQuery, position


def page_after(query: ImageQuery, marker: Image | None, size: int) -> ImageQuery:
    """The query for one page of `size` images that begins after the marker's place, or at the start."""
    after = None if marker is None else position(marker, query.order.key)
    return replace(query, after=after, expected=max(size, 1))


def first(images: Iterable[Image], size: int) -> list[Image]:
    """The first `size` images; no more are read."""
    return list(islice(images, size))
