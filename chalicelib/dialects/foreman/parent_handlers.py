"""The operations on parents, a short handler each (contract §3.3)."""

from chalicelib.catalog.errors import TitleTaken
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.foreman import listing, parents, values
from chalicelib.dialects.foreman.errors import TAKEN, ParentUnknown, Unprocessable, check_media_type
from chalicelib.dialects.foreman.parameters import merged
from chalicelib.dialects.foreman.parents import Parents, kind_of
from chalicelib.http.message import Request, Response


def list_parents(catalog: Catalog, request: Request) -> Response:
    catalog.require(Policy.READ_IMAGES)
    kind = kind_of(request)
    asked = listing.parse(merged(request), parents.FIELDS[kind])
    known = catalog.references.of(kind)
    page, subtotal = listing.select(asked, known, parents.row)
    return Response(listing.envelope(asked, [parents.render(parent) for parent in page], len(known), subtotal))


def show_parent(catalog: Catalog, request: Request, parent_id: str) -> Response:
    catalog.require(Policy.READ_IMAGES)
    kind = kind_of(request)
    found = Parents({kind: catalog.references.of(kind)}).found(kind, parent_id)
    if found is None:
        raise ParentUnknown(kind, parent_id)
    return Response(parents.render(found))


def add_parent(catalog: Catalog, request: Request) -> Response:
    catalog.require(Policy.CREATE_IMAGE)
    check_media_type(request)
    kind = kind_of(request)
    facts = parents.parse(kind, values.attributes(request.body, kind, parents.ATTRIBUTES[kind]))
    try:
        return Response(parents.render(catalog.references.add(kind, facts)), 201)
    except TitleTaken as error:
        raise Unprocessable({"name": TAKEN}) from error
