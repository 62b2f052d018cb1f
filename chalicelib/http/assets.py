"""Files that browsers load: read when the first of them is asked for, and kept by browsers as long as they are these.

The page of a folder is `index.html`. All other files have the digest of all of them in their address, so a browser
keeps them for good, and gets those of a release together.
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
GUARDED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
ASKED_AGAIN = {"Cache-Control": "no-cache"}


class Files(NamedTuple):
    """The files of a folder: contents by their path below it, and a digest of all of them."""

    contents: dict[str, bytes]
    digest: str


@cache
def files_of(folder: str) -> Files:
    """The files of a folder of `chalicelib` as they were when the first was asked for."""
    import hashlib  # noqa: PLC0415  # most processes do without
    from pathlib import Path  # noqa: PLC0415  # as above

    place = Path(__file__).parent.parent / folder
    paths = sorted(path for path in place.rglob("*") if path.suffix[1:] in TYPES)
    contents = {path.relative_to(place).as_posix(): path.read_bytes() for path in paths}
    digest = hashlib.sha256()
    for path, content in contents.items():
        digest.update(b"%s %d\n%s" % (path.encode(), len(content), content))
    return Files(contents, digest.hexdigest()[:16])


def policy(**sources: str) -> Mapping[str, str]:
    """A Content-Security-Policy of these directives: nothing of other hosts, no frame around it, and no form leaves it.

    `script_src="'self'"` is `script-src 'self'`; what is not named is not loaded.
    """
    named = {name.replace("_", "-"): source for name, source in sources.items()}
    none = dict.fromkeys(("base-uri", "form-action", "frame-ancestors"), "'none'")
    directives = {"default-src": "'none'", **named, **none}
    return {"Content-Security-Policy": "; ".join(f"{name} {source}" for name, source in directives.items())}


def page_of(folder: str, path: str, request: Request, guard: Mapping[str, str]) -> Response:
    """The page of a folder, which knows in which version its files are.

    It names them as its neighbours, wherever it is mounted: so its own address must not end in a slash.
    """
    if request.slashed:
        return Response(status=308, headers={"Location": f"..{path}", **ASKED_AGAIN})
    contents, digest = files_of(folder)
    return _sent(request, INDEX, contents[INDEX].replace(b"{{release}}", digest.encode()), {**guard, **ASKED_AGAIN})


def file_routes(folder: str, path: str, guard: Mapping[str, str]) -> tuple[Route, ...]:
    """Of the other files of a folder, and of the libraries in it."""

    def show_file(_catalog: object, request: Request, release: str, file: str) -> Response:
        contents, digest = files_of(folder)
        if release != digest or file not in contents or file == INDEX:
            raise PathUnknown
        return _sent(request, file, contents[file], {**guard, **FOR_GOOD})

    def show_library(catalog: object, request: Request, release: str, file: str) -> Response:
        return show_file(catalog, request, release, f"vendor/{file}")

    return (
        Route("GET", f"{path}/{{release}}/{{file}}", show_file, open=True),
        Route("GET", f"{path}/{{release}}/vendor/{{file}}", show_library, open=True),
    )


def _sent(request: Request, path: str, content: bytes, headers: Mapping[str, str]) -> Response:
    """A file, compressed for those that can read that: whatever stands in front does not compress it."""
    sent = {**GUARDED, **headers, "Content-Type": TYPES[path.rpartition(".")[2]], "Vary": "Accept-Encoding"}
    if "gzip" not in (request.header("accept-encoding") or ""):
        return Response(content, headers=sent)
    return Response(_compressed(content), headers={**sent, "Content-Encoding": "gzip"})


@lru_cache(maxsize=64)
def _compressed(content: bytes) -> bytes:
    import gzip  # noqa: PLC0415  # most processes do without

    return gzip.compress(content, mtime=0)
