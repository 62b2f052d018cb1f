"""The query of a list, and the headers for paging (wire §6)."""

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
"""How images compare with public ones, by value of `public`."""
LONGEST_FILTERS = 2000
"""Maximum bytes of filters in a link: a response has up to four, and API Gateway allows 10,240 bytes of headers."""
POSITIVE = "0*[1-9][0-9]{0,999}"
PIECE_OF_ID = "[0-9a-f-]+"


class Page(NamedTuple):
    """A requested page: its number, and the filters as sent."""

    query: ImageQuery
    number: int
    size: int
    filters: Mapping[str, str]


def parse_page(request: Request, principal: Principal) -> Page:
    """Parse the query; unknown parameters are ignored. Raises BadFields."""
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
    """The error for the longest filter, if the links of the response would be too long."""
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
            # The tenant cannot be computed from the organization.
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
    """A condition: the shown name, which may be the id, contains a text."""
    if re.fullmatch(PIECE_OF_ID, text):
        return Predicate(lambda image: text in shown_name(image))
    return Condition("name", Operator.CONTAINS, text)


def render_headers(page: Page, total: int) -> dict[str, str]:
    """Render the total, and links to other pages."""
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
    """A link relative to the dialect's root: clients add their own prefix."""
    query = urlencode({"page": number, "per_page": page.size, **page.filters}, quote_via=quote, safe="")
    return f'</images?{query}>; rel="{name}"'
