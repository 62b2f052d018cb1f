"""Error responses of this dialect (wire §6)."""

from chalicelib.catalog import errors as catalog
from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.facts import PROPERTY_FIELDS
from chalicelib.http.errors import HttpError, Unauthorized, headers, nearest
from chalicelib.http.message import Request, Response

STATUS: dict[type[Exception], int] = {
    catalog.NotFound: 404,
    catalog.Forbidden: 403,
    # Only usage and tokens can lack a tenant: the request needs the parameter.
    catalog.TenantMissing: 400,
    # An image that a caller may not change is not found, unless it is public.
    catalog.NotOwner: 404,
    catalog.NotOwnerOfPublic: 403,
    catalog.NotSharable: 404,
    catalog.Invalid: 400,
    catalog.Conflict: 409,
    catalog.QuotaExceeded: 413,
    catalog.DeletedMeanwhile: 412,
    catalog.ContentMissing: 404,
    catalog.CloudError: 503,
    catalog.StoreError: 500,
    catalog.StoreDisabled: 410,
    catalog.StoreRefused: 503,
    catalog.Unavailable: 503,
}

PAGE = """<html>
 <head>
  <title>{title}</title>
 </head>
 <body>
  <h1>{title}</h1>
  {message}<br /><br />
 </body>
</html>"""
"""The original client strips the tags and repeated lines, and shows the rest."""

SHOWN = {field: name for name, field in PROPERTY_FIELDS.items()}
"""Canonical fields that are properties here, with their names."""
VERBS = {"PUT": "update", "DELETE": "delete"}


def render_error(request: Request, error: CatalogError | HttpError) -> Response:
    """Render the error in the format that `Accept` prefers. JSON is nested: the client fails on a flat object."""
    status = error.status if isinstance(error, HttpError) else nearest(STATUS, error)
    from http import HTTPStatus  # noqa: PLC0415  # most processes do without

    title, message = HTTPStatus(status).phrase, _message(request, error)
    challenge = {"WWW-Authenticate": error.challenge} if isinstance(error, Unauthorized) else {}
    shared = headers(error, status) | challenge
    accept = request.header("accept") or ""
    if "*/*" in accept or "text/html" in accept:
        from html import escape  # noqa: PLC0415  # most processes do without

        page = PAGE.format(title=f"{status} {title}", message=escape(message, quote=False))
        return Response(page, status, {"Content-Type": "text/html; charset=UTF-8", **shared})
    if "application/json" in accept:
        body = {"error": {"code": status, "title": title, "message": message}}
        return Response(body, status, shared)
    text = f"{status} {title}\n\n{message}\n\n"
    return Response(text, status, {"Content-Type": "text/plain; charset=UTF-8", **shared})


def _message(request: Request, error: CatalogError | HttpError) -> str:
    """The message, in the original's words where programs match them."""
    match error:
        case catalog.NotOwnerOfPublic():
            words = f"Forbidden to {VERBS.get(request.method, 'change')} image {error.image_id}"
        case catalog.NotOwner():
            words = f"Image {error.image_id} not found"
        case catalog.TenantMissing() if request.method == "GET":
            words = f"{error}. An administrator can name one: ?tenant=ID"
        case catalog.NotSharable():
            words = f"Forbidden: image {error.image_id} was not found among those that you may share"
        case catalog.ImageGone():
            words = f"Image with identifier {error.image_id} has been deleted."
        case catalog.ImageNotFound() if request.method == "DELETE" and request.path.count("/") == 3:
            words = f"Image {error.image_id} not found."
        case catalog.SourceNotFound() if not error.url.startswith("s3:"):
            words = "HTTP datastore could not find image at URI."
        case catalog.Invalid() if error.field in SHOWN:
            words = f"Invalid value for {SHOWN[error.field]}: {error.reason}"
        case _:
            words = str(error)
    return words
