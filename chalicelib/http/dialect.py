"""What a dialect has to define, and the routing of requests."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.image import Image
from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.service import Catalog
from chalicelib.http.errors import HttpError, MethodNotAllowed, PathUnknown
from chalicelib.http.message import Request, Response

if TYPE_CHECKING:
    from chalicelib.http.openapi import Description

Handler = Callable[..., Response]
"""`handler(catalog: Catalog, request: Request, **path_variables: str) -> Response`."""


class Route(NamedTuple):
    """An operation: `path` is a pattern such as `/v1/images/{image_id}`. If `open`, it needs no credentials.

    A GET route serves HEAD too, without a body, unless `heads` is False.
    """

    method: str
    path: str
    handler: Handler
    open: bool = False
    heads: bool = True


class Sight(NamedTuple):
    """A request by which a dialect shows one image: `target` is path and query, below the mount.

    `scheme` is how to send the secret: as `token` (`X-Auth-Token`), `bearer`, or `basic` with the user's name.
    """

    target: str
    scheme: str = "token"
    method: str = "GET"


def _no_options(_settings: Mapping[str, str]) -> None:
    return None


def _unclaimed(_request: Request) -> bool:
    return False


def _unchanged(request: Request) -> Request:
    return request


def _unfinished(_request: Request, response: Response) -> Response:
    return response


class Dialect(NamedTuple):
    """One HTTP dialect over the catalogue.

    It gets the requests below its `roots`, and those that it `claims`, whatever their path. `resolve` may change the
    path of a request before it is routed; `finish` may change every response. `read_options` turns its settings into
    `Request.options` when the application is built, and raises ValueError if one is invalid.

    `example` are the arguments of curl for a first request, with `{url}`, `{user}` and `{secret}`. `describe` returns
    the OpenAPI description, if it has one. `sight` returns the request that shows an image, None if it shows none.
    With `blank_ids`, a slash at the end of a path means that an id is missing.
    """

    name: str
    roots: tuple[str, ...]
    routes: tuple[Route, ...]
    authenticate: Callable[[Request, Identities], Principal]
    render_error: Callable[[Request, CatalogError | HttpError], Response]
    example: str
    read_options: "Callable[[Mapping[str, str]], NamedTuple | None]" = _no_options
    claims: Callable[[Request], bool] = _unclaimed
    resolve: Callable[[Request], Request] = _unchanged
    finish: Callable[[Request, Response], Response] = _unfinished
    describe: "Callable[[], Description] | None" = None
    sight: Callable[[Catalog, Image], Sight | None] | None = None
    blank_ids: bool = False


def described_in(module: str) -> "Callable[[], Description]":
    """A function that returns the `DESCRIPTION` of a module, imported on demand: most processes never need it."""

    def describe() -> "Description":
        description: Description = import_module(module).DESCRIPTION
        return description

    return describe


def owner(dialects: Sequence[Dialect], request: Request) -> Dialect:
    """The dialect of a request: the one that claims it, else the one with the longest root above its path."""
    for dialect in dialects:
        if dialect.claims(request):
            return dialect
    return max(dialects, key=lambda dialect: max(_depth(root, request.path) for root in dialect.roots))


def _depth(root: str, path: str) -> int:
    if root == "/":
        return 0
    return len(root) if path == root or path.startswith(f"{root}/") else -1


def match(routes: Iterable[Route], method: str, path: str, *, blank: bool = False) -> tuple[Route, Mapping[str, str]]:
    """The route of a request and its path variables, unquoted once; literal segments take precedence over variables.

    Unknown paths and methods get a route that refuses them. HEAD is routed as GET, unless it has a route of its own.
    A path with a `blank` end is routed without it, if that path has the method; otherwise it is unknown.
    """
    segments = path.split("/")
    fitting = [route for route in routes if _fits(_parts(route.path), segments)]
    if not fitting:
        return Route(method, "-", refusing(PathUnknown())), {}
    best = min((route.path for route in fitting), key=lambda pattern: pattern.count("{"))
    here = {route.method: route for route in fitting if route.path == best}
    route = here.get(method) or (here.get("GET") if method == "HEAD" else None)
    if route is None or (route.method != method and not route.heads):
        return Route(method, best, refusing(PathUnknown() if blank else MethodNotAllowed(list(here)))), {}
    return route, _variables(_parts(best), segments)


def refusing(error: HttpError) -> Handler:
    """A handler that always raises this error."""

    def refuse(_catalog: object, _request: Request, **_variables: str) -> Response:
        raise error

    return refuse


class _Part(NamedTuple):
    """A segment of a pattern; `variable` is its name, empty for a literal."""

    text: str
    variable: str


@cache
def _parts(pattern: str) -> Sequence[_Part]:
    found = pattern.split("/")
    return [_Part(text, text[1:-1] if text.startswith("{") else "") for text in found]


def _fits(parts: Sequence[_Part], segments: Sequence[str]) -> bool:
    if len(parts) != len(segments):
        return False
    for part, segment in zip(parts, segments, strict=True):
        if part.text != segment and not (part.variable and segment):
            return False
    return True


def _variables(parts: Sequence[_Part], segments: Sequence[str]) -> dict[str, str]:
    pairs = zip(parts, segments, strict=True)
    return {part.variable: unquote(segment) for part, segment in pairs if part.variable}
