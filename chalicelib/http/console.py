"""The console, a web page whose files are in `chalicelib/console`; it gets its data from the dialects."""

from collections.abc import Callable, Mapping

from chalicelib.http import assets
from chalicelib.http.dialect import Route
from chalicelib.http.message import Request, Response

FOLDER, PAGE = "console", "/console"
WORKER = "rosetta-worker"
"""The only policy of Trusted Types, for the script of the worker thread."""


def files() -> assets.Files:
    """The files of the console."""
    return assets.files_of(FOLDER)


def guard(store: str | None = None) -> Mapping[str, str]:
    """A policy that allows only the code of these files, and no markup made of texts; bytes may go to the store."""
    return assets.policy(
        script_src="'self'",
        style_src="'self'",
        img_src="'self'",
        connect_src="'self'" if store is None else f"'self' {store}",
        require_trusted_types_for="'script'",
        trusted_types=WORKER,
    )


def routes(store: Callable[[], str | None]) -> tuple[Route, ...]:
    """The routes of the page and its files; `store` returns the origin to which it may upload bytes."""

    def show_page(_catalog: object, request: Request) -> Response:
        return assets.page_of(FOLDER, PAGE, request, guard(store()))

    return Route("GET", PAGE, show_page, open=True), *assets.file_routes(FOLDER, PAGE, guard())
