"""Faults without the pauses that follow them, and without most of what is tried after these."""

import time

import pytest
from botocore.retries.quota import RetryQuota

from chalicelib.catalog import lookup
from chalicelib.storage import memberships, spread
from chalicelib.storage.dynamodb import Client
from tests.faults.crowds import AT_ONCE


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait before trying again, and the client of DynamoDB try again however often it had to before.

    Whether others are faster three times or a dozen, and whether three members are written at once or thirty, makes no
    difference but of time.
    """
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(lookup, "ATTEMPTS", 3)
    monkeypatch.setattr(spread, "MAX_AT_ONCE", AT_ONCE)
    monkeypatch.setattr(memberships, "LARGEST_CHUNK", AT_ONCE)
    monkeypatch.setattr(RetryQuota, "acquire", lambda *_: True)
    monkeypatch.setattr(Client, "_acquire_quota", lambda *_: True)
