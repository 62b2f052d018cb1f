"""The callers of the Glance v1 cases."""

import pytest

from tests.api import Api, Caller


@pytest.fixture
def t1(api: Api) -> Caller:
    return api.caller("t1")


@pytest.fixture
def t2(api: Api) -> Caller:
    return api.caller("t2")


@pytest.fixture
def admin(api: Api) -> Caller:
    return api.caller("ops", "admin", user="root")


@pytest.fixture
def no_tenant(api: Api) -> Caller:
    return api.caller(None)
