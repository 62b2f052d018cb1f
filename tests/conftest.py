"""Shared fixtures: one moto for the session, emptied before each test, and the application over it."""

import gc
import os
import socket
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import settings
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber

from chalicelib.bootstrap import Aws, build_world
from chalicelib.storage.tables import create_tables
from local.moto_fixes import lock_moto, share_items, speed_up_moto
from local.moto_wire import intercepted
from tests import tally
from tests.api import Api, FakeClock
from tests.lane import Lane
from tests.moto_state import empty
from tests.storage.keystones import Keystone, running_keystone
from tests.storage.web import Resolver, Web, serving
from tests.untraced import untraced

ROOT = Path(__file__).parent
ENVIRON = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    # Otherwise botocore would retry an injected fault with pauses of seconds.
    "AWS_MAX_ATTEMPTS": "1",
    # Hundreds of images that no test uses, but every search by name would filter.
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
}

settings.register_profile("rosetta", deadline=None)  # how long an example takes depends on how busy the machine is
settings.load_profile("rosetta")

UNTRACED = frozenset(
    {"bench", "cli", "conformance", "defects", "deploy", "faults", "fuzz", "histories", "local", "permissions"}
    | {"properties", "races", "security"}
)
"""Folders whose tests repeat whole requests, or do not run the product at all. Coverage is not traced in them, which
saves time: the tests of the other folders cover each line."""

GARBAGE = 10_000
"""Number of new objects that triggers garbage collection: each test leaves a few cycles, none leaves many."""


class MakeApi(Protocol):
    """Builds an application with the given settings over the same tables and bucket."""

    def __call__(self, **environ: str) -> Api: ...


def is_untraced(item: pytest.Item) -> bool:
    """Whether coverage is not traced in this test."""
    return item.path.relative_to(ROOT).parts[0] in UNTRACED


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Exclude the tests and their imports, which stay until the end, from garbage collection; saves 10 % of the CPU."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(GARBAGE)
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run untraced tests last, so that whatever is computed once in a process is computed in a traced test."""
    items.sort(key=is_untraced)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Switch coverage's tracer off for an untraced test."""
    if not is_untraced(item):
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Pass the counts of an xdist worker to the controller, which prints them."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["counted"] = dict(tally.COUNTED)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add the counts of an xdist worker."""
    tally.COUNTED.update(getattr(node, "workeroutput", {}).get("counted", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the sums of all counts."""
    for what, number in sorted(tally.COUNTED.items()):
        terminalreporter.write_line(f"{what}: {number:,}")


@pytest.fixture(scope="session")
def lane() -> Lane:
    """The session's connection to DynamoDB, which calls moto directly where no test can notice."""
    return Lane(ENVIRON["AWS_DEFAULT_REGION"], ENVIRON)


@pytest.fixture(scope="session")
def aws(lane: Lane) -> Iterator[Aws]:
    """The AWS clients of the session; the tables exist."""
    os.environ.update(ENVIRON)
    lock_moto()
    speed_up_moto()
    share_items()
    BotocoreStubber.__call__ = untraced(BotocoreStubber.__call__)  # type: ignore[method-assign]  # for this process
    with intercepted(), mock_aws():
        clients = Aws.from_environ(ENVIRON)._replace(dynamodb=lane)
        lane.on_call(clients.meter.count)
        build_world({}, aws=clients)
        create_tables()
        lane.open()
        yield clients


@pytest.fixture
def make_api(aws: Aws) -> MakeApi:
    """Builds applications over a bucket and tables that are empty when the test starts."""
    empty(aws)

    def make(**environ: str) -> Api:
        return Api(environ, aws)

    return make


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api()


@pytest.fixture(scope="module")
def _web() -> Iterator[Web]:
    with serving() as web:
        yield web


@pytest.fixture
def web(_web: Web) -> Web:
    """A web server that has not received a request yet."""
    _web.forget()
    return _web


@pytest.fixture
def keystone() -> Iterator[Keystone]:
    """A Keystone without tokens."""
    with running_keystone(FakeClock()) as server:
        yield server


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    """A fake resolver, in which no host name exists until the test adds one."""
    found = Resolver({})
    monkeypatch.setattr(socket, "getaddrinfo", found)
    return found
