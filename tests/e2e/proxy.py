"""The ways in which clients reach a server: at its own address, or behind a reverse proxy with a prefix."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.e2e.server import Server
from tests.reverse_proxy import ReverseProxy, running_proxy

PREFIX = "/prefix"
MOUNTS = ["at the root", "behind a prefix"]


@contextmanager
def mounted(server: Server, where: str) -> Iterator[str]:
    """The URL below which clients find the paths of their dialect."""
    if where == "at the root":
        yield server.url
    else:
        with running_proxy(server.address, PREFIX) as url:
            yield url


@contextmanager
def published(start: Callable[[str], AbstractContextManager[Server]]) -> Iterator[tuple[Server, str]]:
    """A server behind a prefix, started by `start` with the URL of the prefix; yields both."""
    with ReverseProxy(("127.0.0.1", 0), PREFIX) as proxy, proxy.running(), start(proxy.url) as server:
        proxy.behind = server.address
        yield server, proxy.url
