"""What an operator can set for this dialect alone."""

from collections.abc import Mapping
from typing import NamedTuple, cast

from chalicelib.http.message import Request


class Options(NamedTuple):
    """The settings whose names begin with `KEYSTONE_`: the region that the endpoints are said to be in."""

    region: str


def read_options(settings: Mapping[str, str]) -> Options:
    """The options that the settings ask for."""
    return Options(settings.get("region", "RegionOne").strip())


def options_of(request: Request) -> Options:
    """The options in force."""
    return cast("Options", request.options)  # the gateway puts there what read_options returned
