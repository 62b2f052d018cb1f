"""Pagination of a stream of images."""

import sys
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from chalicelib.catalog.image import Image
from chalicelib.catalog.position import position
from chalicelib.catalog.query import ImageQuery
from chalicelib.catalog.service import Catalog
from chalicelib.catalog.total import is_kept
from chalicelib.http import fields
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request


def limit(request: Request, usual: int, most: int) -> int:
    """The number of entries per page, from `limit`: `usual` if it is absent, `most` at most. Raises BadMessage."""
    text = request.parameter("limit")
    if text is None:
        return usual
    try:
        number = fields.integer("limit", text)
    except BadMessage as error:
        raise BadMessage("limit", "limit param must be an integer") from error
    if number < 0:
        raise BadMessage("limit", "limit param must be positive")
    return min(number, most)


def page_after(query: ImageQuery, marker: Image | None, size: int) -> ImageQuery:
    """The query for a page of `size` images after the marker's position, or from the start."""
    after = None if marker is None else position(marker, query.order.key)
    return query._replace(after=after, expected=max(size, 1))


def first(images: Iterable[Image], size: int) -> list[Image]:
    """The first `size` images; no more are read."""
    return list(islice(images, size))


class NumberedPage(NamedTuple):
    """The images of one page, and the total on all pages."""

    images: list[Image]
    total: int


def numbered(catalog: Catalog, query: ImageQuery, number: int, size: int) -> NumberedPage:
    """Page `number`, counted from one, of `size` images each; it is empty beyond the last.

    Images before the page are read, those after it only counted. Raises as `Catalog.images`.
    """
    before = min((number - 1) * size, sys.maxsize)
    stream = catalog.images(query._replace(expected=before + size + 1))
    skipped = sum(1 for _ in islice(stream, before))
    images = first(stream, size)
    if len(images) < size:
        return NumberedPage(images, skipped + len(images))
    if is_kept(query):
        return NumberedPage(images, max(catalog.count(query), skipped + size))
    rest = catalog.count(query._replace(after=position(images[-1], query.order.key)))
    return NumberedPage(images, skipped + size + rest)
