"""The API's own domain for those who cannot look it up: an address whose / is the API's /."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer

from local.serving import ThreadedServer
from tests.loopback.stack import DOMAIN, Stack


@contextmanager
def running_front(stack: Stack) -> Iterator[str]:
    """The URL at which the domain is reached."""
    with _Front(stack.emulator.port) as front, front.running():
        yield f"http://127.0.0.1:{front.server_port}"


class _Front(ThreadedServer, HTTPServer):
    def __init__(self, behind: int) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.behind = behind


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Front

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with closing(HTTPConnection("127.0.0.1", self.server.behind)) as connection:
            connection.request(self.command, self.path, body or None, {**dict(self.headers), "Host": DOMAIN})
            answer = connection.getresponse()
            content = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        """Nothing."""

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815  # where the base class looks
