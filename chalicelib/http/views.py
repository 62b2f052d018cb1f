"""Operations for the console only: the caller, and the request for one image in each dialect, to compare them."""

from collections.abc import Sequence

from chalicelib.catalog.errors import ImageNotFound
from chalicelib.catalog.image import is_uuid
from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import ANONYMOUS, Principal
from chalicelib.catalog.query import instant_text
from chalicelib.catalog.service import Catalog
from chalicelib.http.auth import token_principal
from chalicelib.http.dialect import Dialect, Handler
from chalicelib.http.message import Request, Response

PATH = "/console/views"
CALLER = "/console/caller"
UNCACHED = {"Cache-Control": "no-store"}


def showing(dialects: Sequence[Dialect]) -> Handler:
    """A handler that returns the request by which each dialect shows an image, null for none, and its status."""
    seers = {dialect.name: dialect.sight for dialect in dialects if dialect.sight is not None}

    def show_sights(catalog: Catalog, _request: Request, image_id: str) -> Response:
        if not is_uuid(image_id):
            raise ImageNotFound(image_id)
        image = catalog.image(image_id)
        found = {name: see(catalog, image) for name, see in seers.items()}
        told = {name: sight and sight._asdict() for name, sight in found.items()}
        return Response({"status": image.status.value, "views": told}, headers=UNCACHED)

    return show_sights


def show_caller(catalog: Catalog, _request: Request) -> Response:
    """The caller and the id of its token, which is the registry's own or a trusted service's."""
    caller = catalog.principal
    return Response(
        {
            "id": caller.token,
            "user": caller.user,
            "tenant": caller.tenant,
            "policies": sorted(caller.policies),
            "expires_at": caller.expires_at and instant_text(caller.expires_at),
        },
        headers=UNCACHED,
    )


def authenticate(request: Request, identities: Identities) -> Principal:
    """The holder of `X-Auth-Token` for these operations; anybody for all others. Raises Unauthorized."""
    if request.path != CALLER and not request.path.startswith(f"{PATH}/"):
        return ANONYMOUS
    return token_principal(request, identities, anonymous=False, by_user=False, scheme="Rosetta")
