"""The callers of the Scaleway cases."""

import pytest

from tests.api import Api, Caller
from tests.dialects.scaleway.scaleway import EVERY_RIGHT, ORG_A, ORG_B


@pytest.fixture
def a(api: Api) -> Caller:
    return api.caller(ORG_A, *EVERY_RIGHT)


@pytest.fixture
def a2(api: Api) -> Caller:
    """Another user of the organization of `a`."""
    return api.caller(ORG_A, *EVERY_RIGHT, user="another")


@pytest.fixture
def b(api: Api) -> Caller:
    return api.caller(ORG_B, *EVERY_RIGHT)


@pytest.fixture
def anonymous(api: Api) -> Caller:
    return api.anonymous()


@pytest.fixture
def stranger(api: Api) -> Caller:
    """A caller whose token was never issued."""
    return Caller(api, {"X-Auth-Token": "never-issued"})
