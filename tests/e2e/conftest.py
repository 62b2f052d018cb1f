"""Servers, one for each set of settings, and callers that use them through published clients."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.ansible import Ansible
from tests.e2e.browser import Page, open_page, running_browser
from tests.e2e.clients import Installation, Library, LibraryCaller, install, running_library
from tests.e2e.foreman import ForemanCaller, Parents, Record, caller_of, make, make_parents
from tests.e2e.glance import Caller
from tests.e2e.proxy import MOUNTS, mounted
from tests.e2e.server import Server, running_server

MakeFile = Callable[[int], Path]

LONGEST = ("test_readme.py", "test_import.py")
"""Files that take longest and so must start first; `--no-loadscope-reorder` in the Makefile keeps this order."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the files that take longest."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session")
def default_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session")
def small_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that accepts at most 64 KiB of bytes inline."""
    with running_server(tmp_path_factory.mktemp("small-server"), MAX_INLINE_BYTES="65536") as server:
        yield server


@pytest.fixture
def server(default_server: Server) -> Iterator[Server]:
    """The server that the callers of a test use; its catalogue is empty when the test starts."""
    yield default_server
    default_server.forget_images()


@pytest.fixture(scope="session", params=["glanceclient-4.13.0", "glanceclient-2.8.1"])
def installation(request: pytest.FixtureRequest) -> Installation:
    """The releases of the Glance client; tests of other clients override this fixture."""
    return install(*request.param.split("-"))


@pytest.fixture(scope="session")
def library(installation: Installation) -> Iterator[Library]:
    with running_library(installation) as library:
        yield library


@pytest.fixture
def t1(installation: Installation, library: Library, server: Server) -> Caller:
    return Caller(library, server.url, server.token("t1"), server.tenant("t1"), installation)


@pytest.fixture
def t2(installation: Installation, library: Library, server: Server) -> Caller:
    return Caller(library, server.url, server.token("t2"), server.tenant("t2"), installation)


@pytest.fixture
def admin(installation: Installation, library: Library, server: Server) -> Caller:
    return Caller(library, server.url, server.token("admin"), server.tenant("admin"), installation)


@pytest.fixture
def nobody(installation: Installation, library: Library, server: Server) -> Caller:
    """A caller with an unknown token."""
    return Caller(library, server.url, "wrong", server.tenant("t1"), installation)


@pytest.fixture(scope="session", params=MOUNTS)
def mount(request: pytest.FixtureRequest, default_server: Server) -> Iterator[str]:
    """The base URL for callers of Scaleway's clients."""
    with mounted(default_server, request.param) as url:
        yield url


@pytest.fixture
def s1(library: Library, mount: str, server: Server) -> LibraryCaller:
    """A caller of an organization, like all callers of Scaleway's clients."""
    return LibraryCaller(library, mount, server.token("s1"), server.tenant("s1"))


@pytest.fixture
def s2(library: Library, mount: str, server: Server) -> LibraryCaller:
    return LibraryCaller(library, mount, server.token("s2"), server.tenant("s2"))


@pytest.fixture
def stranger(library: Library, mount: str, server: Server) -> LibraryCaller:
    """A caller with an unknown token, for the organization of s1."""
    return LibraryCaller(library, mount, "wrong", server.tenant("s1"))


@pytest.fixture
def f1(library: Library, server: Server, tmp_path: Path) -> ForemanCaller:
    """A caller without a cached description of the API, like all callers of Foreman's clients."""
    return caller_of(server, "f1", library, tmp_path / "f1")


@pytest.fixture
def f2(library: Library, server: Server, tmp_path: Path) -> ForemanCaller:
    return caller_of(server, "f2", library, tmp_path / "f2")


@pytest.fixture
def f1_viewer(library: Library, server: Server, tmp_path: Path) -> ForemanCaller:
    return caller_of(server, "f1_viewer", library, tmp_path / "f1_viewer")


@pytest.fixture
def f1_nobody(library: Library, server: Server, tmp_path: Path) -> ForemanCaller:
    """A caller without policies."""
    return caller_of(server, "f1_nobody", library, tmp_path / "f1_nobody")


@pytest.fixture(scope="session")
def parents(default_server: Server) -> Parents:
    """The parents of f1's images, which stay for the session."""
    return make_parents(default_server, "f1")


@pytest.fixture
def ansible(server: Server, tmp_path: Path) -> Ansible:
    """Ansible as f1."""
    installation = install("ansible", "12.3.0")
    return Ansible(installation, server.url, server.user("f1"), server.token("f1"), tmp_path)


@pytest.fixture
def stock(f1: ForemanCaller, parents: Parents) -> dict[str, Record]:
    """Five images below one compute resource, created in this order, and one below another."""
    bsd, aarch64 = {"operatingsystem_id": parents.bsd}, {"architecture_id": parents.aarch64}
    told: list[Record] = [
        {"name": "alpha", "user_data": True},
        {"name": "beta", "username": "ec2-user", **aarch64},
        {"name": "gamma one", **bsd, "user_data": True},
        {"name": "delta-1", "username": "debian", **bsd, **aarch64},
        {"name": "alphabet", "username": "admin"},
        {"name": "omega-x", "compute_resource_id": parents.libvirt},
    ]
    made = [make(f1, parents, uuid=f"cv-u{number}", **each) for number, each in enumerate(told)]
    return {image["name"]: image for image in made}


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """Makes a file of random bytes, given their number."""

    def make(size: int) -> Path:
        path = tmp_path / f"{size}.raw"
        path.write_bytes(os.urandom(size))
        return path

    return make


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Page]:
    """A signed-out page in a window of its own."""
    with open_page(browser, server) as page:
        yield page
