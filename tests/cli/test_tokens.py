"""Callers create, list and revoke tokens of their own over HTTP, and hand them to OpenStack's clients."""

import json
import subprocess
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from rosetta.answers import Token
from rosetta.command import cli
from rosetta.openstack import clouds_yaml, openrc
from tests.cli.importing.scripted import Asked, Reply, scripted

TOKEN = {
    "id": "0123456789ab",
    "name": "laptop",
    "user": "ann",
    "tenant": "t1",
    "policies": ["read_images"],
    "inspection": None,
    "created_at": "2026-01-02T03:04:05.000000",
    "expires_at": "2026-04-02T03:04:05.000000",
    "last_used_at": "2026-01-03",
    "issuer": None,
}
CREATED = Reply(201, {"token": {**TOKEN, "secret": "hush"}})
WORD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)


def run(reply: Reply, *words: str) -> tuple[Result, list[Asked], str]:
    """What the command says to an answer, what it asked, and of whom."""
    with scripted(lambda _asked: reply) as service:
        environ = {"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "asking"}
        return CliRunner().invoke(cli, ["token", *words], env=environ), service.asked, service.url


def a_token(**fields: Any) -> Token:
    return Token(**{**TOKEN, "policies": ("read_images",), **fields})


def test_the_secret_of_a_new_token_is_all_that_is_on_stdout() -> None:
    result, [asked], _ = run(
        CREATED,
        *("create", "--name", "laptop", "--policy", "read_images", "--policy", "create_image"),
        *("--expires", "90d", "--inspection", "enforce"),
    )

    assert (result.exit_code, result.stdout) == (0, "hush\n")
    assert result.stderr == (
        "Created token 0123456789ab; it expires: 2026-04-02 03:04:05 UTC. The secret is not shown again.\n"
    )
    assert (asked.method, asked.path) == ("POST", "/v1/tokens")
    assert asked.json == {
        "token": {
            "name": "laptop",
            "policies": ["read_images", "create_image"],
            "expires_in": 90 * 86400,
            "inspection": "enforce",
        }
    }


def test_what_is_not_said_is_left_to_the_deployment() -> None:
    result, [asked], _ = run(CREATED, "create", "--name", "laptop", "--json")

    assert asked.json == {"token": {"name": "laptop"}}
    assert json.loads(result.stdout) == {**TOKEN, "secret": "hush"}


def test_a_file_for_shells_is_printed_instead() -> None:
    result, _, url = run(CREATED, "create", "--name", "laptop", "--openrc")

    assert result.stdout.splitlines()[1:] == [
        f"export OS_AUTH_URL={url}/identity/v3",
        "export OS_USERNAME=ann",
        "export OS_PASSWORD=hush",
        "export OS_PROJECT_NAME=t1",
        "export OS_USER_DOMAIN_NAME=Default",
        "export OS_PROJECT_DOMAIN_NAME=Default",
        "export OS_IDENTITY_API_VERSION=3",
    ]
    assert "hush" not in result.stderr


def test_a_clouds_yaml_is_printed_instead() -> None:
    result, _, url = run(CREATED, "create", "--name", "laptop", "--clouds-yaml")

    assert yaml.safe_load(result.stdout) == {
        "clouds": {
            "rosetta": {
                "auth_type": "password",
                "auth": {
                    "auth_url": f"{url}/identity/v3",
                    "username": "ann",
                    "password": "hush",
                    "project_name": "t1",
                    "user_domain_name": "Default",
                    "project_domain_name": "Default",
                },
                "identity_api_version": "3",
            }
        }
    }


def test_who_has_no_tenant_has_no_project() -> None:
    token = a_token(tenant=None)

    assert "PROJECT_NAME" not in openrc("http://h", token, "hush")
    assert "project_name" not in yaml.safe_load(clouds_yaml("http://h", token, "hush"))["clouds"]["rosetta"]["auth"]


@given(user=WORD, tenant=WORD)
def test_any_name_is_itself_in_a_clouds_yaml(user: str, tenant: str) -> None:
    document = yaml.safe_load(clouds_yaml("http://h", a_token(user=user, tenant=tenant), "hush"))

    auth = document["clouds"]["rosetta"]["auth"]
    assert (auth["username"], auth["project_name"]) == (user, tenant)


@pytest.mark.parametrize(
    "user", ["ann", "a b", "a'b\"c", "$(touch x)`touch x`", "a\nb;touch x", "-n", "\N{CAT FACE}\\"]
)
def test_any_name_is_itself_in_a_shell(user: str, tmp_path: Any) -> None:
    script = openrc("http://h", a_token(user=user), "hush") + 'printf %s "$OS_USERNAME"'

    said = subprocess.run(  # noqa: S603  # ours
        ["/bin/sh", "-c", script], cwd=tmp_path, capture_output=True, check=True
    ).stdout

    assert (said.decode(), list(tmp_path.iterdir())) == (user, [])


def test_tokens_are_a_table() -> None:
    other = {**TOKEN, "id": "ba9876543210", "name": None, "tenant": None, "policies": []}
    never = {"created_at": None, "expires_at": None, "last_used_at": None}

    result, [asked], _ = run(Reply(200, {"tokens": [{**TOKEN, "inspection": "off"}, {**other, **never}]}), "list")

    heading, *rows = ([cell.strip() for cell in line.split("  ") if cell] for line in result.stdout.splitlines())
    assert heading == ["ID", "NAME", "USER", "TENANT", "POLICIES", "EXPIRES", "LAST USED", "CREATED", "INSPECTION"]
    assert rows == [
        [
            *("0123456789ab", "laptop", "ann", "t1", "read_images", "2026-04-02 03:04:05 UTC", "2026-01-03"),
            *("2026-01-02 03:04:05", "off"),
        ],
        ["ba9876543210", "-", "ann", "-", "-", "never", "-", "-", "-"],
    ]
    assert (asked.method, asked.path, dict(asked.query)) == ("GET", "/v1/tokens", {})


def test_administrators_list_and_end_the_tokens_of_a_tenant() -> None:
    listed, [asked], _ = run(Reply(200, {"tokens": [TOKEN]}), "list", "--tenant", "t 2", "--json")
    ended, [deleted], _ = run(Reply(204), "revoke", "0123456789ab", "--tenant", "t 2", "--json")

    assert json.loads(listed.stdout) == [TOKEN]
    assert json.loads(ended.stdout) == {"id": "0123456789ab", "revoked": True}
    assert (dict(asked.query), dict(deleted.query)) == ({"tenant": "t 2"}, {"tenant": "t 2"})


def test_ids_alone_are_shown_if_that_is_asked_for() -> None:
    result, _, _ = run(Reply(200, {"tokens": [TOKEN, {**TOKEN, "id": "ba9876543210"}]}), "list", "--quiet")

    assert result.output == "0123456789ab\nba9876543210\n"


def test_that_there_are_no_tokens_is_said_beside_the_results() -> None:
    result, _, _ = run(Reply(200, {"tokens": []}), "list")

    assert (result.stdout, result.stderr) == ("", "There are no tokens.\n")


def test_a_token_is_ended() -> None:
    result, [asked], _ = run(Reply(204), "revoke", "0123456789ab")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Revoked.\n")
    assert (asked.method, asked.path) == ("DELETE", "/v1/tokens/0123456789ab")


def test_a_token_that_is_not_there_is_said() -> None:
    result, _, _ = run(Reply(404), "revoke", "../images")

    assert (result.exit_code, result.stderr) == (1, "Error: no token has the id ../images\n")


@pytest.mark.parametrize("words", [["list"], ["create", "--name", "laptop"]], ids=["list", "create"])
def test_a_deployment_of_an_earlier_release_is_said(words: list[str]) -> None:
    result, _, _ = run(Reply(404), *words)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: this deployment does not manage tokens over HTTP: operators use --aws or --local\n"
    )


@pytest.mark.parametrize("words", [["list"], ["create", "--name", "laptop"], ["revoke", "0123456789ab"]], ids=" ".join)
def test_a_refusal_is_one_line(words: list[str]) -> None:
    result, _, _ = run(Reply(403, {"error": {"message": "no"}}), *words)

    assert (result.exit_code, result.output) == (1, "Error: 403: no\n")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["create"], "--name is required: say what the token is for"),
        (["create", "--name", "laptop", "--user", "u"], "--user and --tenant require --aws or --local"),
        (["create", "--name", "laptop", "--tenant", "t"], "--user and --tenant require --aws or --local"),
        (["create", "--aws", "--name", "laptop"], "--aws and --local require --user and --policy"),
        (["create", "--local", "--openrc"], "--openrc and --clouds-yaml cannot be combined with --aws"),
        (["create", "--aws", "--policy", "admin"], "--aws and --local require --user and --policy"),
        (["create", "--aws", "--user", "u"], "--aws and --local require --user and --policy"),
        (["list", "--aws", "--tenant", "t"], "--tenant cannot be combined with --aws or --local"),
        (["revoke", "--aws", "--tenant", "t", "x"], "--tenant cannot be combined with --aws or --local"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_options_that_do_not_go_together_are_wrong_usage(words: list[str], reason: str) -> None:
    result, asked, _ = run(Reply(200), *words)

    assert (result.exit_code, result.stdout, asked) == (2, "", [])
    assert reason in result.stderr
