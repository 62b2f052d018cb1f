"""The callers of the devops-service cases (wire §8)."""

import pytest

from tests.api import ORDINARY, Api, Caller, basic


@pytest.fixture
def admin(api: Api) -> Caller:
    """All three policies; not the operator's `admin`."""
    return api.basic_caller("t1", *ORDINARY, user="admin")


@pytest.fixture
def reader(api: Api) -> Caller:
    return api.basic_caller("t1", "read_images", user="reader")


@pytest.fixture
def creator(api: Api) -> Caller:
    return api.basic_caller("t1", "read_images", "create_image", user="creator")


@pytest.fixture
def deleter(api: Api) -> Caller:
    return api.basic_caller("t1", "delete_image", user="deleter")


@pytest.fixture
def nobody(api: Api) -> Caller:
    return api.basic_caller("t1", user="nobody")


@pytest.fixture
def other(api: Api) -> Caller:
    """All three policies, in another tenant."""
    return api.basic_caller("t2", *ORDINARY, user="other")


@pytest.fixture
def invalid(api: Api, admin: Caller) -> Caller:
    """A known user with a wrong password."""
    return Caller(api, basic("admin", "wrong"))


@pytest.fixture
def operator(api: Api) -> Caller:
    """The policy `admin`, which stands for all of them."""
    return api.basic_caller("t1", "admin", user="operator")


@pytest.fixture
def caller(request: pytest.FixtureRequest, who: str) -> Caller:
    """The principal whose name the test is given as `who`."""
    found: Caller = request.getfixturevalue(who)
    return found
