"""HTTP to one server, over persistent connections. http.client parses the responses that are not as usual.

Failures raise botocore's exceptions, so that callers recognize outages whichever client they use.
"""

import os
import re
import select
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from ssl import SSLCertVerificationError, SSLContext, SSLEOFError, SSLSocket, SSLZeroReturnError
from ssl import SSLError as TlsError
from time import monotonic
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit
from weakref import finalize

from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)

from chalicelib.storage import trust
from chalicelib.storage.turns import Steps

if TYPE_CHECKING:
    from http.client import HTTPResponse
    from io import BufferedReader

KEPT = 10
"""The most idle connections that are kept, as in botocore."""
PORTS = {"http": 80, "https": 443}
USUAL_FIRST_LINE = re.compile(r"HTTP/1\.1 (?!204|304)[2-5][0-9]{2} [ -~]*")
USUAL_LINE = re.compile(r"[A-Za-z0-9-]+: [!-~](?:[ -~]*[!-~])?")
LENGTH = re.compile("0|[1-9][0-9]{0,9}")
UNUSUAL = frozenset({"transfer-encoding", "content-encoding", "trailer", "upgrade"})
KEEP = "keep-alive"
LEAST_SECONDS = 0.1
"""The least time to wait for a response, even if its timeout has passed while others were read."""


class Reply(NamedTuple):
    """A complete response; names of headers are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Gone(HTTPClientError):
    """An idle connection ended before any response: as a rule the server had closed it long before."""

    fmt = "An idle connection had been closed: {error}"


class Wire:
    """A thread-safe client of one server; each request has a connection to itself."""

    longest = 100 * 2**20
    """The most bytes of a response; DynamoDB's have a sixth of that, even if JSON escapes every character."""

    def __init__(self, url: str, connect_seconds: float, read_seconds: float) -> None:
        parts = urlsplit(url)
        self.url = url
        self.host = parts.netloc
        self._name, self._port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        self._is_secure = parts.scheme == "https"
        self._connect_seconds, self._read_seconds = connect_seconds, read_seconds
        self._idle: list[socket.socket] = []
        finalize(self, _close_all, self._idle)
        self._process = os.getpid()
        self._trusted: SSLContext | None = None

    def exchange(self, headers: Mapping[str, str], body: bytes) -> Steps[Reply]:
        """POST to `/`, and return the response; yields in between, so that other requests can be sent.

        Raises EndpointConnectionError, ConnectTimeoutError and SSLError if nothing was sent; ReadTimeoutError,
        ConnectionClosedError and Gone if the request may have been carried out; ValueError for invalid headers.
        """
        request = _request(headers, body)
        kept = self._kept()
        connection = kept or self._connected(self._narrowest())
        may_be_kept = False
        ended = Gone if kept else ConnectionClosedError
        try:
            with self._answering(ended):
                connection.sendall(request)
            sent = monotonic()
            yield
            connection.settimeout(max(sent + self._read_seconds - monotonic(), LEAST_SECONDS))
            reply, may_be_kept = self._answer(connection, ended)
        finally:
            if may_be_kept:
                self._keep(connection)
            else:
                connection.close()
        return reply

    def close(self) -> None:
        """Close idle connections; later requests reconnect."""
        _close_all(self._idle)

    def _keep(self, connection: socket.socket) -> None:
        """Keep a connection for later requests; of too many, close the one that has been idle longest."""
        self._idle.append(connection)
        if len(self._idle) > KEPT:
            with suppress(IndexError):  # others have taken them meanwhile
                self._idle.pop(0).close()

    def _kept(self) -> socket.socket | None:
        """An idle connection that its server has not closed: data on an idle connection means that it is closing."""
        if self._process != os.getpid():  # after a fork the connections belong to the parent
            self.close()
            self._process = os.getpid()
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if _is_quiet(connection):
                connection.settimeout(self._read_seconds)
                return connection
            connection.close()

    def _narrowest(self) -> SSLContext | None:
        if self._is_secure and self._trusted is None:
            self._trusted = trust.narrowest(self._name)
        return self._trusted

    def _connected(self, trusted: SSLContext | None) -> socket.socket:
        try:
            return self._opened(trusted)
        except SSLCertVerificationError as error:
            wider = trust.wider(trusted)
            if wider is None:
                raise SSLError(endpoint_url=self.url, error=error) from error
            self._trusted = wider
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=self.url, error=error) from error
        except TlsError as error:
            raise SSLError(endpoint_url=self.url, error=error) from error
        except (OSError, ValueError) as error:
            raise EndpointConnectionError(endpoint_url=self.url, error=error) from error
        return self._connected(wider)

    def _opened(self, trusted: SSLContext | None) -> socket.socket:
        name: Any = self._name.encode("ascii")  # a str would import the idna codec, which is slow
        with ExitStack() as failing:
            connection = socket.create_connection((name, self._port), self._connect_seconds)
            failing.enter_context(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if trusted is not None:
                connection = trusted.wrap_socket(connection, server_hostname=name)
            connection.settimeout(self._read_seconds)
            failing.pop_all()
        return connection

    def _answer(self, connection: socket.socket, ended: type[HTTPClientError]) -> tuple[Reply, bool]:
        """The response, and whether the connection may be used again."""
        with connection.makefile("rb") as stream:
            with self._answering(ended):
                head = _usual_head(stream) or _begun(stream)
            with self._answering(ConnectionClosedError):
                if isinstance(head, _Head):
                    return _body(stream, head, self.longest), True
                return _reply(head, self.longest), not head.will_close

    @contextmanager
    def _answering(self, ended: type[HTTPClientError]) -> Iterator[None]:
        """Raise ReadTimeoutError; `ended` if the connection ends, ConnectionClosedError if it is not HTTP."""
        try:
            yield
        except TimeoutError as error:
            raise ReadTimeoutError(endpoint_url=self.url, error=error) from error
        except (ConnectionError, SSLEOFError, SSLZeroReturnError) as error:
            raise ended(endpoint_url=self.url, error=error) from error
        except (OSError, ValueError) as error:
            raise ConnectionClosedError(endpoint_url=self.url, error=error) from error


def _close_all(connections: list[socket.socket]) -> None:
    with suppress(IndexError):  # others may take some meanwhile
        while True:
            connections.pop().close()


def _is_quiet(sock: socket.socket) -> bool:
    """Whether no data is waiting, in the socket or in the buffer of TLS."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return not poll.poll(0) and not (isinstance(sock, SSLSocket) and sock.pending())


def _request(headers: Mapping[str, str], body: bytes) -> bytes:
    """A POST to `/` in one piece, which saves a system call.

    Raises ValueError for line breaks or other characters than printable ASCII in a header.
    """
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if not all(line.isascii() and line.isprintable() for line in lines):
        raise ValueError("a header has characters other than printable ASCII")
    return "\r\n".join(("POST / HTTP/1.1", *lines, f"content-length: {len(body)}", "", "")).encode("ascii") + body


class _Head(NamedTuple):
    status: int
    headers: dict[str, str]
    size: int


def _usual_head(stream: "BufferedReader") -> _Head | None:
    """The head of a response in DynamoDB's usual form; None, without reading anything, for any other.

    http.client could parse all of them, but its parser, made for mails, takes a third of a call's CPU time, and is
    slow to import.
    """
    head, ended, _ = stream.peek().partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.partition(": ") for line in lines]
    headers = {name.lower(): value for name, _, value in pairs}
    length = headers.get("content-length", "")
    is_usual = (
        ended
        and USUAL_FIRST_LINE.fullmatch(first)
        and len(headers) == len(lines)
        and LENGTH.fullmatch(length)
        and UNUSUAL.isdisjoint(headers)
        and headers.get("connection", KEEP) == KEEP
        and all(USUAL_LINE.fullmatch(line) for line in lines)
    )
    return _Head(int(first[9:12]), headers, int(length)) if is_usual and stream.read(len(head) + 4) else None


def _body(stream: "BufferedReader", head: _Head, longest: int) -> Reply:
    """The response with a usual head. Raises ValueError if it is incomplete or too long."""
    if head.size > longest:
        raise ValueError("the response is too long")
    body = stream.read(head.size)
    if len(body) < head.size:
        raise ValueError("the response is incomplete")
    return Reply(head.status, head.headers, body)


def _begun(stream: "BufferedReader") -> "HTTPResponse":
    """A response whose head has been parsed, whatever its form. Raises ValueError if it is not HTTP."""
    from http.client import HTTPResponse  # noqa: PLC0415  # most processes do not need it

    connection: Any = SimpleNamespace(makefile=lambda _mode: stream)
    response = HTTPResponse(connection, method="POST")
    with _understood():
        response.begin()
    return response


@contextmanager
def _understood() -> Iterator[None]:
    """Raise ValueError where http.client finds that something is not HTTP."""
    from http.client import HTTPException  # noqa: PLC0415  # as above

    try:
        yield
    except ConnectionError:  # some of them are both
        raise
    except HTTPException as error:
        raise ValueError(repr(error)) from error


def _reply(response: "HTTPResponse", longest: int) -> Reply:
    """A complete response. Raises ValueError if it is interim, incomplete, too long, or of unknown length."""
    if response.status < 200:
        raise ValueError("the response is interim")
    if not response.chunked and (response.length is None or response.length > longest):
        raise ValueError("the response is incomplete or too long")
    with _understood():
        body = response.read(longest) if response.chunked else response.read()
    if not response.isclosed():
        raise ValueError("the response is too long")
    return Reply(response.status, response.headers, body)  # type: ignore[arg-type]  # a message is a mapping
