"""HTTP to one server, over connections that are kept; http.client reads the answers that are out of the usual.

Failures are botocore's exceptions, as callers tell outages by them whichever client they use.
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
"""How many connections are kept while nobody uses them, as many as botocore keeps."""
PORTS = {"http": 80, "https": 443}
USUAL_FIRST_LINE = re.compile(r"HTTP/1\.1 (?!204|304)[2-5][0-9]{2} [ -~]*")
USUAL_LINE = re.compile(r"[A-Za-z0-9-]+: [!-~](?:[ -~]*[!-~])?")
LENGTH = re.compile("0|[1-9][0-9]{0,9}")
UNUSUAL = frozenset({"transfer-encoding", "content-encoding", "trailer", "upgrade"})
KEEP = "keep-alive"
LEAST_SECONDS = 0.1
"""How long an answer is waited for though its time has passed while others were: it may just be on its way."""


class Reply(NamedTuple):
    """An answer that came to its end; its headers know their names in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Gone(HTTPClientError):
    """A kept connection ended before anything was answered: as a rule its server had closed it long before."""

    fmt = "A kept connection had ended: {error}"


class Wire:
    """Any number of threads may use one; each request has a connection to itself."""

    longest = 100 * 2**20
    """Bytes that an answer has at most; DynamoDB's have a sixth of that, even if JSON escapes every character."""

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
        """POST to `/`, and the answer to it; others may ask in between.

        Raises EndpointConnectionError, ConnectTimeoutError and SSLError, nothing having been sent; and
        ReadTimeoutError, ConnectionClosedError and Gone, after which something may have been done. Raises ValueError
        if headers cannot be sent.
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
        """Close what is kept; requests after that connect anew."""
        _close_all(self._idle)

    def _keep(self, connection: socket.socket) -> None:
        """Keep it for the next request, and rather than too many the one that has waited longest no more."""
        self._idle.append(connection)
        if len(self._idle) > KEPT:
            with suppress(IndexError):  # others have taken them meanwhile
                self._idle.pop(0).close()

    def _kept(self) -> socket.socket | None:
        """A connection that its server has not closed meanwhile: what comes on it unasked is its end."""
        if self._process != os.getpid():  # the connections are those of the process that forked
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
        name: Any = self._name.encode("ascii")  # as a text it would be taken for international, which is slow to import
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
        """What is answered, and whether the connection may be used again."""
        with connection.makefile("rb") as stream:
            with self._answering(ended):
                head = _usual_head(stream) or _begun(stream)
            with self._answering(ConnectionClosedError):
                if isinstance(head, _Head):
                    return _body(stream, head, self.longest), True
                return _reply(head, self.longest), not head.will_close

    @contextmanager
    def _answering(self, ended: type[HTTPClientError]) -> Iterator[None]:
        """Raises ReadTimeoutError; `ended` if the connection ends, ConnectionClosedError if it says what is no HTTP."""
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
    """Whether nothing has come on it, neither to this machine nor, as far as that is TLS, out of its encryption."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return not poll.poll(0) and not (isinstance(sock, SSLSocket) and sock.pending())


def _request(headers: Mapping[str, str], body: bytes) -> bytes:
    """A POST to `/` in one piece, as two would cost another system call.

    Raises ValueError if a header has what could end it, or what is encoded in more than one way.
    """
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if not all(line.isascii() and line.isprintable() for line in lines):
        raise ValueError("a header has other characters than those of printable ASCII")
    return "\r\n".join(("POST / HTTP/1.1", *lines, f"content-length: {len(body)}", "", "")).encode("ascii") + body


class _Head(NamedTuple):
    status: int
    headers: dict[str, str]
    size: int


def _usual_head(stream: "BufferedReader") -> _Head | None:
    """The head of an answer as DynamoDB's always are; None, nothing having been read, if it is another.

    http.client reads all answers, by a parser of mails, which takes a third of a call's CPU, and is slow to import.
    """
    head, ended, _ = stream.peek().partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.partition(": ") for line in lines]
    headers = {name.lower(): value for name, _, value in pairs}
    told = headers.get("content-length", "")
    is_usual = (
        ended
        and USUAL_FIRST_LINE.fullmatch(first)
        and len(headers) == len(lines)
        and LENGTH.fullmatch(told)
        and UNUSUAL.isdisjoint(headers)
        and headers.get("connection", KEEP) == KEEP
        and all(USUAL_LINE.fullmatch(line) for line in lines)
    )
    return _Head(int(first[9:12]), headers, int(told)) if is_usual and stream.read(len(head) + 4) else None


def _body(stream: "BufferedReader", head: _Head, longest: int) -> Reply:
    """What comes after a usual head. Raises ValueError if it is cut off, or too long."""
    if head.size > longest:
        raise ValueError("the answer is too long")
    body = stream.read(head.size)
    if len(body) < head.size:
        raise ValueError("the answer was cut off")
    return Reply(head.status, head.headers, body)


def _begun(stream: "BufferedReader") -> "HTTPResponse":
    """An answer whose head has been read, whatever it is like. Raises ValueError if it is none."""
    from http.client import HTTPResponse  # noqa: PLC0415  # most processes do without

    connection: Any = SimpleNamespace(makefile=lambda _mode: stream)
    response = HTTPResponse(connection, method="POST")
    with _understood():
        response.begin()
    return response


@contextmanager
def _understood() -> Iterator[None]:
    """Raises ValueError where http.client says that something is no HTTP."""
    from http.client import HTTPException  # noqa: PLC0415  # as above

    try:
        yield
    except ConnectionError:  # some of them are both
        raise
    except HTTPException as error:
        raise ValueError(repr(error)) from error


def _reply(response: "HTTPResponse", longest: int) -> Reply:
    """All of an answer. Raises ValueError if it is cut off or too long: one that does not say how long it is has
    lost that, and after one that is none yet another would come, which nobody has asked for.
    """
    if response.status < 200:
        raise ValueError("the answer is still to come")
    if not response.chunked and (response.length is None or response.length > longest):
        raise ValueError("the answer was cut off, or is too long")
    with _understood():
        body = response.read(longest) if response.chunked else response.read()
    if not response.isclosed():
        raise ValueError("the answer is too long")
    return Reply(response.status, response.headers, body)  # type: ignore[arg-type]  # a message is one
