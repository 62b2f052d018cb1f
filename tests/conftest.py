"""AWS as tests see it: one moto for the session, emptied before each test."""

import os
from collections.abc import Iterator
from typing import Protocol

import pytest
from moto import mock_aws
from moto.backends import get_backend

from chalicelib.storage.tables import create_tables
from local.moto_fixes import lock_moto, speed_up_moto
from tests.api import Api

ENVIRON = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    # An injected fault would otherwise be retried with pauses of seconds.
    "AWS_MAX_ATTEMPTS": "1",
}


class MakeApi(Protocol):
    """Builds an application with other settings over the same tables and bucket."""

    def __call__(self, **environ: str) -> Api: ...


@pytest.fixture(scope="session")
def _aws() -> Iterator[None]:
    os.environ.update(ENVIRON)
    lock_moto()
    speed_up_moto()
    with mock_aws():
        yield


@pytest.fixture
def make_api(_aws: None) -> MakeApi:
    for service in ("dynamodb", "s3"):
        for account in get_backend(service).values():
            for backend in account.values():
                backend.reset()
    first = Api({})
    create_tables()
    first.world.blobs.client().create_bucket(Bucket=first.world.blobs.bucket)

    def make(**environ: str) -> Api:
        return Api(environ)

    return make


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api()
