"""A server and its S3 behind one address, which counts what passes and can be told to misbehave."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from local.serving import ThreadedServer
from tests.e2e.server import PATIENCE, Server

BLOCK = 65536


@dataclass
class Behaviour:
    """What passes, and what does not."""

    allowed: int | None = None
    """So many parts are passed on; whoever sends more waits, until this is None again."""
    refusals: list[tuple[int, bytes]] = field(default_factory=list)
    """What the next parts are answered with, one after the other."""
    cut: int | None = None
    """After so many bytes a download breaks off."""
    is_down: bool = False
    """Nothing is answered at all."""
    says: tuple[int, bytes] | None = None
    """What the server answers, whatever it is asked."""
    parts: list[int] = field(default_factory=list)
    """The parts that were passed on to S3, in their order."""
    ranges: list[str] = field(default_factory=list)
    """What was asked of S3 with a range, and without one: an empty text."""
    seen: list[str] = field(default_factory=list)
    """Each request line of the server's, not of S3's."""
    tokens_at_s3: list[str] = field(default_factory=list)
    """Must stay empty."""

    def wait_for(self, reached: Callable[["Behaviour"], bool]) -> None:
        """Wait until something has passed."""
        deadline = time.monotonic() + PATIENCE
        while not reached(self):
            assert time.monotonic() < deadline, self
            time.sleep(0.02)


class Recorder(ThreadedServer, HTTPServer):
    """The address."""

    def __init__(self, server: Server, aws_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.behind = server.address
        self.aws = aws_url.removeprefix("http://")
        self.behaviour = Behaviour()

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.netloc}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that are killed are what this is for."""


@contextmanager
def recording(server: Server, aws_url: str) -> Iterator[Recorder]:
    """The address in front of a server."""
    with Recorder(server, aws_url) as recorder, recorder.running():
        try:
            yield recorder
        finally:
            recorder.behaviour = Behaviour()


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Recorder

    def log_message(self, *arguments: object) -> None:
        """Nobody reads it."""

    def _answer(self) -> None:
        behaviour = self.server.behaviour
        if behaviour.is_down:
            self.close_connection = True
        elif behaviour.says is not None:
            self._send(behaviour.says[0], [], behaviour.says[1], is_head=self.command == "HEAD")
        elif self.path.startswith("/v1/"):
            behaviour.seen.append(f"{self.command} {self.path}")
            self._pass_on(self.server.behind)
        else:
            self._pass_on_to_s3(behaviour)

    def _pass_on_to_s3(self, behaviour: Behaviour) -> None:
        behaviour.tokens_at_s3 += self.headers.get_all("X-Auth-Token", [])
        host, _, port = self.server.aws.partition(":")
        if self.command == "GET":
            behaviour.ranges.append(self.headers.get("Range", ""))
            self._pass_on((host, int(port)), cut=behaviour.cut)
            return
        body = self._body()
        if behaviour.refusals:
            status, content = behaviour.refusals.pop(0)
            self._send(status, [], content)
            return
        self._wait_for_turn()
        self._pass_on((host, int(port)), body)

    def _wait_for_turn(self) -> None:
        """Count a part, once it may pass; whoever waits while the behaviour changes is not answered."""
        behaviour = self.server.behaviour
        while behaviour.allowed is not None and len(behaviour.parts) >= behaviour.allowed:
            if self.server.behaviour is not behaviour:
                raise ConnectionError
            time.sleep(0.02)
        behaviour.parts.append(int(parse_qs(urlsplit(self.path).query)["partNumber"][0]))

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError
        return body

    def _pass_on(self, behind: tuple[str, int], body: bytes | None = None, cut: int | None = None) -> None:
        with closing(HTTPConnection(*behind, timeout=PATIENCE)) as connection:
            sent = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            connection.request(self.command, self.path, body if body is not None else self._body() or None, sent)
            answer = connection.getresponse()
            if cut is None:
                self._send(answer.status, answer.getheaders(), answer.read(), is_head=self.command == "HEAD")
            else:
                self._break_off(answer, cut)

    def _break_off(self, answer: HTTPResponse, cut: int) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.read(cut))
        self.close_connection = True

    def _send(self, status: int, headers: list[tuple[str, str]], content: bytes, *, is_head: bool = False) -> None:
        """An answer in which S3 is found here."""
        if b"X-Amz-Signature" in content and content.startswith(b"{"):
            content = content.replace(self.server.aws.encode(), self.server.netloc.encode())
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value.replace(self.server.aws, self.server.netloc))
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if not is_head:
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  # where the base class looks
