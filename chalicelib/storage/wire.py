"""HTTP to one server, over connections that are kept: http.client, and what it leaves to whoever uses it.

Failures are botocore's exceptions, as callers tell outages by them whichever client they use.
"""

import select
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ssl import SSLCertVerificationError, SSLContext
from ssl import SSLError as TlsError
from typing import NamedTuple
from urllib.parse import urlsplit

from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)

from chalicelib.storage import trust


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

    def __init__(self, url: str, connect_seconds: float, read_seconds: float) -> None:
        parts = urlsplit(url)
        self.url = url
        self.host = parts.netloc
        self._name, self._port = parts.hostname or "", parts.port
        self._is_secure = parts.scheme == "https"
        self._connect_seconds, self._read_seconds = connect_seconds, read_seconds
        self._idle: list[HTTPConnection] = []
        self._trusted: SSLContext | None = None

    def exchange(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """POST to `/`, and the answer to it.

        Raises EndpointConnectionError, ConnectTimeoutError and SSLError, nothing having been sent; and
        ReadTimeoutError, ConnectionClosedError and Gone, after which something may have been done.
        """
        kept = self._kept()
        connection = kept or self._connected()
        reply = None
        try:
            with self._answering(Gone if kept else ConnectionClosedError):
                connection.sock.sendall(_request(headers, body))
                response = HTTPResponse(connection.sock, method="POST")
                response.begin()
            with self._answering(ConnectionClosedError):
                reply = _reply(response)
        finally:
            if reply is None or response.will_close:
                connection.close()
            else:
                self._idle.append(connection)
        return reply

    def close(self) -> None:
        """Close what is kept; requests after that connect anew."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self) -> HTTPConnection | None:
        """A connection that its server has not closed meanwhile: what comes on it unasked is its end."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread took it
                break
            poll = select.poll()
            poll.register(connection.sock, select.POLLIN)
            if not poll.poll(0):
                return connection
            connection.close()
        return None

    def _connected(self) -> HTTPConnection:
        connection = self._made()
        try:
            connection.connect()
        except SSLCertVerificationError as error:
            connection.close()
            wider = trust.wider(self._trusted)
            if wider is None:
                raise SSLError(endpoint_url=self.url, error=error) from error
            self._trusted = wider
            return self._connected()
        except TimeoutError as error:
            connection.close()
            raise ConnectTimeoutError(endpoint_url=self.url, error=error) from error
        except TlsError as error:
            connection.close()
            raise SSLError(endpoint_url=self.url, error=error) from error
        except OSError as error:
            connection.close()
            raise EndpointConnectionError(endpoint_url=self.url, error=error) from error
        connection.sock.settimeout(self._read_seconds)
        return connection

    def _made(self) -> HTTPConnection:
        if not self._is_secure:
            return HTTPConnection(self._name, self._port, timeout=self._connect_seconds)
        if self._trusted is None:
            self._trusted = trust.narrowest(self._name)
        return HTTPSConnection(self._name, self._port, timeout=self._connect_seconds, context=self._trusted)

    @contextmanager
    def _answering(self, ended: type[HTTPClientError]) -> Iterator[None]:
        """Raises ReadTimeoutError; `ended` if the connection ends, ConnectionClosedError if it says what is no HTTP."""
        try:
            yield
        except TimeoutError as error:
            raise ReadTimeoutError(endpoint_url=self.url, error=error) from error
        except ConnectionError as error:
            raise ended(endpoint_url=self.url, error=error) from error
        except (OSError, HTTPException) as error:
            raise ConnectionClosedError(endpoint_url=self.url, error=error) from error


def _request(headers: Mapping[str, str], body: bytes) -> bytes:
    """A POST to `/` in one piece: http.client would send its head and its body in two, which costs a system call."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(("POST / HTTP/1.1", *lines, f"content-length: {len(body)}", "", "")).encode("latin-1") + body


def _reply(response: HTTPResponse) -> Reply:
    """All of an answer. Raises HTTPException if it is cut off: one that does not say how long it is has lost that."""
    if response.length is None and not response.chunked:
        raise HTTPException("the answer was cut off")
    return Reply(response.status, response.headers, response.read())  # type: ignore[arg-type]  # a message is one
