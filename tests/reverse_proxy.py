"""A reverse proxy, such as operators put in front of an application."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection

from tests.http_server import HttpServer, QuietHandler


class ReverseProxy(HttpServer):
    """Passes requests below `prefix` on to the server at the address `behind`, without the prefix.

    Requests have the `Host` of the client, unless `host` is another one.
    """

    def __init__(self, behind: tuple[str, int], prefix: str = "", host: str | None = None) -> None:
        super().__init__(_Connection)
        self.behind = behind
        self.prefix = prefix
        self.more_headers = {} if host is None else {"Host": host}

    @property
    def url(self) -> str:
        return f"http://{self.netloc}{self.prefix}"


@contextmanager
def running_proxy(behind: tuple[str, int], prefix: str = "", host: str | None = None) -> Iterator[str]:
    """The URL of a `ReverseProxy`, which serves until the block ends."""
    with ReverseProxy(behind, prefix, host) as proxy, proxy.running():
        yield proxy.url


class _Connection(QuietHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ReverseProxy

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        below = self.path.removeprefix(self.server.prefix) or "/"  # the prefix alone is the root, as a stage is
        if not self.path.startswith(self.server.prefix) or not below.startswith("/"):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        with closing(HTTPConnection(*self.server.behind)) as connection:
            connection.request(self.command, below, body or None, {**dict(self.headers), **self.server.more_headers})
            answer = connection.getresponse()
            content = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on
