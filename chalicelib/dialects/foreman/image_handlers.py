"""The handlers of operations on images (wire §1)."""

from functools import partial

from chalicelib.catalog import reference
from chalicelib.catalog.errors import ClaimTaken, ImageNotFound
from chalicelib.catalog.image import Changes, Image, ImageNumber
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Scope
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.catalog.service import Catalog
from chalicelib.catalog.vacancy import ReferenceGone
from chalicelib.dialects.foreman import listing, parents, schema, values
from chalicelib.dialects.foreman.errors import check_media_type, gone, taken
from chalicelib.dialects.foreman.parameters import merged
from chalicelib.dialects.foreman.parents import Parents, kind_of
from chalicelib.http import paging
from chalicelib.http.message import Request, Response

LARGEST_PAGE = 1000
"""Maximum size of a page that is read by itself; larger ones read the whole list."""


def list_images(catalog: Catalog, request: Request, parent_id: str) -> Response:
    catalog.require(Policy.READ_IMAGES)
    request = merged(request)
    known = _parents(catalog)
    below = _below(known, request, parent_id)
    asked = listing.parse(request, schema.FIELDS)
    page, total, subtotal = _page(catalog, asked, below, known)
    return Response(listing.envelope(asked, [schema.render_image(image, known) for image in page], total, subtotal))


def _page(
    catalog: Catalog, asked: listing.ListParams, below: list[Reference], known: Parents
) -> tuple[list[Image], int, int]:
    """The images of a page, the number of all images, and of matching ones."""
    others = tuple(Condition(reference.FIELDS[other.kind], Operator.EQUAL, other.key) for other in below[1:])
    descending = asked.order == ("id", True)
    query = ImageQuery(Scope.OWN, others, Order(SortKey.NUMBER, descending), below=below[0])
    by_number = asked.matches is None and asked.order in (None, ("id", False), ("id", True))
    if by_number and asked.size is not None and 0 < asked.size <= LARGEST_PAGE:
        page = paging.numbered(catalog, query, asked.page, asked.size)
        return page.images, page.total, page.total
    everything = list(catalog.images(query._replace(order=Order(SortKey.NUMBER, descending=False), expected=None)))
    images, subtotal = listing.select(asked, everything, lambda image: schema.row(image, known))
    return images, len(everything), subtotal


def show_image(catalog: Catalog, request: Request, parent_id: str, image_id: str) -> Response:
    catalog.require(Policy.READ_IMAGES)
    known = _parents(catalog)
    below = _below(known, merged(request), parent_id)
    image = catalog.image(_number(image_id))
    _check_below(below, image)
    return Response(schema.render_image(image, known))


def add_image(catalog: Catalog, request: Request, parent_id: str) -> Response:
    catalog.require(Policy.CREATE_IMAGE)
    check_media_type(request)
    known = _parents(catalog)
    below = _below(known, request, parent_id)
    if any(parent.key != other.key for parent in below for other in below if parent.kind is other.kind):
        raise ImageNotFound(parent_id)  # an image has one parent of each kind
    new = schema.parse_new_image(values.attributes(request.body, "image", schema.ATTRIBUTES), below, known)
    try:
        return Response(schema.render_image(catalog.register(new, refers=known.of), known), 201)
    except ClaimTaken as error:
        raise taken(error, None) from error
    except ReferenceGone as error:
        raise gone(error, None) from error


def update_image(catalog: Catalog, request: Request, parent_id: str, image_id: str) -> Response:
    catalog.require(Policy.CREATE_IMAGE)
    check_media_type(request)
    attributes = values.attributes(request.body, "image", schema.ATTRIBUTES)
    if not catalog.principal.holds(Policy.READ_IMAGES):
        raise ImageNotFound(image_id)  # a hidden parent is not found (wire §9)
    known = _parents(catalog)
    below = _below(known, request, parent_id)
    number = _number(image_id)

    def change(image: Image) -> Changes:
        _check_below(below, image)
        return schema.parse_update(attributes, image, known)

    try:
        return Response(schema.render_image(catalog.update(number, change, refers=known.of), known))
    except ClaimTaken as error:
        raise taken(error, number.number) from error
    except ReferenceGone as error:
        raise gone(error, number.number) from error


def delete_image(catalog: Catalog, request: Request, parent_id: str, image_id: str) -> Response:
    catalog.require(Policy.DELETE_IMAGE)
    known = _parents(catalog)
    below = _below(known, request, parent_id)
    image = catalog.delete(_number(image_id), check=partial(_check_below, below))
    return Response(schema.render_deleted(image, known))


def _parents(catalog: Catalog) -> Parents:
    return Parents({kind: catalog.references.of(kind) for kind in Kind})


def _below(known: Parents, request: Request, parent_id: str) -> list[Reference]:
    """The parents in path and query, path first; images must be below all of them."""
    named = [(kind_of(request), parent_id)]
    named += [(other, text) for other in Kind if (text := request.parameter(parents.field(other)))]
    found = [known.found(other, text) for other, text in named]
    if None in found:
        raise ImageNotFound(parent_id)
    return [parent for parent in found if parent is not None]


def _number(image_id: str) -> ImageNumber:
    number = values.leading_number(image_id)
    if number is None:
        raise ImageNotFound(image_id)
    return ImageNumber(number)


def _check_below(below: list[Reference], image: Image) -> None:
    """Raise ImageNotFound unless the image is below these parents."""
    if not all(parent.is_of(image) for parent in below):
        raise ImageNotFound(image.id)
