"""Commands run in this process, against the moto that all tests share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chalicelib.storage.tables import MODELS
from rosetta.command import cli
from tests.api import Api

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def config(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the user's settings; environment variables that would override them are unset."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    for name in ("ROSETTA_URL", "ROSETTA_TOKEN", "ROSETTA_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def run(api: Api) -> Iterator[Run]:
    """Run a command line."""
    # A command usually runs in its own process, and binds the models to a new connection.
    connections = {model: model._connection for model in MODELS}  # noqa: SLF001  # as in storage/tables.py

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, arguments)

    yield run
    for model, connection in connections.items():
        assert connection is not None
        model.Meta.table_name = connection.table_name
        model._connection = connection  # noqa: SLF001
