"""A dialect that says what it heard, so that the gateway can be tested with none of the real ones."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.catalog.errors import CatalogError, ImageNotFound
from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.query import ImageQuery
from chalicelib.catalog.service import Catalog
from chalicelib.http import auth
from chalicelib.http.dialect import Dialect, Route, refusing
from chalicelib.http.errors import BadMessage, HttpError, MethodNotAllowed, Unauthorized, nearest
from chalicelib.http.gateway import Gateway
from chalicelib.http.message import Request, Response
from tests.api import Api

WITHHELD = "the combination is 1-2-3"


def echo(catalog: Catalog, request: Request, **variables: str) -> Response:
    """Respond with a JSON document of everything that has arrived."""
    heard: dict[str, Any] = {
        "method": request.method,
        "path": request.path,
        "headers": dict(request.headers),
        "query": {name: list(values) for name, values in request.query.items()},
        "body": request.body.decode("latin-1"),
        "base_url": request.base_url,
        "request_id": request.request_id,
        "options": request.options,
        "variables": variables,
        "user": catalog.principal.user,
        "tenant": catalog.principal.tenant,
    }
    return Response(heard)


def count_images(catalog: Catalog, request: Request) -> Response:
    return Response({"tenant": catalog.principal.tenant, "images": len(list(catalog.images(ImageQuery())))})


def fail(_catalog: Catalog, _request: Request) -> Response:
    raise RuntimeError(WITHHELD)


def miss(_catalog: Catalog, _request: Request, name: str) -> Response:
    raise ImageNotFound(name)


def authenticate(request: Request, identities: Identities) -> Principal:
    principal = identities.authenticate(auth.token_header(request) or "")
    if principal is None:
        raise Unauthorized("Echo", "who is there?")
    return principal


def render_error(_request: Request, error: CatalogError | HttpError) -> Response:
    status = error.status if isinstance(error, HttpError) else nearest({ImageNotFound: 404}, error)
    allowed = {"Allow": ", ".join(error.allowed)} if isinstance(error, MethodNotAllowed) else {}
    return Response({"problem": str(error)}, status, allowed)


def read_options(settings: Mapping[str, str]) -> object:
    return dict(settings)


def echoing(response: Callable[[], Response] | None = None, **stated: Any) -> Dialect:
    """The dialect; `response` is what `/echo/response` answers, `stated` replaces what it states."""
    answered = response or Response

    def respond(_catalog: Catalog, _request: Request) -> Response:
        return answered()

    usual: dict[str, Any] = {
        "name": "echo",
        "roots": ("/echo",),
        "routes": (
            Route("GET", "/echo/response", respond, open=True),
            Route("HEAD", "/echo/response", respond, open=True),
            Route("GET", "/echo/broken", fail, open=True),
            Route("GET", "/echo/images", count_images),
            Route("GET", "/echo/me", echo),
            Route("GET", "/echo/missing/{name}", miss, open=True),
            Route("GET", "/echo/refused", refusing(BadMessage("field", "that makes no sense")), open=True),
            *(Route(method, "/echo/{name}", echo, open=True) for method in ("GET", "POST", "PUT", "PATCH")),
            Route("GET", "/echo/{name}/of/{owner}", echo, open=True),
        ),
        "authenticate": authenticate,
        "render_error": render_error,
        "example": "{url}/echo/me",
        "read_options": read_options,
    }
    return Dialect(**{**usual, **stated})


def gateway(
    api: Api, *dialects: Dialect, public_endpoint: str | None = None, max_response_bytes: int = 10**6, **settings: str
) -> Gateway:
    """An application over the world of `api` that has these dialects instead of the real ones."""
    world, chosen = api.world, dialects or (echoing(),)
    options = {dialect.name: dialect.read_options(settings) for dialect in chosen}
    return Gateway(chosen, world.identities, world.catalog, options, public_endpoint, max_response_bytes, world.meter)
