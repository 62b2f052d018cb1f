"""The table of operations, authentication, and the handling of versions and headers (wire §1, §9, §10)."""

import time
from functools import cache
from typing import Any

from chalicelib.catalog.image import Image
from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.reference import Kind
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.foreman import description, parents, schema
from chalicelib.dialects.foreman.image_handlers import add_image, delete_image, list_images, show_image, update_image
from chalicelib.dialects.foreman.operations import (
    ID,
    LIST,
    PARENT_ID,
    PARENT_IDS,
    Operation,
    image_parameter,
    parent_parameter,
)
from chalicelib.dialects.foreman.parent_handlers import (
    add_parent,
    delete_parent,
    list_parents,
    show_parent,
    update_parent,
)
from chalicelib.http import auth
from chalicelib.http.dialect import Sight
from chalicelib.http.errors import Refused, Unauthorized
from chalicelib.http.message import Request, Response

VERSION = "3.1.0"
"""The version that clients see; it must look like a release of the original."""


def authenticate(request: Request, identities: Identities) -> Principal:
    """Authenticate by Basic credentials."""
    principal = auth.basic_principal(request, identities)
    if principal is None:
        raise Unauthorized('Basic realm="Foreman"', f"Unable to authenticate user {auth.user_shown(request)}")
    if principal.tenant is None:
        raise Refused("Access denied")
    return principal


def negotiate(request: Request) -> Request:
    """Remove version and format from the path: there is only one of each."""
    path = request.path
    if path == "/api/v2" or path.startswith("/api/v2/"):
        path = f"/api{path.removeprefix('/api/v2')}"
    if path.startswith("/api/"):
        path = path.removesuffix(".json")
    return request._replace(path=path)


def finish(_request: Request, response: Response) -> Response:
    """Add the headers that clients read: the versions, and the description's checksum."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Foreman_api_version": "2",
        "Foreman_version": VERSION,
        "Apipie-Checksum": _checksum(),
    }
    return response._replace(headers={**headers, **response.headers})


def show_status(_catalog: Catalog, _request: Request) -> Response:
    return Response({"result": "ok", "status": 200, "version": VERSION, "api_version": 2})


def ping(catalog: Catalog, _request: Request) -> Response:
    return Response({"results": {"foreman": _pinged(catalog)}})


def show_statuses(catalog: Catalog, _request: Request) -> Response:
    parts: dict[str, Any] = {name: [] for name in ("plugins", "smart_proxies", "compute_resources")}
    own = {"version": VERSION, "api": {"version": "v2"}, **parts}
    return Response({"results": {"foreman": {**own, **_pinged(catalog)}}})


def _pinged(catalog: Catalog) -> dict[str, Any]:
    """Ping the tables, and render the duration. Raises Unavailable if they do not answer."""
    started = time.perf_counter()
    catalog.ping()
    return {"database": {"active": True, "duration_ms": str(round((time.perf_counter() - started) * 1000))}}


def show_description(_catalog: Catalog, _request: Request) -> Response:
    return Response(_description())


def show_checksum(_catalog: Catalog, _request: Request) -> Response:
    return Response({"checksum": _checksum()})


def _operations_on_parents(kind: Kind) -> list[Operation]:
    name, what = parents.plural(kind), kind.replace("_", " ")
    collection = f"/api/{name}"
    one = f"{collection}/{{parent_id}}"
    new, changed = parent_parameter(kind, required=True), parent_parameter(kind, required=False)
    return [
        Operation(name, "index", "GET", collection, list_parents, f"List all: {what}", LIST),
        Operation(name, "show", "GET", one, show_parent, f"Show: {what}", (ID,)),
        Operation(name, "create", "POST", collection, add_parent, f"Create: {what}", (new,)),
        Operation(name, "update", "PUT", one, update_parent, f"Update: {what}", (ID, changed)),
        Operation(name, "update", "PATCH", one, update_parent, f"Update: {what}", described=False),
        Operation(name, "destroy", "DELETE", one, delete_parent, f"Delete: {what}", (ID,)),
    ]


def _operations_on_images(kind: Kind) -> list[Operation]:
    """The operations on images below a kind of parents; writes are described for compute resources only."""
    images, what = f"/api/{parents.plural(kind)}/{{parent_id}}/images", kind.replace("_", " ")
    image, told = f"{images}/{{image_id}}", kind is Kind.COMPUTE_RESOURCE
    new, changed = (PARENT_ID, image_parameter(required=True)), (PARENT_ID, ID, image_parameter(required=False))
    return [
        Operation("images", "index", "GET", images, list_images, f"List below: {what}", (*PARENT_IDS, *LIST)),
        Operation("images", "show", "GET", image, show_image, f"Show below: {what}", (ID, *PARENT_IDS)),
        Operation("images", "create", "POST", images, add_image, "Create", new, told),
        Operation("images", "update", "PUT", image, update_image, "Update", changed, told),
        Operation("images", "update", "PATCH", image, update_image, "Update", described=False),
        Operation("images", "destroy", "DELETE", image, delete_image, "Delete", (PARENT_ID, ID), told),
    ]


OPERATIONS = (
    Operation("home", "status", "GET", "/api/status", show_status, "Server status"),
    Operation("ping", "ping", "GET", "/api/ping", ping, "Whether the server answers", open=True),
    Operation("ping", "statuses", "GET", "/api/statuses", show_statuses, "What the server consists of"),
    *(operation for kind in Kind for operation in _operations_on_parents(kind)),
    *(operation for kind in Kind for operation in _operations_on_images(kind)),
    Operation("apidoc", "show", "GET", "/apidoc/v2.json", show_description, "", described=False, open=True),
    Operation("apidoc", "checksum", "GET", "/apidoc/apipie_checksum", show_checksum, "", described=False, open=True),
)
ROUTES = tuple(operation.route for operation in OPERATIONS)


@cache
def _description() -> dict[str, Any]:
    searched = {"images": schema.FIELDS, **{parents.plural(kind): parents.FIELDS[kind] for kind in Kind}}
    return description.describe(OPERATIONS, searched)


@cache
def _checksum() -> str:
    return description.checksum(_description())


def sight(catalog: Catalog, image: Image) -> Sight | None:
    """Where the dialect shows an image: below a parent of the caller's tenant; None if it has none."""
    for kind in Kind:
        for parent in catalog.references.of(kind):
            if parent.is_of(image):
                return Sight(f"/api/{parents.plural(kind)}/{parent.number}/images/{image.number}", "basic")
    return None
