"""Error responses of this dialect: nested JSON, whatever `Accept` says (wire §1.3)."""

from chalicelib.catalog import errors as catalog
from chalicelib.catalog.errors import CatalogError
from chalicelib.dialects.glance_v2.patch import PatchUnknown
from chalicelib.http.errors import HttpError, Unauthorized, headers, nearest
from chalicelib.http.message import Request, Response

STATUS: dict[type[Exception], int] = {
    catalog.NotFound: 404,
    catalog.Forbidden: 403,
    catalog.Invalid: 400,
    catalog.Conflict: 409,
    catalog.QuotaExceeded: 413,
    catalog.DeletedMeanwhile: 410,
    catalog.ContentMissing: 404,
    catalog.CloudError: 503,
    catalog.StoreError: 500,
    catalog.StoreDisabled: 410,
    catalog.StoreRefused: 503,
    catalog.Unavailable: 503,
}


def render_error(request: Request, error: CatalogError | HttpError) -> Response:
    """Render an `error` with code, title and message: clients fail on a flat object."""
    from http import HTTPStatus  # noqa: PLC0415  # most processes do without

    status = error.status if isinstance(error, HttpError) else nearest(STATUS, error)
    more = {}
    if isinstance(error, Unauthorized):
        more["WWW-Authenticate"] = error.challenge
    if isinstance(error, PatchUnknown):
        more["Accept-Patch"] = error.accepted
    body = {"error": {"code": status, "title": HTTPStatus(status).phrase, "message": _message(request, error)}}
    return Response(body, status, headers(error, status) | more)


def _message(request: Request, error: CatalogError | HttpError) -> str:
    """The message, in the original's words where programs match them."""
    match error:
        case catalog.ImageNotFound():
            return _not_found(request, error.image_id)
        case catalog.NotQueued():
            return f"Image status transition from {error.status} to saving is not allowed"
        case catalog.MembershipNotFound():
            return f"{error.member} not found in the member list of the image {error.image_id}."
        case catalog.DeletedMeanwhile():
            return f"Image {error.image_id} could not be found after upload. The image may have been deleted during it."
    return str(error)


def _not_found(request: Request, image_id: str) -> str:
    """The message for an unknown image, which depends on the operation."""
    below = request.path.split("/")[4:5]
    if not below and request.method == "DELETE":
        return f"Failed to find image {image_id} to delete"
    return f"Image {image_id} not found." if below in (["members"], ["tags"]) else f"No image found with ID {image_id}"
