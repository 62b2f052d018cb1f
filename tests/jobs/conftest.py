"""The application with a worker, for tests of jobs."""

import pytest

from chalicelib.bootstrap import Aws
from tests.api import Api
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import PART
from tests.jobs.arriving import trusting
from tests.jobs.jobs import Stage


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    """The application with captures limited to an hour, like other jobs."""
    return make_api(CAPTURE_HOURS="1")


@pytest.fixture
def stage(api: Api, aws: Aws) -> Stage:
    return Stage(api, aws)


@pytest.fixture
def sliced(make_api: MakeApi, aws: Aws) -> Stage:
    """A worker that copies slices of 5 MiB, and takes our web server for a public one."""
    return trusting(Stage(make_api(SLICE_BYTES=str(PART)), aws))
