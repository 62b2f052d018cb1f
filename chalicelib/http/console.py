"""The console, a page for people: files that a browser loads, which ask the dialects for everything else.

The files are in `chalicelib/console`, read when the first of them is asked for. All but the page itself have the digest
of all of them in their address, so a browser keeps them for good, and gets those of a release together.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

from chalicelib.http.dialect import Handler, Route
from chalicelib.http.errors import PathUnknown
from chalicelib.http.message import Request, Response

PAGE = "/console"
INDEX = "index.html"
TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
WORKER = "rosetta-worker"
"""The only policy of Trusted Types: it names the script of the worker thread, whatever it is asked for."""


def policy(store: str | None = None) -> str:
    """Nothing of other hosts, no code but that of the files, no markup made of texts, and no frame around it.

    But bytes may go to the origin of the store, if one is named.
    """
    sources = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'" if store is None else f"'self' {store}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": WORKER,
    }
    return "; ".join(f"{directive} {source}" for directive, source in sources.items())


GUARDED = {
    "Content-Security-Policy": policy(),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
ASKED_AGAIN = {"Cache-Control": "no-cache"}


class Files(NamedTuple):
    """What the console consists of: contents by their path below its folder, and a digest of all of them."""

    contents: dict[str, bytes]
    digest: str


@cache
def files() -> Files:
    """The files as they were when the first was asked for."""
    import hashlib  # noqa: PLC0415  # most processes do without
    from pathlib import Path  # noqa: PLC0415  # as above

    folder = Path(__file__).parent.parent / "console"
    paths = sorted(path for path in folder.rglob("*") if path.suffix[1:] in TYPES)
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    digest = hashlib.sha256()
    for path, content in contents.items():
        digest.update(b"%s %d\n%s" % (path.encode(), len(content), content))
    return Files(contents, digest.hexdigest()[:16])


def showing_page(store: Callable[[], str | None]) -> Handler:
    """The handler for the page, which knows in which version its files are, and where bytes go.

    It names them as its neighbours, wherever it is mounted: so its own address must not end in a slash.
    """

    def show_page(_catalog: object, request: Request) -> Response:
        if request.slashed:
            return Response(status=308, headers={"Location": f"..{PAGE}", **ASKED_AGAIN})
        contents, digest = files()
        page = contents[INDEX].replace(b"{{release}}", digest.encode())
        return _sent(request, INDEX, page, {**ASKED_AGAIN, "Content-Security-Policy": policy(store())})

    return show_page


def show_file(_catalog: object, request: Request, release: str, file: str) -> Response:
    """A file of the console. Raises PathUnknown if it is not there, or of another release."""
    return _show(request, release, file)


def show_library(_catalog: object, request: Request, release: str, file: str) -> Response:
    """A file of the libraries that it loads. Raises PathUnknown."""
    return _show(request, release, f"vendor/{file}")


def _show(request: Request, release: str, path: str) -> Response:
    contents, digest = files()
    if release != digest or path not in contents or path == INDEX:
        raise PathUnknown
    return _sent(request, path, contents[path], FOR_GOOD)


def _sent(request: Request, path: str, content: bytes, caching: dict[str, str]) -> Response:
    """A file, compressed for those that can read that: whatever stands in front does not compress it."""
    sent = {**GUARDED, **caching, "Content-Type": TYPES[path.rpartition(".")[2]], "Vary": "Accept-Encoding"}
    if "gzip" not in (request.header("accept-encoding") or ""):
        return Response(content, headers=sent)
    return Response(_compressed(content), headers={**sent, "Content-Encoding": "gzip"})


@lru_cache(maxsize=64)
def _compressed(content: bytes) -> bytes:
    import gzip  # noqa: PLC0415  # most processes do without

    return gzip.compress(content, mtime=0)


def routes(store: Callable[[], str | None]) -> tuple[Route, ...]:
    """Of the page, which may send bytes to the origin of the store, and of its files."""
    return (
        Route("GET", PAGE, showing_page(store), open=True),
        Route("GET", f"{PAGE}/{{release}}/{{file}}", show_file, open=True),
        Route("GET", f"{PAGE}/{{release}}/vendor/{{file}}", show_library, open=True),
    )
