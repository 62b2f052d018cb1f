"""Deactivate and reactivate images (wire §5.8)."""

from collections.abc import Callable

from chalicelib.catalog.errors import WrongStatus
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.glance_v2.documents import bodiless
from chalicelib.dialects.glance_v2.rights import allowed_on
from chalicelib.http.dialect import Route
from chalicelib.http.errors import Refused
from chalicelib.http.message import Request, Response

ACTIONS = "/v2/images/{image_id}/actions"


def deactivate_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    return _act(catalog, request, image_id, "deactivate", catalog.deactivate)


def reactivate_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    return _act(catalog, request, image_id, "reactivate", catalog.reactivate)


def _act(catalog: Catalog, request: Request, image_id: str, name: str, act: Callable[[str], object]) -> Response:
    with allowed_on(catalog, request, image_id, name) as known_id:
        try:
            act(known_id)
        except WrongStatus as error:
            raise Refused(f"Not allowed to {name} image in status '{error.state}'") from error
    return Response(status=204)


ROUTES = (
    Route("POST", f"{ACTIONS}/deactivate", bodiless(deactivate_image)),
    Route("POST", f"{ACTIONS}/reactivate", bodiless(reactivate_image)),
)
