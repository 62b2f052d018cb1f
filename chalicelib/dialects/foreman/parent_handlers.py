"""The handlers of operations on parents (wire §3.3)."""

from collections.abc import Mapping
from functools import partial

from chalicelib.catalog.errors import CatalogError, Invalid, TitleTaken
from chalicelib.catalog.image import Image
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.query import ImageQuery, Order, Scope
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.catalog.service import Catalog
from chalicelib.catalog.vacancy import ReferenceInUse
from chalicelib.dialects.foreman import listing, parents, values
from chalicelib.dialects.foreman.errors import TAKEN, ParentUnknown, Unprocessable, check_media_type, in_use
from chalicelib.dialects.foreman.parameters import merged
from chalicelib.dialects.foreman.parents import Parents, kind_of
from chalicelib.dialects.foreman.providers import plugins_of
from chalicelib.http import paging
from chalicelib.http.message import Request, Response

MAX_IMAGES = 1000
"""Maximum number of images that are shown with a parent."""


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
    parent = _found(kind, parent_id, catalog.references.of(kind))
    return Response(parents.render_shown(parent, _images(catalog, parent)))


def _images(catalog: Catalog, parent: Reference) -> list[Image] | None:
    """The images below a parent; None if there are more than MAX_IMAGES."""
    order = Order(SortKey.NUMBER, descending=False)
    query = ImageQuery(Scope.OWN, order=order, expected=MAX_IMAGES + 1, below=parent)
    found = paging.first(catalog.images(query), MAX_IMAGES + 1)
    return found if len(found) <= MAX_IMAGES else None


def add_parent(catalog: Catalog, request: Request) -> Response:
    catalog.require(Policy.CREATE_IMAGE)
    check_media_type(request)
    kind = kind_of(request)
    facts = parents.parse(kind, values.attributes(request.body, kind, parents.ATTRIBUTES[kind]), plugins_of(request))
    try:
        return Response(parents.render_written(catalog.references.add(kind, facts)), 201)
    except (TitleTaken, Invalid) as error:
        raise Unprocessable(_wrong(error)) from error


def update_parent(catalog: Catalog, request: Request, parent_id: str) -> Response:
    catalog.require(Policy.CREATE_IMAGE)
    check_media_type(request)
    kind = kind_of(request)
    attributes = values.attributes(request.body, kind, parents.ATTRIBUTES[kind])
    change = partial(parents.parse_update, attributes, plugins_of(request))
    found = partial(_found, kind, parent_id)
    try:
        return Response(parents.render_written(catalog.references.update(kind, found, change)))
    except (TitleTaken, Invalid) as error:
        raise Unprocessable(_wrong(error), found(catalog.references.of(kind)).number) from error
    except ReferenceInUse as error:
        raise in_use(error) from error


def _wrong(error: CatalogError) -> Mapping[str, str]:
    """Convert errors of the catalogue: a name that is taken, or a title that is too long."""
    return {error.field: values.TOO_LONG} if isinstance(error, Invalid) else {"name": TAKEN}


def delete_parent(catalog: Catalog, request: Request, parent_id: str) -> Response:
    kind = kind_of(request)
    try:
        return Response(parents.render_deleted(catalog.references.remove(kind, partial(_found, kind, parent_id))))
    except ReferenceInUse as error:
        raise in_use(error) from error


def _found(kind: Kind, parent_id: str, known: list[Reference]) -> Reference:
    """Find the parent of a path. Raises ParentUnknown."""
    found = Parents({kind: known}).found(kind, parent_id)
    if found is None:
        raise ParentUnknown(kind, parent_id)
    return found
