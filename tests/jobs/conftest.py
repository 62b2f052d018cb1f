"""The stage on which jobs are done."""

import pytest

from chalicelib.bootstrap import Aws
from tests.api import Api
from tests.jobs.jobs import Stage


@pytest.fixture
def stage(api: Api, aws: Aws) -> Stage:
    return Stage(api, aws)
