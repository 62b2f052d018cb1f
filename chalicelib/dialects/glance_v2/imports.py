"""Import image data that is staged, or fetched from a URL (wire §5.5)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.catalog.errors import NotQueued, SourceRefused
from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.glance_v2.data import check_passable, parse_content
from chalicelib.dialects.glance_v2.documents import bodiless, parse_object
from chalicelib.dialects.glance_v2.rights import allowed_on
from chalicelib.dialects.glance_v2.schema import status_of
from chalicelib.http.dialect import Route
from chalicelib.http.errors import BadMessage, HttpError
from chalicelib.http.message import Request, Response

WEB, DIRECT = "web-download", "glance-direct"
METHODS = (WEB, DIRECT)
HEADER = {"OpenStack-image-import-methods": ",".join(METHODS)}
"""The header of a new image in which clients look for import methods."""


class ImportRefused(HttpError):
    """The image's status does not allow an import."""

    status = 409


class ImportRequest(NamedTuple):
    """The method of an import, and its URL if the data is fetched."""

    method: str
    uri: str | None


def stage_file(catalog: Catalog, request: Request, image_id: str) -> Response:
    limit = catalog.limits.inline_bytes
    content = parse_content(request, limit)

    def check(image: Image) -> None:
        if not image.waits:
            raise NotQueued(image.id, image.status)
        check_passable(content, limit)

    with allowed_on(catalog, request, image_id, "modify_image") as known_id:
        catalog.imports.stage(known_id, check, content)
    return Response(status=204)


def import_file(catalog: Catalog, request: Request, image_id: str) -> Response:
    order = parse_order(parse_object(request))
    with allowed_on(catalog, request, image_id, "modify_image") as known_id:
        if order.uri is None:
            catalog.imports.begin(known_id, check_staged)
        else:
            _fetch(catalog, known_id, order.uri)
    return Response(status=202)


def _fetch(catalog: Catalog, image_id: str, uri: str) -> None:
    try:
        catalog.imports.fetch(image_id, check_queued, uri)
    except SourceRefused as error:
        raise _filtered(uri) from error


def parse_order(document: Mapping[str, Any]) -> ImportRequest:
    """Parse a request to import. Raises BadMessage."""
    method = document.get("method")
    name = method.get("name") if isinstance(method, dict) else None
    if not isinstance(method, dict) or not isinstance(name, str):
        raise BadMessage("method", "Import request requires a 'method' field with a 'name'")
    if name not in METHODS:
        raise BadMessage("method", f"Unknown import method name '{name}'")
    if not isinstance(document.get("all_stores", False), bool):
        raise BadMessage("all_stores", "'all_stores' must be boolean value only")
    uri = method.get("uri")
    if name == WEB and (not isinstance(uri, str) or not uri):
        raise _filtered(uri)
    return ImportRequest(name, uri if name == WEB else None)


def _filtered(uri: object) -> BadMessage:
    return BadMessage("uri", f"URI for web-download does not pass filtering: {uri}")


def check_queued(image: Image) -> None:
    """Refuse to fetch data for an image that is not queued."""
    _check_target(image, Status.QUEUED)


def check_staged(image: Image) -> None:
    """Refuse to import an image without staged data."""
    _check_target(image, Status.UPLOADING)


def _check_target(image: Image, status: Status) -> None:
    shown = status_of(image)
    if image.status not in (Status.QUEUED, Status.UPLOADING):
        raise ImportRefused(f"Image with status {shown} cannot be target for import")
    if image.transition is not None:
        raise ImportRefused("Another import of this image is in progress")
    if image.status is not status:
        raise ImportRefused(f"Only images with status '{status}' can be imported by this method, not '{shown}'")
    for name in ("container_format", "disk_format"):
        if getattr(image, name) is None:
            raise ImportRefused(f"'{name}' needs to be set before import")


def show_methods(_catalog: Catalog, _request: Request) -> Response:
    told = {"description": "Import methods available.", "type": "array", "value": list(METHODS)}
    return Response({"import-methods": told})


ROUTES = (
    Route("PUT", "/v2/images/{image_id}/stage", stage_file),
    Route("POST", "/v2/images/{image_id}/import", import_file),
    Route("GET", "/v2/info/import", bodiless(show_methods), heads=False),
)
