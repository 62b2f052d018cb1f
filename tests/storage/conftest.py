"""Storage over a bucket and tables that are empty when a test starts."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.bootstrap import Aws, World, build_world
from chalicelib.http.meter import Meter
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.tables import MODELS, create_tables
from local import dynoxide as engine
from local.environment import use_local_aws
from local.state import local_dir
from tests.api import FakeClock
from tests.conftest import ENVIRON, MakeApi
from tests.lane import Lane
from tests.storage.contract.shelf import MakeWorld


@pytest.fixture(autouse=True)
def on_the_wire(lane: Lane) -> Iterator[None]:
    """Send each request on the wire, as it would go to DynamoDB."""
    with lane.closed():
        yield


@pytest.fixture
def make_world(make_api: MakeApi) -> MakeWorld:
    """Builds worlds with the given settings over the same tables; test_contract.py overrides it for other engines."""
    return lambda **environ: make_api(**environ).world


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world()


@pytest.fixture(scope="session")
def dynoxide(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """AWS clients with a dynoxide, which keeps its tables in memory, in place of moto's DynamoDB."""
    binary = Path(os.environ.get("DYNOXIDE") or engine.binary_below(local_dir()))
    if not binary.exists():
        pytest.skip("dynoxide is not installed: set DYNOXIDE to its binary, or run `make dynoxide`")
    # pytest names the test in the environment, and the name may be longer than a variable may be.
    environ = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    with engine.running(binary, tmp_path_factory.mktemp("dynoxide") / "log.txt", environ=environ) as url:
        settings: dict[str, str] = {}
        use_local_aws(settings, url)
        connection, meter = SharedConnection(ENVIRON["AWS_DEFAULT_REGION"], settings), Meter()
        connection.on_call(meter.count)
        yield aws._replace(dynamodb=connection, meter=meter)
        connection.close()


@pytest.fixture
def make_dynoxide_world(dynoxide: Aws) -> MakeWorld:
    """Builds worlds with the given settings over empty tables on dynoxide."""

    def make(**environ: str) -> World:
        return build_world(environ, FakeClock(), dynoxide)

    make()
    create_tables()
    for model in MODELS:
        with model.batch_write() as batch:
            for item in model.scan():
                batch.delete(item)
    return make
