"""Pages for people, served to everybody beside the dialects: the OpenAPI document, Swagger UI, and the console."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from chalicelib.catalog.errors import CatalogError, Forbidden, NotFound, Unavailable
from chalicelib.http import assets, console, views
from chalicelib.http.dialect import Dialect, Route
from chalicelib.http.errors import HttpError, headers, nearest
from chalicelib.http.message import Request, Response

DOCUMENT, PAGE = "/openapi.json", "/docs"
FOLDER = "docs"
GUARD = assets.policy(script_src="'self'", style_src="'self'", img_src="data:", connect_src="'self'")
"""Swagger UI has icons in its style sheet (`data:`), and sanitizes markup itself, without Trusted Types."""
STATUS: Mapping[type[Exception], int] = {NotFound: 404, Forbidden: 403, Unavailable: 503}
CACHED = {"Cache-Control": "private, max-age=300"}


def documentation(dialects: Sequence[Dialect], store: Callable[[], str | None] = lambda: None) -> Dialect:
    """A dialect, without a description of its own, that serves `/openapi.json`, `/docs` and `/console`.

    `store` returns the origin of the byte store, to which the console may upload.
    """

    @cache
    def description() -> dict[str, Any]:
        from chalicelib.http.openapi_document import document  # noqa: PLC0415  # most processes never need it
        from chalicelib.http.openapi_published import published  # noqa: PLC0415  # as above

        return published(document(dialects))

    def show_document(_catalog: object, request: Request) -> Response:
        return Response({**description(), "servers": [{"url": request.base_url}]}, headers=CACHED)

    def show_page(_catalog: object, request: Request) -> Response:
        return assets.page_of(FOLDER, PAGE, request, GUARD)

    return Dialect(
        name="documentation",
        roots=(DOCUMENT, PAGE, console.PAGE),
        routes=(
            *(
                Route(method, path, handler, open=True)
                for path, handler in ((DOCUMENT, show_document), (PAGE, show_page))
                for method in ("GET", "HEAD")
            ),
            *assets.file_routes(FOLDER, PAGE, GUARD),
            *console.routes(store),
            Route("GET", views.CALLER, views.show_caller),
            Route("GET", f"{views.PATH}/{{image_id}}", views.showing(dialects)),
        ),
        authenticate=views.authenticate,
        render_error=render_error,
        example="{url}/openapi.json",
    )


def render_error(_request: Request, error: CatalogError | HttpError) -> Response:
    """`{"message": …}`, with the status of the error."""
    status = error.status if isinstance(error, HttpError) else nearest(STATUS, error)
    return Response({"message": str(error)}, status, headers(error, status))
