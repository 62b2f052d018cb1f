"""Reading a web server's responses to requests for a file, or for the rest of one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chalicelib.catalog.errors import SourceNotFound, SourceRefused, StoreUnavailable
from chalicelib.catalog.outage import Outage
from chalicelib.catalog.outages import source_outage
from chalicelib.catalog.ports import Reading

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

PIECE = 1 << 20
RETRIABLE_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses after which a retry may succeed."""
NUMBER = "([0-9]{1,18})"
PART = f"bytes {NUMBER}-{NUMBER}/{NUMBER}"
END = rf"bytes \*/{NUMBER}"
CHANGED = "Invalid location: it was changed while it was being copied"


def reading(url: str, response: "BaseHTTPResponse", offset: int, version: str) -> Reading:
    """The bytes of a response, which was requested from an offset on; of this version if one is given.

    Raises SourceNotFound, SourceRefused, StoreUnavailable; the pieces raise StoreUnavailable if they end early.
    """
    if response.status in RETRIABLE_STATUSES:
        raise StoreUnavailable(f"Invalid location: its server answers {response.status}")
    if offset and response.status == 416:
        return _end(response, offset, version)
    if offset and response.status == 200:
        raise SourceRefused("Invalid location: the image is so large that its server has to support Range requests")
    check_status(url, response, 206 if offset else 200)
    found = version_of(response)
    if version and found != version:
        raise SourceRefused(CHANGED)
    size = _whole(response, offset) if offset else length(response)
    return Reading(size, found, _pieces(response, None if size is None else size - offset))


def _end(response: "BaseHTTPResponse", offset: int, version: str) -> Reading:
    """An empty reading, if the offset is the end of the file."""
    whole = re.fullmatch(END, response.headers.get("Content-Range", ""))
    found = version_of(response) or version
    if whole is None or int(whole[1]) != offset or (version and found != version):
        raise SourceRefused(CHANGED)
    return Reading(offset, found, iter(()))


def version_of(response: "BaseHTTPResponse") -> str:
    """A strong ETag, or the date of the last change; empty if the server sends neither."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def _whole(response: "BaseHTTPResponse", offset: int) -> int:
    """The size of the file. Without one, a part that ends early could not be detected, so it is refused."""
    part = re.fullmatch(PART, response.headers.get("Content-Range", ""))
    if part is None or not offset == int(part[1]) <= int(part[2]) < int(part[3]):
        raise SourceRefused("Invalid location: its server sent a different range than was requested")
    return int(part[3])


def _pieces(response: "BaseHTTPResponse", expected: int | None) -> Iterator[bytes]:
    came = 0
    while piece := _piece(response):
        came += len(piece)
        if expected is not None and came > expected:
            raise StoreUnavailable("Invalid location: its server sent more than its Content-Length")
        yield piece
    if expected is not None and came < expected:
        raise StoreUnavailable("Invalid location: its server sent less than its Content-Length")


def _piece(response: "BaseHTTPResponse") -> bytes:
    with answering():
        return response.read1(PIECE, decode_content=False)


@contextmanager
def answering() -> Iterator[None]:
    """Raise StoreUnavailable when a server disconnects or times out."""
    from urllib3.exceptions import HTTPError  # noqa: PLC0415  # slow, and imported for the request already
    from urllib3.exceptions import TimeoutError as TookTooLong  # noqa: PLC0415  # as above

    try:
        yield
    except HTTPError as error:
        raise source_outage(Outage.TIMED_OUT if isinstance(error, TookTooLong) else Outage.UNREACHABLE) from error


def length(response: "BaseHTTPResponse") -> int | None:
    """The Content-Length; None if there is none."""
    announced = response.headers.get("Content-Length", "")
    return int(announced) if re.fullmatch(NUMBER, announced) else None


def check_status(url: str, response: "BaseHTTPResponse", expected: int) -> None:
    """Raise SourceNotFound, or SourceRefused, for an unexpected status."""
    if response.status in (404, 410):
        raise SourceNotFound(url)
    if response.status != expected:
        raise SourceRefused(f"Invalid location: its server answers {response.status}")
