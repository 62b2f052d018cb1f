"""The operations on images and schemas, and the route table of this dialect (wire §1.1, §5.9)."""

from functools import partial

from chalicelib.catalog.image import Changes, Image, Visibility
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.glance_v2 import (
    actions,
    creation,
    data,
    imports,
    members,
    others,
    patch,
    tags,
    versions,
)
from chalicelib.dialects.glance_v2.documents import bodiless, parse_body, parse_object
from chalicelib.dialects.glance_v2.listing import page_of, parse_page, render_page
from chalicelib.dialects.glance_v2.options import options_of
from chalicelib.dialects.glance_v2.rights import allowed, allowed_on, visible
from chalicelib.dialects.glance_v2.schema import IMAGES, render_image
from chalicelib.http.dialect import Route, Sight
from chalicelib.http.errors import PathUnknown
from chalicelib.http.message import Request, Response
from chalicelib.http.preconditions import check_version, entity_tag

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
IMAGE = f"{IMAGES}/{{image_id}}"
POLICIES = {Visibility.PUBLIC: "publicize_image", Visibility.COMMUNITY: "communitize_image"}
"""The policies for visibilities beyond the tenant."""


def list_versions(_catalog: Catalog, request: Request) -> Response:
    return Response(versions.render_versions(request))


def offer_versions(_catalog: Catalog, request: Request) -> Response:
    return Response(versions.render_versions(request), status=300)


def list_images(catalog: Catalog, request: Request) -> Response:
    page = parse_page(request, catalog.principal, options_of(request))
    with allowed(catalog, request, "get_images"):
        images = page_of(catalog, page)
    return Response(render_page(request, images, page.limit))


def add_image(catalog: Catalog, request: Request) -> Response:
    document = parse_object(request)
    creation.check(document, catalog.limits)
    with allowed(catalog, request, "add_image"):
        new = creation.parse(document, catalog.principal, catalog.limits)
        _check_visibility(catalog, request, new.fields)
        image = catalog.register(new)
    location = {"Location": f"{request.base_url}{IMAGES}/{image.id}"}
    return Response(render_image(image), 201, {**location, **imports.HEADER})


def _check_visibility(catalog: Catalog, request: Request, changes: Changes) -> None:
    """Enforce the policy for the new visibility, if it needs one."""
    policy = POLICIES.get(changes.get("visibility", Visibility.PRIVATE))
    if policy is not None:
        with allowed(catalog, request, policy):
            pass


def show_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    with allowed(catalog, request, "get_image"):
        return _shown(visible(catalog, image_id))


def _shown(image: Image) -> Response:
    return Response(render_image(image), headers={"ETag": entity_tag(image)})


def update_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    operations = patch.parse(request, parse_body, catalog.limits)
    if not operations:
        return show_image(catalog, request, image_id)

    def change(image: Image) -> Changes:
        check_version(request, image)
        changes = patch.apply(operations, image, catalog.limits, by_admin=catalog.principal.is_admin)
        if changes.get("visibility") is not image.visibility:
            _check_visibility(catalog, request, changes)
        return changes

    with allowed_on(catalog, request, image_id, "modify_image") as known_id:
        return _shown(catalog.update(known_id, change))


def delete_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    with allowed_on(catalog, request, image_id, "delete_image") as known_id:
        catalog.delete(known_id, check=partial(check_version, request))
    return Response(status=204)


def show_schema(catalog: Catalog, _request: Request, name: str) -> Response:
    from chalicelib.dialects.glance_v2 import json_schemas  # noqa: PLC0415  # rarely requested

    if name not in json_schemas.DOCUMENTS:
        raise PathUnknown
    return Response(json_schemas.DOCUMENTS[name](catalog.limits))


def sight(_catalog: Catalog, image: Image) -> Sight:
    return Sight(f"{IMAGES}/{image.id}")


ROUTES = (
    *(Route(method, "/", offer_versions, open=True) for method in METHODS),
    Route("GET", "/versions", list_versions, open=True),
    Route("GET", IMAGES, bodiless(list_images), heads=False),
    Route("POST", IMAGES, add_image),
    Route("GET", IMAGE, bodiless(show_image), heads=False),
    Route("PATCH", IMAGE, update_image),
    Route("DELETE", IMAGE, bodiless(delete_image)),
    *data.ROUTES,
    *imports.ROUTES,
    *actions.ROUTES,
    *members.ROUTES,
    *tags.ROUTES,
    Route("GET", "/v2/schemas/{name}", bodiless(show_schema), heads=False),
    *others.ROUTES,
)
