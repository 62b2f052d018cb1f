"""Errors for commands whose libraries are not installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

EXTRA = "rosetta-images[server]"


@contextmanager
def server_libraries(command: str) -> Iterator[None]:
    """Convert ImportError to an error that says how to install the library."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"`rosetta {command}` needs {error.name}, which is not installed: pip install '{EXTRA}'"
        ) from error


@contextmanager
def opened(command: str, *, local: bool) -> Iterator[Any]:
    """The tables for an operators' command; see `rosetta.world`. Raises ClickException."""
    with server_libraries(command):
        from rosetta import world  # noqa: PLC0415  # its libraries are optional
    with world.opened(local=local) as found:
        yield found
