"""What is there for people, served beside the dialects to everybody: their description, its page, and the console."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from chalicelib.catalog.errors import CatalogError, Forbidden, NotFound, Unavailable
from chalicelib.http import console, views
from chalicelib.http.dialect import Dialect, Route
from chalicelib.http.errors import HttpError, headers, nearest
from chalicelib.http.message import Request, Response

DOCUMENT, PAGE = "/openapi.json", "/docs"
STATUS: Mapping[type[Exception], int] = {NotFound: 404, Forbidden: 403, Unavailable: 503}
CACHED = {"Cache-Control": "private, max-age=300"}


def documentation(dialects: Sequence[Dialect], store: Callable[[], str | None] = lambda: None) -> Dialect:
    """What serves `/openapi.json`, `/docs` and `/console`, as a dialect without a description of its own.

    `store` is the origin that takes the bytes of images: the console may send them there.
    """

    @cache
    def description() -> dict[str, Any]:
        from chalicelib.http.openapi_document import document  # noqa: PLC0415  # most processes are never asked for it
        from chalicelib.http.openapi_published import published  # noqa: PLC0415  # as above

        return published(document(dialects))

    def show_document(_catalog: object, request: Request) -> Response:
        return Response({**description(), "servers": [{"url": request.base_url}]}, headers=CACHED)

    def show_page(_catalog: object, _request: Request) -> Response:
        return _page()

    return Dialect(
        name="documentation",
        roots=(DOCUMENT, PAGE, console.PAGE),
        routes=(
            *(
                Route(method, path, handler, open=True)
                for path, handler in ((DOCUMENT, show_document), (PAGE, show_page))
                for method in ("GET", "HEAD")
            ),
            *console.routes(store),
            Route("GET", views.CALLER, views.show_caller),
            Route("GET", f"{views.PATH}/{{image_id}}", views.showing(dialects)),
        ),
        authenticate=views.authenticate,
        render_error=render_error,
        example="{url}/openapi.json",
    )


def render_error(_request: Request, error: CatalogError | HttpError) -> Response:
    """A message."""
    status = error.status if isinstance(error, HttpError) else nearest(STATUS, error)
    return Response({"message": str(error)}, status, headers(error, status))


@cache
def _page() -> Response:
    """The page, which may load the description and nothing else, and run no script and use no style but its own."""
    from pathlib import Path  # noqa: PLC0415  # most processes do without

    page = Path(__file__).with_name("docs.html").read_text("utf-8")
    sources = {
        "default-src": "'none'",
        "connect-src": "'self'",
        "script-src": _digest(page, "script"),
        "style-src": _digest(page, "style"),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "; ".join(f"{name} {source}" for name, source in sources.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return Response(page, headers={**headers, **CACHED})


def _digest(page: str, element: str) -> str:
    """By which a policy knows the only element of its name."""
    [content] = re.findall(f"<{element}>(.*?)</{element}>", page, re.DOTALL)
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode('ascii')}'"
