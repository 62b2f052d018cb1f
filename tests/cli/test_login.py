"""Who signs in is remembered, for the right deployment, and told who it is."""

import json
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rosetta.command import cli
from tests.api import Api
from tests.cli.importing.conftest import Target, a_target
from tests.cli.importing.scripted import Asked, Reply, Scripted, scripted

TOKEN = {
    "id": "0123456789ab",
    "name": "laptop",
    "user": "ann",
    "tenant": "t1",
    "policies": ["create_image", "read_images"],
    "created_at": "2026-01-02T03:04:05.000000",
    "expires_at": "2026-04-02T03:04:05.000000",
    "inspection": None,
    "last_used_at": None,
    "issuer": None,
}
KEYRING = '''
"""A keyring that keeps its secrets in a file."""
import json
from pathlib import Path
from keyring.errors import KeyringError
FILE = Path(__file__).with_name("secrets.json")
class Backend:
    priority = PRIORITY
def get_keyring():
    return Backend()
def _secrets():
    if FILE.with_name("locked").exists():
        raise KeyringError("locked")
    return json.loads(FILE.read_text()) if FILE.exists() else {}
def set_password(service, user, secret):
    FILE.write_text(json.dumps({**_secrets(), f"{service} {user}": secret}))
def get_password(service, user):
    return _secrets().get(f"{service} {user}")
def delete_password(service, user):
    secrets = _secrets()
    if secrets.pop(f"{service} {user}", None) is None:
        raise KeyringError("none")
    FILE.write_text(json.dumps(secrets))
'''


def rosetta(*words: str, typed: str | None = None, **environ: str) -> Result:
    return CliRunner().invoke(cli, words, env=environ, input=typed)


def signed_in(url: str, *words: str, secret: str = "secret") -> Result:  # noqa: S107
    return rosetta("login", "--url", url, "--token-stdin", *words, typed=f"{secret}\n")


def knowing(asked: Asked) -> Reply:
    """A deployment that knows one token."""
    if asked.headers.get("x-auth-token") != "secret":
        return Reply(401, {"error": {"message": "Authentication required"}})
    if asked.method == "DELETE":
        return Reply(204)
    if asked.path == "/v1/tokens/current":
        return Reply(200, {"token": TOKEN})
    return Reply(200, {"images": []})


@pytest.fixture
def service() -> Iterator[Scripted]:
    with scripted(knowing) as service:
        yield service


@pytest.fixture
def target(api: Api) -> Iterator[Target]:
    """A deployment of this release."""
    with a_target(api) as target:
        yield target


@pytest.fixture
def make_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], Path]]:
    """A library of the name keyring; returns the folder in which it is."""

    def make(priority: float) -> Path:
        folder = tmp_path / "keyring"
        folder.mkdir()
        (folder / "errors.py").write_text("class KeyringError(Exception):\n    pass\n")
        (folder / "__init__.py").write_text(KEYRING.replace("PRIORITY", str(priority)))
        monkeypatch.syspath_prepend(tmp_path)
        return folder

    yield make
    for name in ("keyring", "keyring.errors"):
        sys.modules.pop(name, None)


def secrets(folder: Path) -> Any:
    return json.loads((folder / "secrets.json").read_text())


def test_who_signs_in_needs_no_variables(service: Scripted, config: Path) -> None:
    result = signed_in(f"{service.url}/")

    file = config / "rosetta" / "config.toml"
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        f"Saved profile default for {service.url}. The token is that of ann, tenant t1."
        f" The token is stored in {file}.\n"
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert rosetta("image", "list").exit_code == 0
    assert service.asked[-1].headers["x-auth-token"] == "secret"


def test_a_deployment_of_this_release_is_signed_in_to(target: Target) -> None:
    assert signed_in(target.url, secret=target.token).exit_code == 0
    assert rosetta("image", "list").exit_code == 0
    assert rosetta("whoami").exit_code == 0


@pytest.mark.parametrize("status", [200, 403])
def test_an_older_deployment_says_only_that_the_token_works(status: int) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(404) if "tokens" in asked.path else Reply(status, {"images": []})

    with scripted(answer) as service:
        login = signed_in(service.url, "--json")
        whoami = rosetta("whoami")
        as_json = rosetta("whoami", "--json")

    assert json.loads(login.stdout) == {"profile": "default", "url": service.url, "token": None}
    assert whoami.stdout.splitlines() == [f"url    {service.url} (profile default)", "token  of profile default"]
    assert "The token is valid." in whoami.stderr
    assert json.loads(as_json.stdout)["token"] is None


def test_a_token_that_is_not_known_is_not_kept(service: Scripted, config: Path) -> None:
    result = signed_in(service.url, secret="other")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {service.url} did not accept this token: it may be expired or revoked\n"
    assert list(config.iterdir()) == []


@pytest.mark.parametrize("status", [404, 401], ids=["old", "new"])
def test_a_token_that_an_older_deployment_does_not_know_is_not_kept(status: int, config: Path) -> None:
    with scripted(lambda asked: Reply(status if "tokens" in asked.path else 401)) as service:
        assert signed_in(service.url).exit_code == 1

    assert list(config.iterdir()) == []


def test_an_address_of_something_else_is_not_kept(config: Path) -> None:
    """As if a version were part of it."""
    with scripted(lambda _asked: Reply(404, {"error": {"message": "nothing here"}})) as service:
        result = signed_in(f"{service.url}/v1")

    assert (result.exit_code, result.stderr) == (1, f"Error: no Rosetta at {service.url}/v1: it answered 404\n")
    assert list(config.iterdir()) == []


def test_a_deployment_that_does_not_answer_is_named_with_the_option(config: Path) -> None:
    result = signed_in("http://127.0.0.1:1")

    assert result.stderr.endswith(". Check the URL http://127.0.0.1:1, from --url.\n")


def test_a_deployment_that_fails_is_no_old_one(config: Path) -> None:
    with scripted(lambda asked: Reply(503)) as service:
        result = signed_in(service.url)

    assert (result.exit_code, result.stderr) == (1, "Error: 503: Service Unavailable\n")
    assert list(config.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "typed", "reason"),
    [
        (["--token-stdin"], "secret", "stdin is not a terminal: --url names the deployment"),
        (["--url", "http://h"], "secret", "stdin is not a terminal: --token-stdin reads the token from stdin"),
        (["--url", "http://h", "--token-stdin"], " \n", "the token is empty"),
        (["--url", "http://h", "--token-stdin"], "geh\u0131m", "that is not a valid token"),
        (["--url", "registry"], "", "--url: not a valid http:// or https:// URL"),
        (["--url", "registry", "--token-stdin"], "secret", "--url: not a valid http:// or https:// URL"),
        (["--profile", "a b"], "", "a profile name has up to 64 characters"),
    ],
    ids=["no-url", "no-token", "empty", "letters", "scheme, before a token is asked for", "scheme", "name"],
)
def test_what_cannot_be_remembered_is_wrong_usage(words: list[str], typed: str, reason: str, config: Path) -> None:
    result = rosetta("login", *words, typed=typed)

    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert list(config.iterdir()) == []


def test_who_asks_is_shown(service: Scripted) -> None:
    signed_in(service.url)

    result, document = rosetta("whoami"), json.loads(rosetta("whoami", "--json").stdout)

    assert result.stdout.splitlines() == [
        f"url       {service.url} (profile default)",
        "token     of profile default",
        "user      ann",
        "tenant    t1",
        "policies  create_image, read_images",
        "ends      2026-04-02 03:04:05 UTC",
    ]
    assert document["token"] == TOKEN
    assert (document["url"], document["token_from"]) == (service.url, "profile default")


@pytest.mark.parametrize("policy", ["enforce", "record"])
def test_what_becomes_of_images_that_are_objected_to_is_shown(policy: str) -> None:
    with scripted(lambda _asked: Reply(200, {"token": TOKEN, "inspection": policy})) as service:
        environ = {"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"}
        result, as_json = rosetta("whoami", **environ), rosetta("whoami", "--json", **environ)

    assert result.stdout.splitlines()[-1] == f"inspection  {policy}"
    assert json.loads(as_json.stdout)["inspection"] == policy


def test_a_token_without_end_and_tenant_says_so() -> None:
    with scripted(lambda _asked: Reply(200, {"token": {**TOKEN, "tenant": None, "expires_at": None}})) as service:
        result = rosetta("whoami", ROSETTA_URL=service.url, ROSETTA_TOKEN="secret")

    assert result.stdout.splitlines()[3:] == ["tenant    -", "policies  create_image, read_images", "ends      never"]


@pytest.mark.parametrize("document", [{}, {"token": {**TOKEN, "policies": 7}}], ids=["nothing", "policies"])
def test_an_answer_that_is_no_token_is_one_line(document: Any) -> None:
    with scripted(lambda _asked: Reply(200, document)) as service:
        result = rosetta("whoami", ROSETTA_URL=service.url, ROSETTA_TOKEN="secret")

    assert (result.exit_code, result.output) == (1, "Error: unexpected response (expected: token)\n")


def test_profiles_are_chosen_by_option_variable_and_default(service: Scripted) -> None:
    with scripted(knowing) as other:
        signed_in(service.url, "--profile", "one")
        signed_in(other.url, "--profile", "two")
        asked = [
            json.loads(rosetta(*words, "--json", **environ).stdout)["url"]
            for words, environ in [
                (["whoami"], {}),
                (["whoami", "--profile", "two"], {}),
                (["--profile", "two", "whoami"], {}),
                (["whoami"], {"ROSETTA_PROFILE": "two"}),
                (["whoami", "--profile", "one"], {"ROSETTA_PROFILE": "two"}),
                (["whoami"], {"ROSETTA_URL": other.url}),
            ]
        ]
        signed_in(other.url, "--profile", "two", "--default")
        last = json.loads(rosetta("whoami", "--json").stdout)["url"]

    assert asked == [service.url, other.url, other.url, other.url, service.url, other.url]
    assert last == other.url


def test_variables_win_over_profiles_each_by_itself(service: Scripted) -> None:
    signed_in(service.url)

    by_token = rosetta("whoami", ROSETTA_TOKEN="other")
    by_url = rosetta("whoami", ROSETTA_URL="http://127.0.0.1:1")
    by_both = rosetta("whoami", "--profile", "none", ROSETTA_URL=service.url, ROSETTA_TOKEN="secret")
    noted = rosetta("whoami", "--profile", "default", ROSETTA_TOKEN="secret")

    assert "Check the token from ROSETTA_TOKEN:" in by_token.stderr
    assert "Check the URL http://127.0.0.1:1, from ROSETTA_URL." in by_url.stderr
    assert (by_both.exit_code, noted.exit_code) == (0, 0)
    assert by_both.stderr == "Note: ROSETTA_URL and ROSETTA_TOKEN in the environment override the profile.\n"
    assert noted.stderr == "Note: ROSETTA_TOKEN in the environment overrides the profile.\n"


def test_errors_name_the_profile(service: Scripted, config: Path) -> None:
    signed_in(service.url, "--profile", "prod")
    file = config / "rosetta" / "config.toml"
    file.write_text(file.read_text().replace("secret", "ended"))

    unknown = rosetta("image", "list")
    file.write_text(file.read_text().replace(service.url, "http://127.0.0.1:1"))
    unreachable = rosetta("image", "list")

    assert unknown.stderr == (
        "Error: 401: Authentication required. Check the token from profile prod: it may be expired"
        " or revoked, or run `rosetta login` with another one.\n"
    )
    assert unreachable.stderr.endswith(". Check the URL http://127.0.0.1:1, from profile prod.\n")
    assert (unknown.exit_code, unreachable.exit_code) == (1, 1)


def test_without_anything_it_is_said_how_to_begin() -> None:
    result = rosetta("image", "list")

    assert result.exit_code == 2
    assert result.stderr.startswith("Error: run `rosetta login`, or set ROSETTA_URL to ")
    assert ", and set ROSETTA_TOKEN to " in result.stderr


def test_a_profile_is_forgotten(service: Scripted, config: Path) -> None:
    signed_in(service.url)

    result = rosetta("logout", "--json")

    assert json.loads(result.stdout) == {"profile": "default", "url": service.url, "revoked": False}
    assert result.stderr == "Profile default is removed.\n"
    assert list((config / "rosetta").iterdir()) == []
    assert service.paths("DELETE") == []
    again = rosetta("logout")
    assert (again.exit_code, again.stderr) == (2, "Error: no profile to remove\n")


def test_its_token_is_ended_if_that_is_asked_for_whatever_the_variables_say(service: Scripted) -> None:
    signed_in(service.url)

    result = rosetta("logout", "--revoke", ROSETTA_TOKEN="other", ROSETTA_URL="http://127.0.0.1:1")

    assert (result.exit_code, result.stderr) == (0, "Profile default is removed and its token revoked.\n")
    assert service.paths("DELETE") == [f"/v1/tokens/{TOKEN['id']}"]


def test_a_token_that_has_ended_already_is_forgotten(service: Scripted, config: Path) -> None:
    signed_in(service.url)
    file = config / "rosetta" / "config.toml"
    file.write_text(file.read_text().replace("secret", "ended"))

    assert rosetta("logout", "--revoke").exit_code == 0
    assert not file.exists()


@pytest.mark.parametrize("status", [404, 503])
def test_a_profile_whose_token_cannot_be_ended_stays(status: int, config: Path) -> None:
    are_kept = [True]

    def answer(asked: Asked) -> Reply:
        return knowing(asked) if are_kept[0] or "tokens" not in asked.path else Reply(status)

    with scripted(answer) as service:
        signed_in(service.url)
        are_kept[0] = False
        result = rosetta("logout", "--revoke")

    assert result.exit_code == 1
    assert (config / "rosetta" / "config.toml").exists()


def test_a_keyring_keeps_the_token_and_the_file_none(
    service: Scripted, config: Path, make_keyring: Callable[[float], Path]
) -> None:
    folder = make_keyring(5)

    result = signed_in(service.url)

    assert result.stderr.endswith(" The token is stored in the system's keyring.\n")
    assert "secret" not in (config / "rosetta" / "config.toml").read_text()
    assert secrets(folder) == {f"rosetta {service.url} default": "secret"}
    assert rosetta("whoami").exit_code == 0
    assert rosetta("logout", "--revoke").exit_code == 0
    assert (secrets(folder), service.paths("DELETE")) == ({}, [f"/v1/tokens/{TOKEN['id']}"])


@pytest.mark.parametrize(("priority", "words"), [(0.5, []), (5, ["--no-keyring"])], ids=["no-real-one", "unwanted"])
def test_without_a_keyring_the_file_keeps_the_token(
    service: Scripted, config: Path, make_keyring: Callable[[float], Path], priority: float, words: list[str]
) -> None:
    make_keyring(priority)

    signed_in(service.url, *words)

    assert 'token = "secret"' in (config / "rosetta" / "config.toml").read_text()


def test_a_keyring_that_is_locked_is_said(
    service: Scripted, config: Path, make_keyring: Callable[[float], Path]
) -> None:
    folder = make_keyring(5)
    signed_in(service.url)
    (folder / "locked").touch()

    asked, forgotten = rosetta("whoami"), rosetta("logout")
    signed_in(service.url)

    assert (asked.exit_code, forgotten.exit_code) == (2, 0)
    assert "can't read the token of profile default from the keyring: locked." in asked.stderr
    assert "`rosetta login --profile default --no-keyring` stores it in the file" in asked.stderr
    assert "Warning: the keyring did not confirm that it removed the token." in forgotten.stderr
    assert 'token = "secret"' in (config / "rosetta" / "config.toml").read_text()


def test_a_keyring_that_has_lost_the_token_or_is_gone_is_said(
    service: Scripted, make_keyring: Callable[[float], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_keyring(5)
    signed_in(service.url)
    (folder / "secrets.json").unlink()
    lost = rosetta("whoami")
    monkeypatch.setitem(sys.modules, "keyring.errors", None)
    gone, forgotten = rosetta("whoami"), rosetta("logout")

    assert "of profile default from the keyring: it has no token for this profile." in lost.stderr
    assert "of profile default from the keyring: the Python library keyring is not installed." in gone.stderr
    assert forgotten.exit_code == 0


def test_another_token_in_the_place_of_one_leaves_none_in_the_keyring(
    service: Scripted, make_keyring: Callable[[float], Path]
) -> None:
    folder = make_keyring(5)
    signed_in(service.url)
    signed_in(service.url)
    twice = secrets(folder)
    signed_in(service.url, "--no-keyring")

    assert (len(twice), secrets(folder)) == (1, {})
