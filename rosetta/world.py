"""The tables for operators' commands: those of the environment, or of the local server."""

import contextlib
import os
from collections.abc import Iterable, Iterator

import click
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.bootstrap import World, build_world
from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.image import Inspecting
from chalicelib.catalog.outages import TablesRefused
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.settings import BadSetting
from local.environment import use_local_aws
from local.state import local_dir, read_state


@contextlib.contextmanager
def opened(*, local: bool) -> Iterator[World]:
    """Open the world; errors inside become one line on stderr and exit status 1."""
    try:
        if local:
            _use_local_server()
        yield build_world()
    except TablesRefused as error:
        hint = "" if local else ". Check your AWS credentials; for a server on this machine, add --local."
        raise click.ClickException(f"{error}{hint}") from error
    except (BadSetting, CatalogError, BotoCoreError, ClientError, PynamoDBException) as error:
        raise click.ClickException(" ".join(str(error).split())) from error


def principal(user: str, tenant: str | None, policies: Iterable[str], inspection: str | None) -> Principal:
    """The principal that a token stands for."""
    inspecting = None if inspection is None else Inspecting(inspection)
    return Principal(user, tenant, frozenset(map(Policy, policies)), inspecting=inspecting)


def _use_local_server() -> None:
    try:
        state = read_state(local_dir())
    except FileNotFoundError as error:
        raise click.ClickException(
            "no local server is running: start one with `make run` or `rosetta serve`"
        ) from error
    use_local_aws(os.environ, state["aws_endpoint_url"], state.get("aws_endpoint_url_dynamodb"))
