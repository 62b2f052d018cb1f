"""On a terminal the command asks, and shows what there is room for."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api import Api
from tests.cli.importing.conftest import Target, a_target
from tests.cli.importing.scripted import Reply, scripted
from tests.terminal import run_on_terminal

ID = "0a1b2c3d-0000-4000-8000-000000000001"


@pytest.fixture
def target(api: Api) -> Iterator[Target]:
    with a_target(api) as target:
        yield target


def test_who_signs_in_is_asked_and_the_token_is_not_shown(target: Target, config: Path) -> None:
    answers = [("URL of the deployment: ", target.url), ("Token: ", target.token)]

    status, drawn = run_on_terminal(["login", "--profile", "local"], answers, {"XDG_CONFIG_HOME": str(config)})

    file = config / "rosetta" / "config.toml"
    assert (status, target.token in drawn) == (0, False)
    assert target.token in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(("answer", "status", "left"), [("y", 0, 0), ("n", 1, 1)], ids=["yes", "no"])
def test_who_deletes_is_asked(target: Target, config: Path, answer: str, status: int, left: int) -> None:
    environ = {"XDG_CONFIG_HOME": str(config), "ROSETTA_URL": target.url, "ROSETTA_TOKEN": target.token}
    assert run_on_terminal(["image", "create", "one", "--id", ID, "--disk-format", "raw"], [], environ)[0] == 0

    ended, drawn = run_on_terminal(["image", "delete", "one"], [("Delete this image? [y/N]: ", answer)], environ)

    assert (ended, f"{ID}  one" in drawn) == (status, True)
    assert ("nothing was deleted" in drawn) == bool(left)
    assert target.caller.get("/v1/images").json["images"] == [] or left


def test_how_many_are_to_be_deleted_is_said(target: Target, config: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(config), "ROSETTA_URL": target.url, "ROSETTA_TOKEN": target.token}
    for name in ("one", "two"):
        run_on_terminal(["image", "create", name, "--disk-format", "raw"], [], environ)

    ended, _ = run_on_terminal(["image", "delete", "one", "two"], [("Delete these 2? [y/N]: ", "y")], environ)

    assert (ended, target.caller.get("/v1/images").json["images"]) == (0, [])


@pytest.mark.parametrize(("columns", "hidden"), [(160, 0), (80, 2), (60, 4)])
def test_ids_are_whole_at_any_width(config: Path, columns: int, hidden: int) -> None:
    document = {"id": ID, "name": "a name that is long", "status": "active", "size": 10**8, "owner": "0123456789abcdef"}

    with scripted(lambda _asked: Reply(200, {"images": [document]})) as service:
        environ = {"XDG_CONFIG_HOME": str(config), "ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"}
        status, drawn = run_on_terminal(["image", "list"], [], environ, columns)

    note = f"{hidden} columns hidden; --json shows all."
    assert (status, drawn.count(ID), drawn.count(note)) == (0, 1, 1 if hidden else 0)


@pytest.mark.parametrize(("columns", "hidden"), [(200, 0), (80, 4)])
def test_jobs_are_watched_in_as_many_columns_as_fit(config: Path, columns: int, hidden: int) -> None:
    job = {"id": ID, "action": "upload", "status": "successful", "images": [ID], "done": 10**9, "size": 10**9}

    with scripted(lambda _asked: Reply(200, {"jobs": [job]})) as service:
        environ = {"XDG_CONFIG_HOME": str(config), "ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"}
        status, drawn = run_on_terminal(["job", "watch"], [], environ, columns)

    assert (status, f"{hidden} columns hidden" in drawn) == (0, bool(hidden))
    assert drawn.count(ID) == (1 if hidden else 2) * drawn.count("ACTION")
