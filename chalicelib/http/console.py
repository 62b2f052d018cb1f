"""The console, a page for people, whose files are in `chalicelib/console`; it asks the dialects for everything else."""

from collections.abc import Callable, Mapping

from chalicelib.http import assets
from chalicelib.http.dialect import Route
from chalicelib.http.message import Request, Response

FOLDER, PAGE = "console", "/console"
WORKER = "rosetta-worker"
"""The only policy of Trusted Types: it names the script of the worker thread, whatever it is asked for."""


def files() -> assets.Files:
    """All that the console consists of."""
    return assets.files_of(FOLDER)


def guard(store: str | None = None) -> Mapping[str, str]:
    """No code but that of the files, and no markup made of texts; but bytes may go to the store, if one is named."""
    return assets.policy(
        script_src="'self'",
        style_src="'self'",
        img_src="'self'",
        connect_src="'self'" if store is None else f"'self' {store}",
        require_trusted_types_for="'script'",
        trusted_types=WORKER,
    )


def routes(store: Callable[[], str | None]) -> tuple[Route, ...]:
    """Of the page, which may send bytes to the origin of the store, and of its files."""

    def show_page(_catalog: object, request: Request) -> Response:
        return assets.page_of(FOLDER, PAGE, request, guard(store()))

    return Route("GET", PAGE, show_page, open=True), *assets.file_routes(FOLDER, PAGE, guard())
