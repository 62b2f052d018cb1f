"""Lists of images and parents: search, order and pages (wire §2.3 and §6)."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from chalicelib.dialects.foreman.errors import BadPage, BadSearch
from chalicelib.dialects.foreman.search import Field, Row, SearchRefused, parse_order, parse_search
from chalicelib.http.message import Request

T = TypeVar("T")

USUAL_SIZE = 20
LONGEST_SEARCH = 2000
"""Maximum characters of a search: its cost is the number of its words times the number of rows."""


class ListParams(NamedTuple):
    """The parameters of a list. `size` None means everything; `order` is a field and whether it descends."""

    search: str | None
    matches: Callable[[Row], bool] | None
    order_text: str | None
    order: tuple[str, bool] | None
    page: int
    size: int | None


def parse(request: Request, fields: Mapping[str, Field]) -> ListParams:
    """Read the parameters. Raises BadSearch, BadPage."""
    search, order = request.parameter("search"), (request.parameter("order") or "").strip()
    if search and len(search) > LONGEST_SEARCH:
        raise BadSearch(f"Search is too long (maximum is {LONGEST_SEARCH} characters)")
    try:
        return ListParams(
            search=search,
            matches=parse_search(search, fields) if search and search.strip() else None,
            order_text=order or None,
            order=parse_order(order, fields) if order else None,
            page=_page(request.parameter("page")),
            size=_size(request.parameter("per_page")),
        )
    except SearchRefused as error:
        raise BadSearch(str(error)) from error


def _page(text: str | None) -> int:
    if text is None:
        return 1
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,1000}\s*", text):
        raise BadPage(f'invalid value for Integer(): "{text}"')
    page = int(text)
    if page < 1:
        raise BadPage(f"invalid page: {page}")
    return page


def _size(text: str | None) -> int | None:
    """Read the leading digits as the original does; without digits it is zero."""
    text = (text or "").strip() or str(USUAL_SIZE)
    if text == "all":
        return None
    digits = re.match("-?[0-9]{1,1000}", text)
    size = int(digits[0]) if digits else 0
    if size < 0:
        raise BadPage(f"invalid per_page: {size}")
    return size


def select(asked: ListParams, entries: Sequence[T], row: Callable[[T], Row]) -> tuple[list[T], int]:
    """The entries of the requested page, and the number of matches; `entries` must be sorted by number."""
    rows = [(row(entry), entry) for entry in entries]
    if asked.matches is not None:
        rows = [pair for pair in rows if asked.matches(pair[0])]
    if asked.order is not None:
        name, descending = asked.order
        rows.sort(key=lambda pair: _place(pair[0][name]), reverse=descending)
    begin = 0 if asked.size is None else (asked.page - 1) * asked.size
    end = len(rows) if asked.size is None else begin + asked.size
    return [entry for _, entry in rows[begin:end]], len(rows)


def _place(value: object) -> tuple[bool, Any]:
    """A sort key; null comes first."""
    return value is not None, value


def envelope(asked: ListParams, results: Sequence[Mapping[str, Any]], total: int, subtotal: int) -> dict[str, Any]:
    """Render a page."""
    by, _, direction = (asked.order_text or "").partition(" ")
    return {
        "total": total,
        "subtotal": subtotal,
        "page": asked.page,
        "per_page": total if asked.size is None else asked.size,
        "search": asked.search,
        "sort": {"by": by or None, "order": ((direction.split() or ["ASC"])[0]) if by else None},
        "results": list(results),
    }
