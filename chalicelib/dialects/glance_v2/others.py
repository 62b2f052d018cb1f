"""Resources that are not supported, and their responses (wire §8)."""

from typing import Any

from chalicelib.catalog.service import Catalog
from chalicelib.dialects.glance_v2.documents import bodiless
from chalicelib.http.dialect import Handler, Route, refusing
from chalicelib.http.errors import HttpError, Refused
from chalicelib.http.message import Request, Response

TASKS = "/v2/tasks"
LOCATIONS = "/v2/images/{image_id}/locations"


class StoresUnknown(HttpError):
    """There is only one store, without a name."""

    status = 404

    def __init__(self) -> None:
        super().__init__("Multi backend is not supported at this site.")


def _telling(document: dict[str, Any]) -> Handler:
    """A handler that always returns this document."""

    def tell(_catalog: Catalog, _request: Request) -> Response:
        return Response(document)

    return bodiless(tell)


def list_tasks(catalog: Catalog, _request: Request) -> Response:
    if not catalog.principal.is_admin:
        raise Refused("You are not authorized to complete get_tasks action.")
    return Response({"tasks": [], "first": TASKS, "schema": "/v2/schemas/tasks"})


NAMESPACES: dict[str, Any] = {
    "namespaces": [],
    "first": "/v2/metadefs/namespaces",
    "schema": "/v2/schemas/metadefs/namespaces",
}
INVISIBLE = refusing(Refused("The locations of an image are invisible."))
UNWRITABLE = refusing(Refused("Definitions of metadata cannot be written here."))
ROUTES = (
    Route("GET", "/v2/info/stores", refusing(StoresUnknown()), heads=False),
    Route("GET", "/v2/info/stores/detail", refusing(StoresUnknown()), heads=False),
    Route("GET", "/v2/info/usage", _telling({"usage": {}}), heads=False),
    Route("GET", TASKS, bodiless(list_tasks), heads=False),
    Route("POST", TASKS, refusing(Refused("Tasks cannot be created here."))),
    Route("GET", LOCATIONS, INVISIBLE, heads=False),
    Route("POST", LOCATIONS, INVISIBLE),
    Route("GET", "/v2/metadefs/namespaces", _telling(NAMESPACES), heads=False),
    Route("POST", "/v2/metadefs/namespaces", UNWRITABLE),
    Route("GET", "/v2/metadefs/resource_types", _telling({"resource_types": []}), heads=False),
    Route("POST", "/v2/metadefs/resource_types", UNWRITABLE),
)
