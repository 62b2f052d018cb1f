"""The callers of the Glance v2 cases, by the letters of the cases: A owns, B is to be a member, C is a stranger."""

import pytest

from tests.api import Api, Caller


@pytest.fixture
def a(api: Api) -> Caller:
    return api.caller("t1")


@pytest.fixture
def b(api: Api) -> Caller:
    return api.caller("t2")


@pytest.fixture
def c(api: Api) -> Caller:
    return api.caller("t3")


@pytest.fixture
def colleague(api: Api) -> Caller:
    return api.caller("t1", user="colleague")


@pytest.fixture
def reader(api: Api) -> Caller:
    """R: a read-only principal of A's tenant."""
    return api.caller("t1", "read_images", user="reader")


@pytest.fixture
def readers(api: Api) -> Caller:
    """A read-only principal of B's tenant."""
    return api.caller("t2", "read_images", user="reader-of-t2")


@pytest.fixture
def admin(api: Api) -> Caller:
    return api.caller("ops", "admin", user="root")


@pytest.fixture
def nobody(api: Api) -> Caller:
    return api.anonymous()
