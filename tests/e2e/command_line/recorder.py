"""A proxy for a server and its S3, which records requests and can be made to fail."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import parse_qs, urlsplit

from tests.e2e.server import Server
from tests.http_server import HttpServer, QuietHandler
from tests.processes import PATIENCE

BLOCK = 65536


@dataclass
class Behaviour:
    """Which requests pass, and a record of those that did."""

    allowed: int | None = None
    """The number of parts that pass; further ones wait until it is None again."""
    refusals: list[tuple[int, bytes]] = field(default_factory=list)
    """Responses to the next parts, one each, which are not passed on."""
    cut: int | None = None
    """The number of bytes after which a download is cut."""
    is_down: bool = False
    """Whether connections are closed without a response."""
    says: tuple[int, bytes] | None = None
    """The status and body of every response, if set."""
    parts: list[int] = field(default_factory=list)
    """The numbers of the parts passed on to S3, in order."""
    ranges: list[str] = field(default_factory=list)
    """The `Range` of each GET to S3; an empty text if it had none."""
    seen: list[str] = field(default_factory=list)
    """Method and target of each request to the server."""
    tokens_at_s3: list[str] = field(default_factory=list)
    """Tokens sent to S3; there must be none."""

    def wait_for(self, reached: Callable[["Behaviour"], bool]) -> None:
        """Wait until this is true of what has passed."""
        deadline = time.monotonic() + PATIENCE
        while not reached(self):
            assert time.monotonic() < deadline, self
            time.sleep(0.02)


class Recorder(HttpServer):
    """A proxy for a server and its S3."""

    def __init__(self, server: Server, aws_url: str) -> None:
        super().__init__(_Connection)
        self.behind = server.address
        self.aws = aws_url.removeprefix("http://")
        self.behaviour = Behaviour()

    @property
    def url(self) -> str:
        return f"http://{self.netloc}"


@contextmanager
def recording(server: Server, aws_url: str) -> Iterator[Recorder]:
    """A recorder in front of a server, which serves until the block ends."""
    with Recorder(server, aws_url) as recorder, recorder.running():
        try:
            yield recorder
        finally:
            recorder.behaviour = Behaviour()


class _Connection(QuietHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Recorder

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
        """Wait until a part may pass, and record it; if the behaviour changes meanwhile, close the connection."""
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
        """Send a response, with this address in place of S3's."""
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

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer
