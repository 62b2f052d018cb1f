"""Faults without pauses before retries, and with fewer retries."""

import time

import pytest
from botocore.retries.quota import RetryQuota

from chalicelib.catalog import lookup
from chalicelib.storage import memberships, spread
from chalicelib.storage.dynamodb import Client
from tests.faults.crowds import AT_ONCE


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry without pauses, without a retry quota, fewer times, and in smaller batches of members.

    Losing three races instead of a dozen, or writing three members at a time instead of thirty, only saves time.
    """
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(lookup, "ATTEMPTS", 3)
    monkeypatch.setattr(spread, "MAX_AT_ONCE", AT_ONCE)
    monkeypatch.setattr(memberships, "LARGEST_CHUNK", AT_ONCE)
    monkeypatch.setattr(RetryQuota, "acquire", lambda *_: True)
    monkeypatch.setattr(Client, "_acquire_quota", lambda *_: True)
