"""One server for each set of settings, and three principals who reach it through each version of the client."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.clients import Caller, Installation, Library, install, running_library
from tests.e2e.server import Server, running_server

MakeFile = Callable[[int], Path]


@pytest.fixture(scope="session")
def default_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session")
def small_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Of images, it carries no more than 64 KiB itself."""
    with running_server(tmp_path_factory.mktemp("small-server"), MAX_INLINE_BYTES="65536") as server:
        yield server


@pytest.fixture
def server(default_server: Server) -> Iterator[Server]:
    """The server that the callers of a test use; its catalogue is empty when a test begins."""
    yield default_server
    default_server.forget_images()


@pytest.fixture(scope="session", params=["4.13.0", "2.8.1"], ids="glanceclient-{}".format)
def installation(request: pytest.FixtureRequest) -> Installation:
    return install(request.param)


@pytest.fixture(scope="session")
def library(installation: Installation) -> Iterator[Library]:
    with running_library(installation) as library:
        yield library


@pytest.fixture
def t1(installation: Installation, library: Library, server: Server) -> Caller:
    return Caller(installation, library, server.url, server.token("t1"))


@pytest.fixture
def t2(installation: Installation, library: Library, server: Server) -> Caller:
    return Caller(installation, library, server.url, server.token("t2"))


@pytest.fixture
def admin(installation: Installation, library: Library, server: Server) -> Caller:
    return Caller(installation, library, server.url, server.token("admin"))


@pytest.fixture
def nobody(installation: Installation, library: Library, server: Server) -> Caller:
    """Has a token that nobody issued."""
    return Caller(installation, library, server.url, "wrong")


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """A file of so many random bytes."""

    def make(size: int) -> Path:
        path = tmp_path / f"{size}.raw"
        path.write_bytes(os.urandom(size))
        return path

    return make
