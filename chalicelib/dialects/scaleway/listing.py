"""The query string of a list, and the headers that lead through its pages (wire §6)."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from chalicelib.catalog.image import Visibility
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Predicate, Scope
from chalicelib.dialects.scaleway.errors import BadFields
from chalicelib.dialects.scaleway.schema import arches_shown_as, organization, shown_name
from chalicelib.http import fields
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request

USUAL_SIZE, LARGEST_SIZE = 50, 100
FILTERS = ("organization", "arch", "name", "public")
PUBLIC: dict[str, Any] = {
    **dict.fromkeys(("true", "1", "yes", "on"), Operator.EQUAL),
    **dict.fromkeys(("false", "0", "no", "off"), Operator.UNEQUAL),
}
"""How what is listed compares with public images."""
LONGEST_FILTERS = 2000
"""Bytes of filters as they stand in links, of which an answer has up to four: API Gateway sends 10,240 in all."""
POSITIVE = "0*[1-9][0-9]{0,999}"
PIECE_OF_ID = "[0-9a-f-]+"


class Page(NamedTuple):
    """What a client asks for: a page by its number, and the filters in its own words."""

    query: ImageQuery
    number: int
    size: int
    filters: Mapping[str, str]


def parse_page(request: Request, principal: Principal) -> Page:
    """Read the whole query string; parameters that are not known are ignored. Raises BadFields."""
    notes: dict[str, str] = {}
    number = _positive(request, "page", 1, notes)
    size = _positive(request, "per_page", USUAL_SIZE, notes)
    if size > LARGEST_SIZE:
        notes["per_page"] = f"value must be at most {LARGEST_SIZE}"
    filters = {name: text for name in FILTERS if (text := request.parameter(name)) is not None}
    query = _query(filters, principal, notes)
    notes |= _overlong(filters)
    if notes:
        raise BadFields(notes)
    return Page(query, number, size, filters)


def _overlong(filters: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the longest of the filters, if the links of the answer could not hold them all."""
    lengths = {name: len(quote(text, safe="")) for name, text in filters.items()}
    if sum(lengths.values()) <= LONGEST_FILTERS:
        return {}
    return {max(lengths, key=lambda name: lengths[name]): "length of value is too large"}


def _positive(request: Request, name: str, usual: int, notes: dict[str, str]) -> int:
    text = request.parameter(name)
    if text is None:
        return usual
    if not re.fullmatch(POSITIVE, text):
        notes[name] = "expected a positive int"
        return usual
    return int(text)


def _query(filters: Mapping[str, str], principal: Principal, notes: dict[str, str]) -> ImageQuery:
    scope = Scope.VISIBLE
    conditions: list[Condition | Predicate] = []
    if "organization" in filters:
        asked = filters["organization"].lower()
        if principal.tenant is not None and asked == organization(principal.tenant):
            scope = Scope.OWN
        else:
            # Which tenant has the organization cannot be told from the organization.
            conditions.append(Predicate(lambda image: organization(image.owner) == asked))
    if "arch" in filters:
        conditions.append(Condition("architecture", Operator.IN, arches_shown_as(filters["arch"])))
    if filters.get("name"):
        conditions.append(_name_contains(filters["name"]))
    if "public" in filters:
        try:
            operator = fields.choice("public", filters["public"], PUBLIC)
            conditions.append(Condition("visibility", operator, Visibility.PUBLIC))
        except BadMessage:
            notes["public"] = "not a valid value"
    return ImageQuery(scope, tuple(conditions))


def _name_contains(text: str) -> Condition | Predicate:
    """That the name contains a text, which may be a piece of the id that stands for a missing name."""
    if re.fullmatch(PIECE_OF_ID, text):
        return Predicate(lambda image: text in shown_name(image))
    return Condition("name", Operator.CONTAINS, text)


def render_headers(page: Page, total: int) -> dict[str, str]:
    """How many images match, and where the other pages are."""
    last = max(1, -(-total // page.size))
    numbers = {
        "first": 1 if page.number > 1 else None,
        "previous": min(page.number - 1, last) if page.number > 1 else None,
        "next": page.number + 1 if page.number < last else None,
        "last": last,
    }
    links = [_link(page, number, name) for name, number in numbers.items() if number is not None]
    return {"X-Total-Count": str(total), "Link": ",".join(links)}


def _link(page: Page, number: int, name: str) -> str:
    """A relation whose target begins at the root of the dialect: clients put their own prefix before it."""
    query = urlencode({"page": number, "per_page": page.size, **page.filters}, quote_via=quote, safe="")
    return f'</images?{query}>; rel="{name}"'
