"""Errors of a service, and of missing or invalid settings."""

import click

LONGEST_REASON = 300
"""Characters of a reason that are shown."""


class ServiceError(Exception):
    """A failed request, in one line. `status` is None without a response; `hint` says what to do."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(" ".join(reason.split())[:LONGEST_REASON])
        self.status = status
        self.hint = ""


class Unreachable(ServiceError):
    """The response is missing or incomplete."""


class Foreign(ServiceError):
    """A page for browsers was received, probably from a proxy or another server."""


class MissingSetting(click.ClickException):
    """A URL, token or profile is missing or invalid."""

    exit_code = 2
