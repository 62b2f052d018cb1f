"""Environments whose AWS endpoints are all on this machine."""

import os
from collections.abc import Mapping

import pytest

REGION = "us-east-1"
KEY, SECRET = "test", "test"
"""The credentials of the emulator's root user, whose presigned links it accepts."""


def aws_at(url: str) -> dict[str, str]:
    """Endpoint, region and credentials of an AWS at this URL."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
    }


def use(monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> None:
    """Replace all AWS variables of this process by those of an environment."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
