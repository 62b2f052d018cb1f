"""Error responses of this dialect (wire §8)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from chalicelib.catalog import errors as catalog
from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.vacancy import ReferenceGone, ReferenceInUse
from chalicelib.http import media
from chalicelib.http.errors import HttpError, MethodNotAllowed, PathUnknown, headers, nearest
from chalicelib.http.message import Request, Response

STATUS: dict[type[Exception], int] = {
    catalog.NotFound: 404,
    catalog.Forbidden: 403,
    catalog.Invalid: 422,
    catalog.ScanTooLarge: 400,
    catalog.Conflict: 409,
    catalog.QuotaExceeded: 422,
    catalog.Unavailable: 503,
    # The original does not distinguish unknown paths from unsupported methods.
    MethodNotAllowed: 404,
}

VERBS = {"POST": "create", "PUT": "edit", "PATCH": "edit", "DELETE": "destroy"}
SHOWN = {"login_user": "username", "login_password": "password", "provider_image_id": "uuid", "owner": "base"}
"""Canonical fields and their names here."""
CLAIMED = {"uuid": "uuid", "name": "name"}
"""The attribute of each kind of claim."""
TAKEN = "has already been taken"
ABSENT = "does not exist"


class Unprocessable(HttpError):
    """Invalid attributes; `number` is that of the image or parent, None for a new one."""

    status = 422

    def __init__(self, errors: Mapping[str, str | Sequence[str]], number: int | None = None) -> None:
        super().__init__("Unprocessable")
        self.errors = {field: [text] if isinstance(text, str) else [*text] for field, text in errors.items()}
        self.number = number


class NameUnknown(HttpError):
    """A parent named in the body does not exist."""

    status = 422

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"Could not find {kind} with name: {name}")


class BadSearch(HttpError):
    """An invalid search or order."""

    status = 400


class BadPage(HttpError):
    """An invalid page or page size."""

    status = 400


class MalformedBody(HttpError):
    """The body is not a JSON object."""

    status = 400

    def __init__(self, reason: str) -> None:
        super().__init__(f"There was a problem in the JSON you submitted: {reason}")


class ParentUnknown(HttpError):
    """A parent in the path does not exist."""

    status = 404

    def __init__(self, kind: str, parent_id: str) -> None:
        super().__init__(f"Resource {kind} not found by id '{parent_id}'")


class UnsupportedMediaType(HttpError):
    """The `Content-Type` is not JSON."""

    status = 415

    def __init__(self, header: str) -> None:
        super().__init__(
            f"'Content-Type: {header}' is unsupported in API v2 for POST and PUT requests. "
            "Please use 'Content-Type: application/json'."
        )


def check_media_type(request: Request) -> None:
    """Raise UnsupportedMediaType unless the `Content-Type` is JSON; PATCH is not checked (wire §10)."""
    if request.method != "PATCH" and media.content_type(request) != "application/json":
        raise UnsupportedMediaType(request.header("content-type") or "")


def taken(error: catalog.ClaimTaken, number: int | None) -> Unprocessable:
    """The error for attributes that other images have, all at once."""
    return Unprocessable({CLAIMED.get(sort, "base"): TAKEN for sort in error.sorts}, number)


def gone(error: ReferenceGone, number: int | None) -> Unprocessable:
    """The error for an image whose parent was deleted during the request."""
    return Unprocessable({f"{error.kind}_id": ABSENT}, number)


def in_use(error: ReferenceInUse) -> Unprocessable:
    """The error for changing or deleting a parent that images refer to."""
    parent = error.reference.title
    used = [f"{parent} is used by {image}" for image in error.images]
    return Unprocessable({"base": used or f"{parent} is being used by a hidden Image resource"}, error.reference.number)


def render_error(request: Request, error: CatalogError | HttpError) -> Response:
    """Render an `error` object, except for the two errors that have other shapes."""
    status = STATUS.get(type(error), error.status) if isinstance(error, HttpError) else nearest(STATUS, error)
    match error:
        case PathUnknown() | MethodNotAllowed():
            return Response({"status": 404, "error": "Not Found"}, status)
        case MalformedBody():
            return Response({"status": status, "error": str(error)}, status)
    return Response({"error": _error(request, error)}, status, headers(error, status))


def _error(request: Request, error: CatalogError | HttpError) -> dict[str, Any]:
    match error:
        case Unprocessable():
            return _attributes(error.errors, error.number)
        case catalog.Invalid() if not isinstance(error, catalog.ScanTooLarge):
            return _attributes({SHOWN.get(error.field, error.field): [error.reason]})
        case catalog.PolicyMissing():
            return _denied([permission(request)])
        case BadSearch():
            return {"message": str(error), "class": "ScopedSearch::QueryNotSupported"}
        case catalog.NotFound():
            return {"message": f"Resource image not found by id '{_image_id(request)}'"}
    return {"message": str(error)}


def _attributes(errors: Mapping[str, Sequence[str]], number: int | None = None) -> dict[str, Any]:
    return {
        "id": number,
        "errors": {field: [*texts] for field, texts in errors.items()},
        "full_messages": [f"{_human(field)} {text}".strip() for field, texts in errors.items() for text in texts],
    }


def _human(field: str) -> str:
    """The label of an attribute: `compute_resource_id` is `Compute resource`; that of `base` is empty."""
    return "" if field == "base" else field.removesuffix("_id").replace("_", " ").capitalize()


def _denied(permissions: Sequence[str]) -> dict[str, Any]:
    return {
        "message": "Access denied",
        "details": f"Missing one of the required permissions: {', '.join(permissions)}",
        "missing_permissions": list(permissions),
    }


def permission(request: Request) -> str:
    """The original's name of the permission that a request needs (wire §9)."""
    _, _, parents, *rest = request.path.split("/")
    return f"{VERBS.get(request.method, 'view')}_{'images' if 'images' in rest[1:2] else parents}"


def _image_id(request: Request) -> str:
    """The id of the image in the path, as sent; empty if the path has none."""
    found = re.search("/images/([^/]+)$", request.path)
    return unquote(found[1]) if found else ""
