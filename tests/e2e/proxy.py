"""A reverse proxy as operators put before an application: what it gets below a prefix it passes on without it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer

from local.serving import ThreadedServer
from tests.e2e.server import Server

PREFIX = "/prefix"
MOUNTS = ["at the root", "behind a prefix"]


@contextmanager
def mounted(server: Server, where: str) -> Iterator[str]:
    """The URL below which clients find the paths of their dialect."""
    if where == "at the root":
        yield server.url
    else:
        with _running_proxy(server.address) as url:
            yield url


@contextmanager
def published(start: Callable[[str], AbstractContextManager[Server]]) -> Iterator[tuple[Server, str]]:
    """A server that is told, when it is started, the URL of the prefix at which clients find it."""
    with _Proxy(("127.0.0.1", 0)) as proxy, proxy.running():
        url = f"http://127.0.0.1:{proxy.server_port}{PREFIX}"
        with start(url) as server:
            proxy.behind = server.address
            yield server, url


@contextmanager
def _running_proxy(behind: tuple[str, int]) -> Iterator[str]:
    """The URL of the prefix, below which everything behind it is found."""
    with _Proxy(behind) as proxy, proxy.running():
        yield f"http://127.0.0.1:{proxy.server_port}{PREFIX}"


class _Proxy(ThreadedServer, HTTPServer):
    def __init__(self, behind: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.behind = behind


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Proxy

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        below = self.path.removeprefix(PREFIX) or "/"  # the prefix alone is the root, as a stage is
        if not below.startswith("/") or below == self.path:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        with closing(HTTPConnection(*self.server.behind)) as connection:
            connection.request(self.command, below, body or None, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # noqa: N815  # where the base class looks
