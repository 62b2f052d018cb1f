"""Lists of images: scope, filters, order, marker, and the links between pages (wire §3)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlencode

from chalicelib.catalog.access import owns
from chalicelib.catalog.errors import ImageNotFound
from chalicelib.catalog.image import Image, Visibility
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Predicate, Scope
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.glance_v2 import filters, sorting
from chalicelib.dialects.glance_v2.options import Options
from chalicelib.dialects.glance_v2.rights import visible
from chalicelib.dialects.glance_v2.schema import IMAGES, render_image
from chalicelib.dialects.glance_v2.sorting import Sorting
from chalicelib.http import paging
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request

ALL = "all"
ACCEPTED = MemberStatus.ACCEPTED
PAGE_BYTES = 5_000_000
"""Maximum bytes of images in a page: Lambda returns 6 MB, including links with long filters."""


class Page(NamedTuple):
    """A page: the query, its order, its size, and the id after which it begins."""

    query: ImageQuery
    sorting: Sorting
    limit: int
    marker: str | None


def parse_page(request: Request, principal: Principal, options: Options) -> Page:
    """Parse the query. Raises BadMessage for any invalid value."""
    query = _scope(request, principal)
    query = query._replace(conditions=(*query.conditions, *filters.conditions(request)))
    limit = paging.limit(request, options.limit_param_default, options.api_limit_max)
    return Page(query, sorting.parse(request), limit, request.parameter("marker"))


def _scope(request: Request, principal: Principal) -> ImageQuery:
    """The scope of the list (wire §3.1)."""
    shares = _shares(request)
    asked = request.parameter("visibility")
    if asked is not None and asked not in (ALL, *Visibility):
        raise BadMessage("visibility", f"Invalid visibility value: {asked}")
    of_one = [] if asked in (None, ALL) else [Condition("visibility", Operator.EQUAL, Visibility(asked or ""))]
    if not principal.is_admin:
        community = asked in (ALL, Visibility.COMMUNITY)
        return ImageQuery(conditions=tuple(of_one), shares=shares, community=community)
    usual = [Predicate(lambda image: image.visibility is not Visibility.COMMUNITY or owns(principal, image))]
    return ImageQuery(Scope.EVERYTHING, tuple(usual if asked is None else of_one))


def _shares(request: Request) -> frozenset[MemberStatus]:
    text = request.parameter("member_status")
    if text not in (None, ALL, *MemberStatus):
        raise BadMessage("member_status", f"Invalid status: {text}")
    return frozenset(MemberStatus) if text == ALL else frozenset({MemberStatus(text or ACCEPTED)})


def page_of(catalog: Catalog, page: Page) -> list[Image]:
    """The images of a page. Raises BadMessage for a marker that the caller cannot see, and as `Catalog.images`."""
    marker = None if page.marker is None else _marker(catalog, page.marker)
    order = page.sorting.order
    if page.limit == 0:
        return []
    if order is None:
        whole = catalog.images(page.query._replace(order=Order(), expected=None))
        return list(islice(sorting.after(whole, marker, page.sorting), page.limit))
    query = paging.page_after(page.query._replace(order=order), marker, page.limit)
    return paging.first(catalog.images(query), page.limit)


def _marker(catalog: Catalog, text: str) -> Image:
    try:
        return visible(catalog, text)
    except ImageNotFound as error:
        raise BadMessage("marker", f"Invalid marker: No image found with ID {text}") from error


def render_page(request: Request, images: Sequence[Image], limit: int) -> dict[str, Any]:
    """Render a page, with links to the first page and, if this one is full, to the next; both keep all parameters."""
    query = {name: values for name, values in request.query.items() if name != "marker"}
    rendered = list(fitting(map(render_image, images)))
    full = rendered and (len(rendered) == limit or len(rendered) < len(images))
    more = {"next": _link({**query, "marker": [rendered[-1]["id"]]})} if full else {}
    return {"images": rendered, "first": _link(query), **more, "schema": "/v2/schemas/images"}


def fitting(rendered: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """As many images of a page as fit into a response."""
    size = 0
    for image in rendered:
        text = json.dumps(image)
        size += len(text) + text.count('"') + text.count("\\")
        if size > PAGE_BYTES:
            return
        yield image


def _link(query: Mapping[str, Sequence[str]]) -> str:
    return f"{IMAGES}?{urlencode(query, doseq=True)}" if query else IMAGES
