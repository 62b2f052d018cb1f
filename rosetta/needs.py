"""Libraries of the server, which the commands that need them may find missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

EXTRA = "rosetta-images[server]"


@contextmanager
def server_libraries(command: str) -> Iterator[None]:
    """Inside, a library that is not installed ends the command, with a line that says how to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"`rosetta {command}` needs {error.name}, which is not installed: pip install '{EXTRA}'"
        ) from error


@contextmanager
def opened(command: str, *, local: bool) -> Iterator[Any]:
    """The tables that a command of operators works on, as `rosetta.world` has them. Raises ClickException."""
    with server_libraries(command):
        from rosetta import world  # noqa: PLC0415  # only operators have its libraries
    with world.opened(local=local) as found:
        yield found
