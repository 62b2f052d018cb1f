"""The application that is fuzzed."""

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
    """The application with an object of each kind, in a network where no host name resolves."""
    return Registry(aws, stock)
