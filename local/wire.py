"""Parse HTTP/1.1 requests strictly, and serialise responses of the Lambda handler.

Malformed requests raise `Refused`; a client that disconnects in the middle raises ConnectionError.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from http.client import responses
from io import BufferedIOBase
from typing import Any

Headers = list[tuple[str, str]]

LONGEST_LINE = 65536
MAX_HEADERS = 256
MAX_HEADER_BYTES = 65536
MAX_DRAINED = 4 << 30
PIECE = 1 << 16
"""Bytes that are read at a time."""

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})

_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^\s]+) HTTP/(\d)\.(\d)")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?")
_ORIGIN = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_FORBIDDEN_IN_HEADERS = re.compile(r"[\r\n\0]")


class Refused(Exception):
    """The request is malformed, and the rest of the connection cannot be parsed."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """The request line and headers. `length` is None for a chunked body."""

    method: str
    target: str
    headers: Headers
    length: int | None
    keep_alive: bool
    expects_continue: bool


def read_head(stream: BufferedIOBase) -> Head | None:
    """Read the head of the next request; None if the client has closed the connection. Raises Refused."""
    line = _line(stream, HTTPStatus.REQUEST_URI_TOO_LONG)
    if line == b"":
        line = _line(stream, HTTPStatus.REQUEST_URI_TOO_LONG)  # some clients send a blank line after a body
    if not line:
        return None
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "Malformed request line")
    method, target, major, minor = found.groups()
    if major != b"1":
        raise Refused(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "Only HTTP/1.1 is spoken here")
    return _head(method.decode(), _origin_form(target), list(_headers(stream)), modern=minor != b"0")


def _line(stream: BufferedIOBase, too_long: HTTPStatus) -> bytes | None:
    """Read a line without its end; None at the end of the stream. Raises ConnectionError inside a line."""
    line = stream.readline(LONGEST_LINE + 1)
    if not line:
        return None
    if len(line) > LONGEST_LINE:
        raise Refused(too_long, "Line too long")
    if not line.endswith(b"\n"):
        raise ConnectionAbortedError("the client disconnected inside a line")
    return line.removesuffix(b"\n").removesuffix(b"\r")


def _headers(stream: BufferedIOBase) -> Iterator[tuple[str, str]]:
    """Read header fields, or trailers, up to the blank line."""
    size = 0
    for count in range(MAX_HEADERS + 1):
        line = _line(stream, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if line is None:
            raise ConnectionAbortedError("the client disconnected inside the headers")
        if not line:
            return
        size += len(line)
        if count == MAX_HEADERS or size > MAX_HEADER_BYTES:
            break
        found = _HEADER.fullmatch(line)
        if found is None:
            raise Refused(HTTPStatus.BAD_REQUEST, "Malformed header")
        yield found[1].decode(), _text(found[2])
    raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "Too many headers, or too long ones")


def _text(value: bytes) -> str:
    """Decode a header: as UTF-8 if it is valid, otherwise as Latin-1."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _origin_form(raw: bytes) -> str:
    """`path?query`, with non-ASCII bytes percent-encoded as browsers do."""
    target = "".join(chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in raw)
    target = _ORIGIN.sub("", target, count=1) if not target.startswith("/") else target
    if target.startswith("?") or not target:
        target = f"/{target}"
    if not target.startswith("/"):
        raise Refused(HTTPStatus.BAD_REQUEST, "Malformed request target")
    return target


def _head(method: str, target: str, headers: Headers, *, modern: bool) -> Head:
    if modern and len(_values(headers, "host")) != 1:
        raise Refused(HTTPStatus.BAD_REQUEST, "Exactly one Host header is needed")
    options = [option.strip().lower() for value in _values(headers, "connection") for option in value.split(",")]
    expectations = [value.lower() for value in _values(headers, "expect")]
    if expectations not in ([], ["100-continue"]):
        raise Refused(HTTPStatus.EXPECTATION_FAILED, "Only 100-continue can be expected")
    return Head(
        method=method,
        target=target,
        headers=headers,
        length=_length(headers, modern=modern),
        keep_alive=modern and "close" not in options,
        expects_continue=modern and bool(expectations),
    )


def _length(headers: Headers, *, modern: bool) -> int | None:
    """The length of the body; None if it is chunked. Raises Refused for malformed or contradictory headers."""
    codings, lengths = _values(headers, "transfer-encoding"), _values(headers, "content-length")
    if not codings:
        if len(set(lengths)) > 1 or not all(re.fullmatch("[0-9]{1,18}", length) for length in lengths):
            raise Refused(HTTPStatus.BAD_REQUEST, "Malformed Content-Length")
        return int(lengths[0]) if lengths else 0
    if lengths or not modern:
        raise Refused(HTTPStatus.BAD_REQUEST, "Transfer-Encoding does not go with this request")
    if [coding.lower() for coding in codings] != ["chunked"]:
        raise Refused(HTTPStatus.NOT_IMPLEMENTED, "Only the chunked transfer coding is understood")
    return None


def _values(headers: Headers, name: str) -> list[str]:
    return [value for spelling, value in headers if spelling.lower() == name]


class Body:
    """A request's body, read in pieces as it arrives; `ended` says whether all of it was read.

    Reading raises Refused for malformed chunks, and ConnectionError if the client disconnects.
    """

    def __init__(self, stream: BufferedIOBase, length: int | None) -> None:
        self.ended = False
        self._pieces = self._read(stream, length)

    def _read(self, stream: BufferedIOBase, length: int | None) -> Iterator[bytes]:
        yield from _chunks(stream) if length is None else _counted(stream, length)
        self.ended = True

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def take(self, most: int) -> list[bytes]:
        """Yield pieces until they have at least this number of bytes."""
        taken, total = [], 0
        for piece in self:
            taken.append(piece)
            total += len(piece)
            if total >= most:
                break
        return taken

    def drain(self) -> None:
        """Discard the rest, so that the client reads the response. Raises Refused if it is too long."""
        total = 0
        for piece in self:
            total += len(piece)
            if total > MAX_DRAINED:
                raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large")


def _counted(stream: BufferedIOBase, length: int) -> Iterator[bytes]:
    while length:
        piece = stream.read(min(length, PIECE))
        if not piece:
            raise ConnectionAbortedError("the client disconnected inside the body")
        length -= len(piece)
        yield piece


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    while True:
        line = _line(stream, HTTPStatus.BAD_REQUEST)
        if line is None:
            raise ConnectionAbortedError("the client disconnected between chunks")
        found = _CHUNK.fullmatch(line)
        if found is None:
            raise Refused(HTTPStatus.BAD_REQUEST, "Malformed chunk")
        size = int(found[1], 16)
        if not size:
            break
        yield from _counted(stream, size)
        if _line(stream, HTTPStatus.BAD_REQUEST) != b"":
            raise Refused(HTTPStatus.BAD_REQUEST, "Malformed chunk")
    for _ in _headers(stream):
        """Read and ignore trailers."""


def write_answer(method: str, answer: Mapping[str, Any], *, keep_alive: bool) -> bytes:
    """Serialise what the handler returned. Raises ValueError if it is invalid."""
    status = int(answer["statusCode"])
    body = _body(answer)
    headers = _answer_headers(answer)
    silent = status in BODILESS
    stated = _values(headers, "content-length") or ["0"]
    length = stated[-1] if method == "HEAD" else str(len(body))
    sent = [(name, value) for name, value in headers if name.lower() not in _OURS]
    sent += [] if silent else [("Content-Length", length)]
    sent += [("Date", formatdate(usegmt=True)), ("Connection", "keep-alive" if keep_alive else "close")]
    return _head_bytes(status, sent) + (b"" if silent or method == "HEAD" else body)


_OURS = frozenset({"connection", "content-length", "date", "transfer-encoding"})
"""Headers that the server sets itself."""


def _body(answer: Mapping[str, Any]) -> bytes:
    body: str = answer.get("body") or ""
    return base64.b64decode(body, validate=True) if answer.get("isBase64Encoded") else body.encode()


def _answer_headers(answer: Mapping[str, Any]) -> Headers:
    """Merge both kinds of headers as API Gateway does: `multiValueHeaders` override single values."""
    single: Mapping[str, str] = answer.get("headers") or {}
    several: Mapping[str, Sequence[str]] = answer.get("multiValueHeaders") or {}
    overruled = {name.lower() for name in several}
    merged = [(name, value) for name, value in single.items() if name.lower() not in overruled]
    merged += [(name, value) for name, values in several.items() for value in values]
    return _with_one_content_type(merged)


def _with_one_content_type(headers: Headers) -> Headers:
    types = [header for header in headers if header[0].lower() == "content-type"]
    return [header for header in headers if header not in types[:-1]]


def _head_bytes(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} {responses.get(status, '')}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    if any(_FORBIDDEN_IN_HEADERS.search(line) for line in lines):
        raise ValueError("a header with a line break")
    return "\r\n".join([*lines, "", ""]).encode()
