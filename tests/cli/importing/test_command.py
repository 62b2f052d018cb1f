"""How the command is used, and misused."""

import pytest
from click.testing import CliRunner

from rosetta.command import cli
from tests.cli.importing.conftest import Import, Serve, Target, totals
from tests.cli.importing.sources import Glance

NOWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("dialect", "setting"),
    [
        ("glance-v1", "SOURCE_TOKEN"),
        ("glance-v2", "SOURCE_TOKEN"),
        ("scaleway", "SOURCE_TOKEN"),
        ("glance-v1", "ROSETTA_URL"),
        ("scaleway", "ROSETTA_TOKEN"),
        ("foreman", "SOURCE_PASSWORD"),
        ("foreman", "SOURCE_USER"),
        ("devops-service", "ROSETTA_USER"),
    ],
)
def test_a_setting_that_is_missing_is_named(run_import: Import, dialect: str, setting: str) -> None:
    done = run_import(dialect, NOWHERE, **{setting: None})

    assert done.exit_code == 2
    assert setting in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("qingcloud", NOWHERE),
        ("foreman", NOWHERE, "--all-tenants"),
        ("devops-service", NOWHERE, "--owner", "t1"),
        ("glance-v1", NOWHERE, "--parallel", "0"),
        ("glance-v1", "ftp://somewhere"),
        ("glance-v1", "somewhere"),
    ],
    ids=" ".join,
)
def test_wrong_usage(run_import: Import, words: tuple[str, ...]) -> None:
    done = run_import(*words)

    assert done.exit_code == 2
    assert "Traceback" not in done.output


@pytest.mark.parametrize("name", ["URL", "ROSETTA_URL"])
def test_credentials_in_an_address_are_refused_and_not_shown(run_import: Import, name: str) -> None:
    address = "http://ann:hidden@127.0.0.1:9"
    url, environ = (address, {}) if name == "URL" else (NOWHERE, {name: address})

    done = run_import("glance-v1", url, **environ)

    assert (done.exit_code, "hidden" in done.output) == (2, False)


def test_a_token_that_could_not_be_sent_is_refused(run_import: Import) -> None:
    done = run_import("glance-v1", NOWHERE, SOURCE_TOKEN="tökén")

    assert (done.exit_code, "characters other than printable ASCII" in done.stderr) == (2, True)


def test_the_target_may_be_that_of_a_profile(run_import: Import, target: Target, serve: Serve) -> None:
    words = ["login", "--url", target.url, "--token-stdin"]
    assert CliRunner().invoke(cli, words, input=target.token).exit_code == 0

    done = run_import("glance-v1", serve(Glance([])).url, ROSETTA_URL=None, ROSETTA_TOKEN=None)

    assert (done.exit_code, totals(done)) == (0, (0, 0, 0))
