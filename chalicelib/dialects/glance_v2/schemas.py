"""The JSON schemas as documents; they are imported when they are asked for (wire §5.9)."""

from chalicelib.catalog.service import Catalog
from chalicelib.dialects.glance_v2.documents import bodiless
from chalicelib.http.dialect import Route
from chalicelib.http.errors import PathUnknown
from chalicelib.http.message import Request, Response


def show_schema(catalog: Catalog, _request: Request, name: str) -> Response:
    from chalicelib.dialects.glance_v2 import json_schemas  # noqa: PLC0415  # most processes do without

    if name not in json_schemas.DOCUMENTS:
        raise PathUnknown
    return Response(json_schemas.DOCUMENTS[name](catalog.limits))


ROUTES = (Route("GET", "/v2/schemas/{name}", bodiless(show_schema), heads=False),)
