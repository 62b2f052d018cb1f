"""What goes wrong: at a service, apart from how it is spoken to, and where nothing says which one that is."""

import click

LONGEST_REASON = 300
"""Characters that are shown."""


class ServiceError(Exception):
    """A request that did not succeed, in one line; `status` is None if no answer came, `hint` what to do about it."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(" ".join(reason.split())[:LONGEST_REASON])
        self.status = status
        self.hint = ""


class Unreachable(ServiceError):
    """No answer came, or not all of it."""


class Foreign(ServiceError):
    """What answered is hardly the service: it sent a page for browsers."""


class MissingSetting(click.ClickException):
    """Nothing says where to work, or as whom, or what says so is of no use."""

    exit_code = 2
