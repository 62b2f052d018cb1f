"""The callers of the QingCloud cases, and the instances that they capture."""

import boto3
import pytest

from chalicelib.bootstrap import Aws
from tests.api import ORDINARY, Api, Caller, a_caller
from tests.dialects.qingcloud.machines import Machines


@pytest.fixture(scope="session")
def machines(aws: Aws) -> Machines:
    """What starts instances; nothing stops those of other tests, which no test lists."""
    return Machines(boto3.client("ec2", region_name="us-east-1"))


@pytest.fixture
def stopped(machines: Machines) -> str:
    """An instance of the first tenant that can be captured."""
    return machines.start()


@pytest.fixture
def running(machines: Machines) -> str:
    return machines.start(state="running")


def bearer(api: Api, tenant: str | None, *policies: str, user: str) -> Caller:
    """A caller who sends the secret as a bearer token."""
    secret = api.world.identities.issue(a_caller(tenant, *policies, user=user))
    return Caller(api, {"Authorization": f"Bearer {secret}"})


@pytest.fixture
def alice(api: Api) -> Caller:
    return bearer(api, "t1", *ORDINARY, user="alice")


@pytest.fixture
def bob(api: Api) -> Caller:
    return bearer(api, "t2", *ORDINARY, user="bob")


@pytest.fixture
def reader(api: Api) -> Caller:
    """A user of alice's tenant who may only read."""
    return bearer(api, "t1", "read_images", user="reader")


@pytest.fixture
def nomad(api: Api) -> Caller:
    """A caller without a tenant."""
    return bearer(api, None, *ORDINARY, user="nomad")


@pytest.fixture
def invalid(api: Api) -> Caller:
    """A caller whose token was never issued."""
    return Caller(api, {"Authorization": "Bearer never-issued"})


@pytest.fixture
def anonymous(api: Api) -> Caller:
    return api.anonymous()
