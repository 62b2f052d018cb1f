"""AWS as tests see it: one moto for the session, emptied before each test."""

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
    # An injected fault would otherwise be retried with pauses of seconds.
    "AWS_MAX_ATTEMPTS": "1",
    # Hundreds of images that nobody asks for, each filtered in every search by name.
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
}

settings.register_profile("rosetta", deadline=None)  # how long an example takes depends on how busy the machine is
settings.load_profile("rosetta")

UNTRACED = frozenset(
    {"bench", "cli", "conformance", "defects", "deploy", "faults", "fuzz", "histories", "local", "permissions"}
    | {"properties", "races", "security"}
)
"""Folders whose tests ask for whole requests again and again, or for nothing of the product: the gate measures the
coverage of the others, which have a test for each line, and need not pay for these."""

GARBAGE = 10_000
"""After how many new objects Python looks for cycles that nobody needs: each test leaves some, and none leaves many."""


class MakeApi(Protocol):
    """Builds an application with other settings over the same tables and bucket."""

    def __call__(self, **environ: str) -> Api: ...


def is_untraced(item: pytest.Item) -> bool:
    """Whether a test is left alone by coverage."""
    return item.path.relative_to(ROOT).parts[0] in UNTRACED


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among the tests and what they import, which stay to the end: it takes a tenth of the CPU."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(GARBAGE)
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run those last that are left alone: what is worked out once in a process is worked out in another test then."""
    items.sort(key=is_untraced)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Leave a test alone if what it covers others cover."""
    if not is_untraced(item):
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Have a worker process tell what it counted to the one that prints it."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["counted"] = dict(tally.COUNTED)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker process has counted."""
    tally.COUNTED.update(getattr(node, "workeroutput", {}).get("counted", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the sums of what was counted."""
    for what, number in sorted(tally.COUNTED.items()):
        terminalreporter.write_line(f"{what}: {number:,}")


@pytest.fixture(scope="session")
def lane() -> Lane:
    """The connection of the session, which leaves the wire out where nobody could notice."""
    return Lane(ENVIRON["AWS_DEFAULT_REGION"], ENVIRON)


@pytest.fixture(scope="session")
def aws(lane: Lane) -> Iterator[Aws]:
    """The clients of the session, over tables that exist."""
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
    """Applications over tables and a bucket that are empty when the test begins."""
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
    """A web server that nothing was asked yet."""
    _web.forget()
    return _web


@pytest.fixture
def keystone() -> Iterator[Keystone]:
    """A Keystone that knows no tokens yet."""
    with running_keystone(FakeClock()) as server:
        yield server


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    """Names that do not exist, for those who look them up."""
    found = Resolver({})
    monkeypatch.setattr(socket, "getaddrinfo", found)
    return found
