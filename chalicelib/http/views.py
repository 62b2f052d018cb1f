"""What the console asks besides: who is signed in, and how each dialect is asked for one image, to compare them."""

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
    """The handler that tells of an image by which request each dialect shows it, null for none, and its own status."""
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
    """Who asks, and by which token: the registry's own, or one of a service that is trusted."""
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
    """The holder of `X-Auth-Token` where somebody is asked for, anybody elsewhere. Raises Unauthorized."""
    if request.path != CALLER and not request.path.startswith(f"{PATH}/"):
        return ANONYMOUS
    return token_principal(request, identities, anonymous=False, by_user=False, scheme="Rosetta")
