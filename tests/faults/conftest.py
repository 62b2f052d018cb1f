"""Faults without the pauses that follow them, and without most of what is tried after these."""

import time

import pytest
from botocore.retries.quota import RetryQuota

from chalicelib.catalog import lookup


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait before trying again, and the client of DynamoDB try again however often it had to before.

    Whether others are faster three times or a dozen makes no difference but of time.
    """
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(lookup, "ATTEMPTS", 3)
    monkeypatch.setattr(RetryQuota, "acquire", lambda *_: True)
