"""The route table of this dialect and its handlers (wire §1)."""

from chalicelib.catalog.errors import ImageNotFound
from chalicelib.catalog.image import Image
from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.scaleway import listing, schema
from chalicelib.http import auth, fields, paging
from chalicelib.http.dialect import Route, Sight
from chalicelib.http.errors import Refused, Unauthorized
from chalicelib.http.message import Request, Response


def authenticate(request: Request, identities: Identities) -> Principal:
    """Authenticate by `X-Auth-Token`; anonymous requests are refused."""
    secret = auth.token_header(request)
    if secret is None:
        raise Unauthorized("", "The header 'X-Auth-Token' is missing")
    principal = identities.authenticate(secret)
    if principal is None:
        raise Unauthorized("", "Authentication error")
    return principal


def list_images(catalog: Catalog, request: Request) -> Response:
    asked = listing.parse_page(request, catalog.principal)
    page = paging.numbered(catalog, asked.query, asked.number, asked.size)
    body = {"images": [schema.render_image(image) for image in page.images]}
    return Response(body, headers=listing.render_headers(asked, page.total))


def count_images(catalog: Catalog, request: Request) -> Response:
    asked = listing.parse_page(request, catalog.principal)
    return Response({}, headers=listing.render_headers(asked, catalog.count(asked.query)))


def add_image(catalog: Catalog, request: Request) -> Response:
    organization, new = schema.parse_new_image(schema.parse_document(request.body))
    tenant = catalog.principal.tenant
    if tenant is None or organization != schema.organization(tenant):
        raise Refused("The token provided doesn't act for this organization.")
    image = catalog.register(new)
    return Response(schema.render_one(image), 201, {"Location": f"{request.base_url}/images/{image.id}"})


def show_image(catalog: Catalog, _request: Request, image_id: str) -> Response:
    return Response(schema.render_one(catalog.image(_known(image_id))))


def update_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    image = catalog.update(
        _known(image_id), lambda image: schema.parse_update(schema.parse_document(request.body), image)
    )
    return Response(schema.render_one(image))


def delete_image(catalog: Catalog, _request: Request, image_id: str) -> Response:
    catalog.delete(_known(image_id))
    return Response(status=204)


def _known(image_id: str) -> str:
    known = fields.uuid(image_id)
    if known is None:
        raise ImageNotFound(image_id)
    return known


def sight(_catalog: Catalog, image: Image) -> Sight:
    return Sight(f"/images/{image.id}")


ROUTES = (
    Route("GET", "/images", list_images),
    Route("HEAD", "/images", count_images),
    Route("POST", "/images", add_image),
    Route("GET", "/images/{image_id}", show_image),
    Route("HEAD", "/images/{image_id}", show_image),
    Route("PUT", "/images/{image_id}", update_image),
    Route("PATCH", "/images/{image_id}", update_image),
    Route("DELETE", "/images/{image_id}", delete_image),
)
