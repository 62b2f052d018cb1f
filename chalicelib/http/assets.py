"""Static files for browsers, read on the first request for any of them.

The page of a folder is `index.html`. The URLs of all other files contain a digest of all of them, so browsers cache
them forever, and always load the files of one release together.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from chalicelib.http.dialect import Route
from chalicelib.http.errors import PathUnknown
from chalicelib.http.message import Request, Response

INDEX = "index.html"
TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
SECURITY_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
REVALIDATED = {"Cache-Control": "no-cache"}


class Files(NamedTuple):
    """The files of a folder: their contents by path, and a digest of all of them."""

    contents: dict[str, bytes]
    digest: str


@cache
def files_of(folder: str) -> Files:
    """The files of a folder of `chalicelib`, read once."""
    import hashlib  # noqa: PLC0415  # most processes do not need it
    from pathlib import Path  # noqa: PLC0415  # as above

    place = Path(__file__).parent.parent / folder
    paths = sorted(path for path in place.rglob("*") if path.suffix[1:] in TYPES)
    contents = {path.relative_to(place).as_posix(): path.read_bytes() for path in paths}
    digest = hashlib.sha256()
    for path, content in contents.items():
        digest.update(b"%s %d\n%s" % (path.encode(), len(content), content))
    return Files(contents, digest.hexdigest()[:16])


def policy(**sources: str) -> Mapping[str, str]:
    """A Content-Security-Policy with these directives, which forbids everything else, frames and forms included.

    `script_src="'self'"` makes `script-src 'self'`.
    """
    named = {name.replace("_", "-"): source for name, source in sources.items()}
    none = dict.fromkeys(("base-uri", "form-action", "frame-ancestors"), "'none'")
    directives = {"default-src": "'none'", **named, **none}
    return {"Content-Security-Policy": "; ".join(f"{name} {source}" for name, source in directives.items())}


def page_of(folder: str, path: str, request: Request, guard: Mapping[str, str]) -> Response:
    """The page of a folder, with the digest of its files.

    It links to them relatively, wherever it is mounted, so a URL that ends in a slash is redirected.
    """
    if request.slashed:
        return Response(status=308, headers={"Location": f"..{path}", **REVALIDATED})
    contents, digest = files_of(folder)
    return _sent(request, INDEX, contents[INDEX].replace(b"{{release}}", digest.encode()), {**guard, **REVALIDATED})


def file_routes(folder: str, path: str, guard: Mapping[str, str]) -> tuple[Route, ...]:
    """The routes of a folder's other files, and of the libraries in it."""

    def show_file(_catalog: object, request: Request, release: str, file: str) -> Response:
        contents, digest = files_of(folder)
        if release != digest or file not in contents or file == INDEX:
            raise PathUnknown
        return _sent(request, file, contents[file], {**guard, **IMMUTABLE})

    def show_library(catalog: object, request: Request, release: str, file: str) -> Response:
        return show_file(catalog, request, release, f"vendor/{file}")

    return (
        Route("GET", f"{path}/{{release}}/{{file}}", show_file, open=True),
        Route("GET", f"{path}/{{release}}/vendor/{{file}}", show_library, open=True),
    )


def _sent(request: Request, path: str, content: bytes, headers: Mapping[str, str]) -> Response:
    """A file, compressed if the client accepts that: API Gateway does not compress it."""
    sent = {**SECURITY_HEADERS, **headers, "Content-Type": TYPES[path.rpartition(".")[2]], "Vary": "Accept-Encoding"}
    if "gzip" not in (request.header("accept-encoding") or ""):
        return Response(content, headers=sent)
    return Response(_compressed(content), headers={**sent, "Content-Encoding": "gzip"})


@lru_cache(maxsize=64)
def _compressed(content: bytes) -> bytes:
    import gzip  # noqa: PLC0415  # most processes do not need it

    return gzip.compress(content, mtime=0)
