"""The promises of the ports, kept with dynoxide, a second and stricter DynamoDB, where it is installed."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from chalicelib.bootstrap import Aws, World, build_world
from chalicelib.http.meter import Meter
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.tables import MODELS, create_tables
from local.dynoxide import binary_below
from local.state import local_dir
from tests.api import FakeClock
from tests.storage import contract
from tests.storage.contract.shelf import MakeWorld

REGION = "us-east-1"
START_SECONDS = 10.0


@pytest.fixture(scope="module")
def engine(aws: Aws) -> Iterator[Aws]:
    """Clients of a dynoxide that keeps its tables in memory until the module's last test."""
    binary = Path(os.environ.get("DYNOXIDE") or binary_below(local_dir()))
    if not binary.exists():
        pytest.skip("dynoxide is not installed: set DYNOXIDE to its binary, or run `make dynoxide`")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    command = [str(binary), "--port", str(port)]
    # pytest names the test in the environment, which may be longer than the machine lets one variable be.
    environ = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    nothing = subprocess.DEVNULL
    with subprocess.Popen(command, env=environ, stdout=nothing, stderr=nothing) as process:  # noqa: S603  # installed on purpose
        try:
            _wait(port)
            connection, meter = SharedConnection(region=REGION, host=f"http://127.0.0.1:{port}"), Meter()
            connection.on_call(meter.count)
            yield Aws(connection, aws.s3, aws.sqs, aws.ec2, aws.probing, meter)
        finally:
            process.terminate()


@pytest.fixture
def make_world(engine: Aws) -> MakeWorld:
    """Worlds over emptied tables."""

    def make(**environ: str) -> World:
        return build_world(environ, FakeClock(), engine)

    make()
    create_tables()
    for model in MODELS:
        with model.batch_write() as batch:
            for item in model.scan():
                batch.delete(item)
    return make


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.02)
    pytest.fail("dynoxide did not start")


class TestBacklog(contract.Backlog):
    """The promises about the backlog."""


class TestClaims(contract.Claims):
    """The promises about claims."""


class TestConditions(contract.Conditions):
    """The promises about conditions."""


class TestEvents(contract.Events):
    """The promises about events."""


class TestFaults(contract.Faults):
    """The promises about faults."""


class TestJobs(contract.Jobs):
    """The promises about jobs."""


class TestKeys(contract.Keys):
    """The promises about keys."""


class TestLists(contract.Lists):
    """The promises about lists."""


class TestReferences(contract.References):
    """The promises about references."""


class TestReferring(contract.Referring):
    """The promises about what images come to refer to."""


class TestSharing(contract.Sharing):
    """The promises about sharing."""


class TestTombstones(contract.Tombstones):
    """The promises about tombstones."""


class TestVolume(contract.Volume):
    """The promises about volume."""


class TestWrites(contract.Writes):
    """The promises about writes."""
