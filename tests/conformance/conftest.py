"""The principals that the clients act for."""

import pytest

from chalicelib.catalog.principal import Principal
from tests.api import ORDINARY, a_caller

T1, T2 = "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11", "2c1a3d4f-8b63-4d8f-ae1b-6e3d1a7fab22"


@pytest.fixture
def owner() -> Principal:
    return a_caller(T1, *ORDINARY, "publicize_image", user="owner")


@pytest.fixture
def stranger() -> Principal:
    return a_caller(T2, *ORDINARY, "publicize_image", user="stranger")
