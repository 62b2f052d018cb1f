"""Worlds whose tables and bucket are empty when a test begins."""

from collections.abc import Iterator

import pytest

from chalicelib.bootstrap import World
from tests.conftest import MakeApi
from tests.lane import Lane
from tests.storage.contract.shelf import MakeWorld


@pytest.fixture(autouse=True)
def on_the_wire(lane: Lane) -> Iterator[None]:
    """What storage promises is promised of what DynamoDB is really sent."""
    with lane.closed():
        yield


@pytest.fixture
def make_world(make_api: MakeApi) -> MakeWorld:
    """Worlds with other settings over the same tables; a module may bring another engine than moto."""
    return lambda **environ: make_api(**environ).world


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world()
