"""A threaded HTTP/1.1 server in front of the Lambda handler, in place of API Gateway."""

import contextlib
import json
import logging
import socket
import socketserver
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from itertools import chain
from typing import Any

from local.events import Event, NotRouted, Router, proxy_event
from local.large_bodies import arriving, is_image_data
from local.serving import ThreadedServer
from local.wire import CONTINUE, PIECE, Body, Head, Refused, read_head, write_answer

Handler = Callable[[Event, Any], Mapping[str, Any]]
Answer = Mapping[str, Any]

IDLE_SECONDS = 60
LINGER_SECONDS = 1.0
MAX_LINGERED = 1 << 20

_log = logging.getLogger(__name__)


class LocalServer(ThreadedServer):
    """Serves `handler(event, context)` on a local port; with port 0 on any free one.

    It listens once created, and answers inside `serving`. Raises OSError if the port is taken.
    """

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.port: int = self.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def serving(
        self, handler: Handler, router: Router, max_inline_bytes: int, *, streaming: bool = False
    ) -> Iterator[None]:
        """Answer requests until the block ends.

        Bodies are cut one byte above the maximum, which the handler then refuses. With `streaming` the handler reads
        image data as it arrives, by a `StreamingWorld`.
        """
        self.handler, self.router, self.most, self.streaming = handler, router, max_inline_bytes + 1, streaming
        with self.running():
            yield


class _Connection(socketserver.StreamRequestHandler):
    """A client's connection: requests in sequence, each answered in a single write."""

    server: LocalServer
    connection: socket.socket
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True

    def handle(self) -> None:
        # A client that disconnects or falls silent has no further request.
        with contextlib.suppress(ConnectionError, TimeoutError):
            while self._serve_one():
                pass

    def _serve_one(self) -> bool:
        """Read and answer one request; return whether another may follow."""
        try:
            head = read_head(self.rfile)
            if head is None:
                return False
            if head.expects_continue:
                self.connection.sendall(CONTINUE)
            body = Body(self.rfile, head.length)
            taken = body.take(self.server.most)
            if self.server.streaming and sum(map(len, taken)) >= self.server.most and is_image_data(head):
                return self._stream(head, taken, body)
            body.drain()
        except Refused as refusal:
            self._refuse(refusal)
            return False
        self.connection.sendall(self._answer(head, b"".join(taken)[: self.server.most]))
        return self._continues(head)

    def _stream(self, head: Head, taken: list[bytes], body: Body) -> bool:
        """Like `_serve_one`, with a body that the handler reads; it may refuse before the end of the body."""
        with arriving(head, chain(taken, body)) as asked:
            self.connection.sendall(self._answer(asked, b""))
        with contextlib.suppress(Refused):
            body.drain()
        if body.ended:
            return self._continues(head)
        self._linger()
        return False

    def _continues(self, head: Head) -> bool:
        return head.keep_alive and not self.server.stopping

    def _answer(self, head: Head, body: bytes) -> bytes:
        try:
            source = self.client_address[0]
            event = proxy_event(self.server.router, head.method, head.target, head.headers, body, source)
            answer = self.server.handler(event, None)
            return write_answer(head.method, answer, keep_alive=head.keep_alive)
        except NotRouted:
            answer = UNKNOWN
        except Exception:  # noqa: BLE001  # any exception is a 500, as from API Gateway
            _log.exception("%s %s failed", head.method, head.target.partition("?")[0])
            answer = _text(HTTPStatus.BAD_GATEWAY, "Internal server error")
        return write_answer(head.method, answer, keep_alive=head.keep_alive)

    def _refuse(self, refusal: Refused) -> None:
        self.connection.sendall(write_answer("", _text(refusal.status, str(refusal)), keep_alive=False))
        self._linger()

    def _linger(self) -> None:
        """Read on for a moment: after an immediate close the client may lose the response."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(LINGER_SECONDS)
        for _ in range(MAX_LINGERED // PIECE):
            if not self.rfile.read1(PIECE):
                return


def _text(status: HTTPStatus, text: str) -> Answer:
    return {"statusCode": status, "headers": {"Content-Type": "text/plain"}, "body": f"{text}\n"}


def _message(status: HTTPStatus, message: str) -> Answer:
    """A response of API Gateway itself, with the text of our template."""
    body = {"error": {"code": status, "title": status.phrase, "message": message}, "message": {"text": message}}
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


UNKNOWN = _message(HTTPStatus.NOT_FOUND, "There is nothing at this path.")
"""The response to a method without a route."""
