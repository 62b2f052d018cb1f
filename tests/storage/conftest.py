"""Storage over a bucket and tables that are empty when a test starts."""

from collections.abc import Iterator

import pytest

from chalicelib.bootstrap import World
from tests.conftest import MakeApi
from tests.lane import Lane
from tests.storage.contract.shelf import MakeWorld


@pytest.fixture(autouse=True)
def on_the_wire(lane: Lane) -> Iterator[None]:
    """Send each request on the wire, as it would go to DynamoDB."""
    with lane.closed():
        yield


@pytest.fixture
def make_world(make_api: MakeApi) -> MakeWorld:
    """Builds worlds with the given settings over the same tables; modules for another engine override it."""
    return lambda **environ: make_api(**environ).world


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world()
