"""The handlers of operations on images, and the route table of this dialect (wire §1.3)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.catalog import rules
from chalicelib.catalog.errors import CatalogError, ImageNotFound, Invalid
from chalicelib.catalog.image import Changes, Image, NewImage, Visibility
from chalicelib.catalog.ports import Link
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.glance_v1 import formats, history, schema, tokens, uploads, usage
from chalicelib.dialects.glance_v1.listing import parse_page, render_next
from chalicelib.dialects.glance_v1.metadata import Metadata, decode, parse_changes, parse_metadata
from chalicelib.dialects.glance_v1.options import enforce, options_of, refuse_readers
from chalicelib.dialects.glance_v1.schema import HTML, Body, known
from chalicelib.http import fields, paging
from chalicelib.http.dialect import Route, Sight, refusing
from chalicelib.http.errors import BadMessage, MethodNotAllowed, TooLarge, Unauthorized
from chalicelib.http.message import Request, Response

IMAGES = "/v1/images"
COPY_FROM = "x-glance-api-copy-from"


def list_images(catalog: Catalog, request: Request) -> Response:
    return _page(catalog, request._replace(path=IMAGES), schema.render_brief)


def list_details(catalog: Catalog, request: Request) -> Response:
    return _page(catalog, request, schema.render_image)


def _page(catalog: Catalog, request: Request, render: Callable[[Image], dict[str, Any]]) -> Response:
    enforce(catalog.principal, request, "get_images")
    page = parse_page(request, catalog.principal, options_of(request))
    marker = None
    if page.marker is not None:
        gone = catalog.principal.is_admin or page.query.gone
        try:
            marker = catalog.image(page.marker, gone=gone)
        except ImageNotFound as error:
            raise BadMessage("marker", f"Invalid marker: {page.marker}") from error
    images = paging.first(catalog.images(paging.page_after(page.query, marker, page.limit)), page.limit)
    more = render_next(request, images[-1].id) if images and len(images) == page.limit else {}
    return Response({"images": [render(image) for image in images], **more})


def add_image(catalog: Catalog, request: Request) -> Response:
    metadata, body, policies = _parse_write(catalog, request, parse_metadata(request))
    enforce(catalog.principal, request, "add_image", *policies)
    changes = schema.parse_new_fields(metadata, body, catalog.limits.property_quota)
    source = _source(catalog, request, metadata)
    schema.check_store(metadata)
    with _after_reading(catalog, source):
        _check_single_source(request, metadata, body)
        image_id = schema.parse_id(metadata)
    _check_passable(catalog, body)
    image = catalog.register(NewImage(changes, id=image_id), _copied(request))
    if body is not None:
        image = _upload(catalog, image, body)
    location = {"Location": f"{request.base_url}/v1/images/{image.id}"}
    return _written(image, options_of(request).created, location)


def update_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    metadata, body, policies = _parse_update(catalog, request, image_id)
    enforce(catalog.principal, request, "modify_image", *policies)
    purge, limit = schema.parse_purge(request), catalog.limits.property_quota

    def change(image: Image) -> Changes:
        changes = schema.parse_update(metadata, body, image, purge=purge, limit=limit)
        formats.check_complete(changes, image)
        source = _source(catalog, request, metadata)
        with _after_reading(catalog, source):
            _check_single_source(request, metadata, body)
        _check_passable(catalog, body)
        if image.waits and body is not None:
            _check_octets(body)  # in time: the upload of a newer client's JSON would kill the image
        return changes

    image = catalog.update(known(image_id), change, gone=catalog.principal.is_admin, source=_copied(request))
    if body is not None:
        image = _upload(catalog, image, body)
    return _written(image, 200, {})


def _parse_update(catalog: Catalog, request: Request, image_id: str) -> tuple[Metadata, Body | None, list[str]]:
    """Like `_parse_write`, but accept any value that the image already shows, even if it is invalid."""
    metadata = parse_metadata(request)
    try:
        return _parse_write(catalog, request, metadata)
    except (BadMessage, Invalid) as refusal:
        try:
            image = catalog.image(known(image_id), gone=catalog.principal.is_admin)
        except CatalogError:
            raise refusal from None
        return _parse_write(catalog, request, schema.changed(metadata, image), image)


def _parse_write(
    catalog: Catalog, request: Request, metadata: Metadata, old: Image | None = None
) -> tuple[Metadata, Body | None, list[str]]:
    """Parse headers and data, and enforce the policies they need: checks 2 to 4 of wire §2.4."""
    changes = parse_changes(metadata)
    formats.check_formats(changes, catalog.limits, old)
    body = schema.parse_body(request)
    declared = body.declared if body is not None else None
    rules.check_size(changes.get("size") if declared is None else declared, catalog.limits)
    refuse_readers(catalog.principal)
    policies = ["publicize_image"] if changes.get("visibility") is Visibility.PUBLIC else []
    if request.header(COPY_FROM):
        policies.append("copy_from")
    if body is not None or request.header(COPY_FROM):
        policies.append("upload_image")
    return metadata, body, policies


def _source(catalog: Catalog, request: Request, metadata: Metadata) -> str | None:
    """The URL of the data, if given and allowed: check 7."""
    if "location" in metadata.given:
        enforce(catalog.principal, request, "set_image_location")
    copy_from = request.header(COPY_FROM)
    named = [metadata.given["location"] or ""] if "location" in metadata.given else []
    named += [decode(copy_from)] if copy_from is not None else []
    for url in named:
        catalog.content.check_source(url)
    return named[0] if named else None


@contextmanager
def _after_reading(catalog: Catalog, source: str | None) -> Iterator[None]:
    """Delay errors of the block until the source has been read: check 9 precedes 10 and 11."""
    try:
        yield
    except BadMessage:
        if source is not None:
            catalog.content.locate(source)
        raise


def _check_single_source(request: Request, metadata: Metadata, body: Body | None) -> None:
    given = (body is not None, "location" in metadata.given, request.header(COPY_FROM) is not None)
    if sum(given) > 1:
        raise BadMessage("location", "It is invalid to supply multiple image sources")


def _copied(request: Request) -> str | None:
    """The URL to copy the data from, or None."""
    copy_from = request.header(COPY_FROM)
    return None if copy_from is None else decode(copy_from)


def _check_passable(catalog: Catalog, body: Body | None) -> None:
    if body is not None and len(body.content) > catalog.limits.inline_bytes:
        raise TooLarge(
            f"At most {catalog.limits.inline_bytes} bytes of image data can be sent this way."
            f" Send larger images in parts (POST /v1/images/{{id}}/uploads), have them copied ({COPY_FROM}),"
            " or register them where they are (x-image-meta-location)"
        )


def _check_octets(body: Body) -> None:
    if not body.is_octets:
        raise BadMessage("content-type", f"Content-Type must be {schema.OCTETS}")


def _upload(catalog: Catalog, image: Image, body: Body) -> Image:
    try:
        _check_octets(body)
    except BadMessage as error:
        catalog.content.kill(image, error.reason)
        raise
    return catalog.content.upload(image, body.content)


def _written(image: Image, status: int, headers: dict[str, str]) -> Response:
    tag = {} if image.checksum is None else {"ETag": image.checksum}
    return Response({"image": schema.render_image(image)}, status, {**headers, **tag})


def show_headers(catalog: Catalog, request: Request, image_id: str) -> Response:
    enforce(catalog.principal, request, "get_image")
    image = catalog.image(known(image_id), gone=catalog.principal.is_admin)
    return Response(headers={**HTML, **schema.render_headers(image)})


def download_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    enforce(catalog.principal, request, "get_image", "download_image")
    image = catalog.image(known(image_id))
    content = catalog.content.read(image)
    headers = schema.render_headers(image)
    if isinstance(content, Link):
        return Response(status=302, headers={**HTML, **headers, "Location": content.url})
    length = {"Content-Type": schema.OCTETS, "Content-Length": str(len(content))}
    return Response(content, headers={**headers, **length})


def delete_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    enforce(catalog.principal, request, "delete_image")
    if request.body.strip():
        fields.json_body(request.body)
    catalog.delete(known(image_id), gone=catalog.principal.is_admin)
    return Response(status=options_of(request).deleted, headers=HTML)


def restore_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    refuse_readers(catalog.principal)
    enforce(catalog.principal, request, "delete_image")
    return _written(catalog.restore(known(image_id)), 200, {})


def deactivate_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    return _moved(catalog, request, lambda: catalog.deactivate(known(image_id)))


def reactivate_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    return _moved(catalog, request, lambda: catalog.reactivate(known(image_id)))


def deprecate_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    return _moved(catalog, request, lambda: catalog.deprecate(known(image_id)))


def allow_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    return _moved(catalog, request, lambda: catalog.allow(known(image_id)))


def _moved(catalog: Catalog, request: Request, move: Callable[[], Image]) -> Response:
    refuse_readers(catalog.principal)
    enforce(catalog.principal, request, "modify_image")
    return _written(move(), 200, {})


def list_members(catalog: Catalog, request: Request, image_id: str) -> Response:
    enforce(catalog.principal, request, "get_members")
    return Response(schema.render_members(catalog.members.of_image(known(image_id))))


def replace_members(catalog: Catalog, request: Request, image_id: str) -> Response:
    document = fields.json_body(request.body)
    if not isinstance(document, dict):
        raise BadMessage("body", "Malformed JSON in the request body: not an object")
    _check_sharer(catalog, request, "modify_member")
    catalog.members.replace(known(image_id), lambda: schema.parse_memberships(document))
    return Response(status=204, headers=HTML)


def add_member(catalog: Catalog, request: Request, image_id: str, member: str) -> Response:
    can_share = schema.parse_member(request.body)
    _check_sharer(catalog, request, "modify_member")
    catalog.members.add(known(image_id), member, can_share=can_share)
    return Response(status=204, headers=HTML)


def remove_member(catalog: Catalog, request: Request, image_id: str, member: str) -> Response:
    _check_sharer(catalog, request, "delete_member")
    catalog.members.remove(known(image_id), member)
    return Response(status=204, headers=HTML)


def _check_sharer(catalog: Catalog, request: Request, policy: str) -> None:
    refuse_readers(catalog.principal)
    if catalog.principal.tenant is None and not catalog.principal.is_admin:
        raise Unauthorized(f'Keystone uri="{request.base_url}"', "No authenticated user")
    enforce(catalog.principal, request, policy)


def list_shared(catalog: Catalog, _request: Request, member: str) -> Response:
    return Response(schema.render_shared(catalog.members.of_member(member)))


def sight(_catalog: Catalog, image: Image) -> Sight:
    return Sight(f"{IMAGES}/{image.id}", method="HEAD")


ROUTES = (
    Route("GET", "/v1", list_images),
    Route("GET", "/v1/images", list_images, heads=False),
    Route("POST", "/v1/images", add_image),
    Route("GET", "/v1/images/detail", list_details),
    # HEAD is not supported, but the original lists it in `Allow`.
    Route("HEAD", "/v1/images/detail", refusing(MethodNotAllowed(["GET"]))),
    Route("GET", "/v1/images/{image_id}", download_image),
    Route("HEAD", "/v1/images/{image_id}", show_headers),
    Route("PUT", "/v1/images/{image_id}", update_image),
    Route("DELETE", "/v1/images/{image_id}", delete_image),
    Route("POST", "/v1/images/{image_id}/restore", restore_image),
    Route("POST", "/v1/images/{image_id}/actions/deactivate", deactivate_image),
    Route("POST", "/v1/images/{image_id}/actions/reactivate", reactivate_image),
    Route("POST", "/v1/images/{image_id}/actions/deprecate", deprecate_image),
    Route("POST", "/v1/images/{image_id}/actions/allow", allow_image),
    # Current clients use the path of v2 for image data.
    Route("GET", "/v1/images/{image_id}/file", download_image),
    Route("GET", "/v1/images/{image_id}/members", list_members),
    Route("PUT", "/v1/images/{image_id}/members", replace_members),
    Route("GET", "/v1/images/{image_id}/members/{member}", refusing(MethodNotAllowed(["PUT", "DELETE"]))),
    Route("PUT", "/v1/images/{image_id}/members/{member}", add_member),
    Route("DELETE", "/v1/images/{image_id}/members/{member}", remove_member),
    Route("GET", "/v1/shared-images/{member}", list_shared),
    *history.ROUTES,
    *tokens.ROUTES,
    *uploads.ROUTES,
    *usage.ROUTES,
)
