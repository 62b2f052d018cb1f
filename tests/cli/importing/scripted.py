"""An HTTP service whose responses a test chooses."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.http_server import HttpServer, QuietHandler


@dataclass(frozen=True)
class Asked:
    """A request; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """A response. If `length` is not that of the body, the response is truncated or too long."""

    status: int = 200
    document: Any = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None

    @property
    def content(self) -> bytes:
        return self.body if self.document is None else json.dumps(self.document).encode()


Answering = Callable[[Asked], Reply]


class Scripted(HttpServer):
    """Answers by calling `answer`, and collects the requests in `asked`."""

    def __init__(self, answer: Answering) -> None:
        super().__init__(_Connection)
        self.answer = answer
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        return f"http://{self.netloc}"

    def paths(self, method: str = "GET") -> list[str]:
        """The paths requested with a method, in order."""
        return [asked.path for asked in self.asked if asked.method == method]


class _Connection(QuietHandler):
    server: Scripted

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        asked = Asked(self.command, unquote(parts.path), dict(parse_qsl(parts.query)), headers, body)
        self.server.asked.append(asked)
        reply = self.server.answer(asked)
        self.send_response(reply.status)
        length = len(reply.content) if reply.length is None else reply.length
        for name, value in {"Content-Length": str(length), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve


@contextmanager
def scripted(answer: Answering) -> Iterator[Scripted]:
    """A service that runs within the block."""
    with Scripted(answer) as server, server.running():
        yield server
