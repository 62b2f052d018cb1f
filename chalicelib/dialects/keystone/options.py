"""The settings of this dialect."""

from collections.abc import Mapping
from typing import NamedTuple, cast

from chalicelib.http.message import Request


class Options(NamedTuple):
    """The settings `KEYSTONE_*`: the region shown for endpoints."""

    region: str


def read_options(settings: Mapping[str, str]) -> Options:
    """Parse the settings."""
    return Options(settings.get("region", "RegionOne").strip())


def options_of(request: Request) -> Options:
    """The options of this deployment."""
    return cast("Options", request.options)  # set by the gateway to the result of read_options
