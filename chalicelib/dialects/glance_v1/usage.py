"""The usage and quotas of a tenant: an extension of the original."""

from typing import Any

from chalicelib.catalog.service import Catalog
from chalicelib.catalog.usage import Usage
from chalicelib.dialects.glance_v1.options import enforce
from chalicelib.http.dialect import Route
from chalicelib.http.message import Request, Response


def show_usage(catalog: Catalog, request: Request) -> Response:
    enforce(catalog.principal, request, "get_images")
    return Response({"usage": render_usage(catalog.usage.of(request.parameter("tenant")))})


def render_usage(usage: Usage) -> dict[str, Any]:
    """Render usage and quotas; null means no limit."""
    return {
        "tenant": usage.tenant,
        "bytes": usage.size,
        "bytes_allowed": usage.size_allowed,
        "images": usage.images,
        "public_images": usage.public,
        "shared_images": usage.shared,
        "shared_images_allowed": usage.shared_allowed,
    }


ROUTES = (Route("GET", "/v1/usage", show_usage),)
