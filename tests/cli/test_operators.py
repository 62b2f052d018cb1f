"""An operator creates, lists and revokes tokens on the tables."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.catalog import lengths
from chalicelib.catalog.image import Inspecting
from chalicelib.catalog.principal import Policy, Principal
from rosetta.options import LONGEST_LABEL
from rosetta.tokens import POLICIES
from tests.api import Api
from tests.cli.conftest import Run
from tests.e2e.server import running_server
from tests.faults.outages import SILENT, during

ROOT = Path(__file__).parents[2]


def test_a_token_that_was_issued_opens_the_api(run: Run, api: Api) -> None:
    result = run("token", "create", "--aws", "--user", "u", "--tenant", "t", "--policy", "read_images")

    secret = result.stdout.removesuffix("\n")
    assert result.exit_code == 0
    assert re.fullmatch(r"\S{27,}", secret)
    assert secret not in result.stderr
    principal = api.world.identities.authenticate(secret)
    assert principal == Principal("u", "t", frozenset({Policy.READ_IMAGES}))
    assert api.anonymous().get("/v1/images", {"X-Auth-Token": secret}).status == 200


def test_a_token_has_all_policies_that_are_named_and_needs_no_tenant(run: Run, api: Api) -> None:
    result = run("token", "create", "--aws", "--user", "u", "--policy", "admin", "--policy", "create_image")

    principal = api.world.identities.authenticate(result.stdout.strip())
    assert principal == Principal("u", None, frozenset({Policy.ADMIN, Policy.CREATE_IMAGE}))


def test_a_token_has_a_name_if_it_is_given_one(run: Run, api: Api) -> None:
    run("token", "create", "--aws", "--user", "u", "--policy", "read_images", "--name", "backups")
    refused = run("token", "create", "--aws", "--user", "u", "--policy", "read_images", "--name", "")

    assert [token.name for token in api.world.identities.list()] == ["backups"]
    assert refused.exit_code == 2


def test_a_token_says_what_becomes_of_unsafe_images_if_that_is_asked_for(run: Run, api: Api) -> None:
    for words in ((), ("--inspection", "off"), ("--inspection", "never")):
        run("token", "create", "--aws", "--user", "u", "--policy", "read_images", *words)

    assert [token.principal.inspecting for token in api.world.identities.list()] == [None, Inspecting.OFF]


@pytest.mark.parametrize(
    ("text", "lifetime"),
    [
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("90d", timedelta(days=90)),
        ("4w", timedelta(weeks=4)),
    ],
)
def test_a_token_may_expire(run: Run, api: Api, text: str, lifetime: timedelta) -> None:
    run("token", "create", "--aws", "--user", "u", "--policy", "read_images", "--expires", text)

    (token,) = api.world.identities.list()
    assert token.expires_at is not None
    assert abs(token.expires_at - datetime.now(UTC) - lifetime) < timedelta(minutes=1)


@pytest.mark.parametrize("option", ["--user", "--tenant"])
@pytest.mark.parametrize("name", ["", "x" * 256], ids=["empty", "long"])
def test_names_in_a_token_have_1_to_255_characters(run: Run, api: Api, option: str, name: str) -> None:
    usual = {"--user": "u", "--tenant": "t", "--policy": "read_images"}

    result = run("token", "create", "--aws", *(word for pair in {**usual, option: name}.items() for word in pair))

    assert result.exit_code == 2
    assert "1 to 255 characters" in result.stderr
    assert api.world.identities.list() == []


def test_the_longest_names_open_the_api(run: Run, api: Api) -> None:
    result = run("token", "create", "--aws", "--user", "é" * 255, "--tenant", "😀" * 255, "--policy", "read_images")

    principal = api.world.identities.authenticate(result.stdout.strip())
    assert principal == Principal("é" * 255, "😀" * 255, frozenset({Policy.READ_IMAGES}))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--policy", "read_images"],
        ["--user", "u"],
        ["--user", "u", "--policy", "fly"],
        ["--user", "u", "--policy", "read_images", "--expires", "soon"],
        ["--user", "u", "--policy", "read_images", "--expires", "0d"],
    ],
    ids=["no-user", "no-policy", "unknown-policy", "no-lifetime", "no-time"],
)
def test_a_wrong_usage_issues_nothing(run: Run, api: Api, arguments: list[str]) -> None:
    result = run("token", "create", "--aws", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr
    assert api.world.identities.list() == []


def test_the_list_is_a_table_without_secrets(run: Run) -> None:
    words = ("--user", "somebody", "--tenant", "t1", "--policy", "read_images", "--name", "backups")
    first = run("token", "create", "--aws", *words, "--inspection", "enforce").stdout
    run("token", "create", "--aws", "--user", "root", "--policy", "admin", "--expires", "1d")

    result = run("token", "list", "--aws")

    heading, row, other = result.stdout.splitlines()
    assert heading.split() == ["ID", "NAME", "USER", "TENANT", "POLICIES", "EXPIRES", "INSPECTION"]
    assert re.fullmatch(r"[0-9a-f]{12}  backups  somebody  t1      read_images  never                 enforce", row)
    assert re.fullmatch(r"[0-9a-f]{12}  -        root      -       admin        [\d-]{10} [\d:]{5} UTC  -", other)
    assert first.strip() not in result.output


def test_ids_alone_are_shown_if_that_is_asked_for(run: Run, api: Api) -> None:
    run("token", "create", "--aws", "--user", "u", "--policy", "admin")

    result = run("token", "list", "--aws", "-q")

    assert result.output == "".join(f"{token.id}\n" for token in api.world.identities.list())


def test_that_there_are_no_tokens_is_no_result(run: Run) -> None:
    result = run("token", "list", "--aws")

    assert (result.stdout, result.stderr) == ("", "There are no tokens.\n")


def test_tokens_are_documents_too(run: Run) -> None:
    anew = ("token", "create", "--aws", "--policy", "admin", "--json")
    ends = json.loads(run(*anew, "--user", "u", "--expires", "1d").stdout)
    lasting = json.loads(run(*anew, "--user", "v").stdout)

    first, second = json.loads(run("token", "list", "--aws", "--json").stdout)

    assert (ends.keys(), lasting["expires_at"]) == ({"secret", "expires_at"}, None)
    assert {**first, "id": ""} == {
        "id": "",
        "name": None,
        "user": "u",
        "tenant": None,
        "policies": ["admin"],
        "inspection": None,
        "expires_at": ends["expires_at"],
    }
    assert second["expires_at"] is None


def test_the_policies_and_lengths_that_may_be_asked_for_are_those_of_the_catalogue() -> None:
    assert tuple(policy.value for policy in Policy) == POLICIES
    assert lengths.TEXT == LONGEST_LABEL


def test_a_revoked_token_is_gone(run: Run, api: Api) -> None:
    secret = run("token", "create", "--aws", "--user", "u", "--policy", "read_images").stdout.strip()
    (token,) = api.world.identities.list()

    result = run("token", "revoke", "--aws", token.id)

    assert (result.exit_code, result.stdout) == (0, "")
    assert api.world.identities.list() == []
    assert api.world.identities.authenticate(secret) is None


def test_revoking_what_is_not_there_is_an_error(run: Run) -> None:
    result = run("token", "revoke", "--aws", "0123456789ab")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: no token has the id 0123456789ab\n"


def test_tables_that_are_not_there_are_one_clear_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_PREFIX", "nowhere-")

    result = run("token", "list", "--aws")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


def test_tables_that_do_not_answer_are_one_clear_line(run: Run) -> None:
    with during("dynamodb", SILENT[0][1]):
        result = run("token", "list", "--aws")

    assert (result.exit_code, result.stderr) == (1, "Error: The tables are unreachable, try again\n")


def test_a_bad_setting_is_one_clear_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_SCAN", "many")

    result = run("token", "list", "--aws")

    assert (result.exit_code, result.stderr) == (1, "Error: MAX_SCAN must be a whole number, 1 or more, not 'many'\n")


def test_without_credentials_it_is_said_what_works_without(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}

    result = subprocess.run(  # ours
        [sys.executable, "-m", "rosetta", "token", "list", "--aws"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stdout) == (1, "")
    assert "--local" in result.stderr


def process(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command in a process of its own, on the server that runs in the folder."""
    environ = {"PATH": os.environ["PATH"], "LOCAL_DIR": str(folder)}
    command = [sys.executable, "-m", "rosetta", *arguments, "--local"]
    return subprocess.run(  # noqa: S603  # a command of ours
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


def test_the_local_server_knows_a_token_that_was_issued_for_it(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        issued = process(tmp_path, "token", "create", "--user", "u", "--policy", "read_images")
        secret = issued.stdout.strip()
        answer = server.request("t1", "GET", "/v1/images", headers={"X-Auth-Token": secret})

    assert issued.returncode == 0
    assert answer.status == 200


def test_without_a_local_server_there_is_one_clear_line(tmp_path: Path) -> None:
    result = process(tmp_path, "token", "list")

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "Error: no local server is running: start one with `make run` or `rosetta serve`\n"
