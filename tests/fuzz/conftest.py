"""The registry that is fuzzed."""

import pytest

from chalicelib.bootstrap import Aws
from tests.conftest import MakeApi
from tests.fuzz.world import Registry, Stock
from tests.storage.web import Resolver


@pytest.fixture(scope="session")
def stock() -> Stock:
    return Stock()


@pytest.fixture
def registry(make_api: MakeApi, aws: Aws, resolver: Resolver, stock: Stock) -> Registry:
    """A registry with something of everything, in a network without names."""
    return Registry(aws, stock)
