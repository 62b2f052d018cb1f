"""Credentials from the environment, and from a server that stands in for the one beside a function."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest
from botocore.credentials import ContainerProvider, EnvProvider
from botocore.exceptions import CredentialRetrievalError

from chalicelib.bootstrap import Aws
from chalicelib.catalog.outage import Outage
from chalicelib.storage.answers import outage_of
from chalicelib.storage.credentials import (
    ADVISORY_SECONDS,
    MANDATORY_SECONDS,
    RETRY_SECONDS,
    Credentials,
    credentials_of,
)
from tests.storage.web import File, Web

FIXED = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
START = datetime(2026, 11, 30, 12, tzinfo=UTC)
LIFE = 6 * 3600
FIRST, SECOND = Credentials("first", "hunter1", "t1"), Credentials("second", "hunter2", "t2")


class Clock:
    """Stands where it is put, in seconds after `START`."""

    seconds = 0.0

    def __call__(self) -> float:
        return START.timestamp() + self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def document(credentials: Credentials, ends: float = LIFE) -> dict[str, str]:
    """What a container's server says."""
    end = (START + timedelta(seconds=ends)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "AccessKeyId": credentials.key,
        "SecretAccessKey": credentials.secret,
        "Token": credentials.token or "",
        "Expiration": end,
    }


def give(web: Web, credentials: Credentials, ends: float = LIFE, path: str = "/c") -> None:
    """Have the server give these from now on."""
    web.answer(path, 200, {}, json.dumps(document(credentials, ends)).encode())


def beside(web: Web, clock: Clock, path: str = "/c", **environ: str) -> Callable[[], Credentials]:
    return credentials_of({"AWS_CONTAINER_CREDENTIALS_FULL_URI": web.url(path), **environ}, clock)


def message(credentials: Callable[[], Credentials]) -> str:
    """Why there are none."""
    with pytest.raises(CredentialRetrievalError) as found:
        credentials()
    assert outage_of(found.value) is Outage.REFUSED
    assert found.value.__context__ is None
    return str(found.value)


@pytest.mark.parametrize(
    "token",
    [
        {},
        {"AWS_SESSION_TOKEN": ""},
        {"AWS_SESSION_TOKEN": "token"},
        {"AWS_SECURITY_TOKEN": "older"},
        {"AWS_SECURITY_TOKEN": "older", "AWS_SESSION_TOKEN": "token"},
    ],
)
def test_those_of_the_environment_are_botocores(token: dict[str, str]) -> None:
    environ = FIXED | token

    found = credentials_of(environ)()

    expected = EnvProvider(environ).load()
    assert expected is not None
    assert found == (expected.access_key, expected.secret_key, expected.token)


def test_a_secret_is_in_no_text() -> None:
    credentials = Credentials("AKID", "hunter2", "hunter3")

    assert repr(credentials) == str(credentials) == f"{credentials}" == "Credentials('AKID')"


def test_those_beside_a_function_are_botocores(web: Web, clock: Clock) -> None:
    give(web, FIRST, 10 * 365 * 86400)
    environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": web.url("/c?a=b"), TOKEN: "Bearer a"}
    web.answers["/c?a=b"] = web.answers["/c"]

    found = credentials_of(environ, clock)()

    expected = ContainerProvider(environ).load()
    assert expected is not None
    assert found == (expected.access_key, expected.secret_key, expected.token)
    assert web.asked[0] == web.asked[1] == ("GET", "/c?a=b", f"127.0.0.1:{web.port}")
    assert web.authorizations == ["Bearer a", "Bearer a"]


def test_nothing_is_asked_before_they_are_needed_nor_again_while_they_last(web: Web, clock: Clock) -> None:
    give(web, FIRST)
    credentials = beside(web, clock)
    assert web.asked == []

    found = [credentials(), credentials()]
    clock.seconds = LIFE - ADVISORY_SECONDS - 1
    found.append(credentials())

    assert found == [FIRST] * 3
    assert len(web.asked) == 1
    assert web.authorizations == [None]


def test_tables_and_links_ask_for_them_once(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    ends = (datetime.now(UTC) - START).total_seconds() + LIFE
    give(web, FIRST, ends)
    aws = Aws.from_environ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": web.url("/c"), "AWS_REGION": "eu-west-1"})

    link = aws.links.download("s3://bucket/key", 60)
    of_tables = aws.dynamodb.credentials

    assert of_tables is not None
    assert of_tables() == FIRST
    assert "X-Amz-Credential=first" in link
    assert len(web.asked) == 1


def test_they_are_renewed_before_they_end(web: Web, clock: Clock) -> None:
    give(web, FIRST)
    credentials = beside(web, clock)
    credentials()
    give(web, SECOND, 2 * LIFE)
    clock.seconds = LIFE - ADVISORY_SECONDS

    assert [credentials(), credentials()] == [SECOND, SECOND]
    assert len(web.asked) == 2


def test_a_token_in_a_file_is_read_anew_and_goes_before_that_of_the_environment(
    web: Web, clock: Clock, tmp_path: Path
) -> None:
    give(web, FIRST, 60)
    file = tmp_path / "token"
    file.write_text("one")
    credentials = beside(web, clock, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(file), **{TOKEN: "other"})
    credentials()
    file.write_text("two")
    credentials()

    assert web.authorizations == ["one", "two"]


def test_a_token_of_the_environment_is_read_anew(web: Web, clock: Clock) -> None:
    give(web, FIRST, 60)
    environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": web.url("/c"), TOKEN: "one"}
    credentials = credentials_of(environ, clock)
    credentials()
    environ[TOKEN] = "two"
    credentials()

    assert web.authorizations == ["one", "two"]


def test_one_renews_while_all_others_use_the_old_ones(web: Web, clock: Clock) -> None:
    give(web, FIRST, path="/dripping")
    web.gate.set()
    credentials = beside(web, clock, "/dripping")
    credentials()
    give(web, SECOND, 2 * LIFE, "/dripping")
    web.gate = Event()
    clock.seconds = LIFE - MANDATORY_SECONDS

    with ThreadPoolExecutor(1) as threads:
        renewing = threads.submit(credentials)
        while len(web.asked) < 2:
            sleep(0.001)
        meanwhile = credentials()
        web.gate.set()

    assert (meanwhile, renewing.result()) == (FIRST, SECOND)
    assert len(web.asked) == 2


def test_all_wait_for_the_one_that_renews_when_they_are_about_to_end(web: Web, clock: Clock) -> None:
    give(web, FIRST, path="/dripping")
    web.gate.set()
    credentials = beside(web, clock, "/dripping")
    credentials()
    give(web, SECOND, 2 * LIFE, "/dripping")
    web.gate = Event()
    clock.seconds = LIFE - MANDATORY_SECONDS + 1

    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(credentials) for _ in range(4)]
        while len(web.asked) < 2:
            sleep(0.001)
        sleep(0.05)
        assert not any(each.done() for each in waiting)
        web.gate.set()

    assert [each.result() for each in waiting] == [SECOND] * 4
    assert len(web.asked) == 2


def test_the_old_ones_serve_while_there_are_no_new_ones(web: Web, clock: Clock) -> None:
    give(web, FIRST)
    credentials = beside(web, clock)
    credentials()
    web.answer("/c", 500, {}, b"hunter3")

    clock.seconds = LIFE - 25
    assert [credentials(), credentials()] == [FIRST, FIRST]
    assert len(web.asked) == 1 + 3

    clock.seconds += RETRY_SECONDS
    assert credentials() == FIRST
    assert len(web.asked) == 1 + 6

    clock.seconds = LIFE - 0.001
    assert credentials() == FIRST

    clock.seconds = LIFE
    assert message(credentials) == "Error when retrieving credentials from container-role: HTTP 500"

    give(web, SECOND, 2 * LIFE)
    assert credentials() == SECOND


def test_a_failure_that_passes_is_not_noticed(web: Web, clock: Clock) -> None:
    web.keep("/c", File(json.dumps(document(FIRST)).encode(), breaks=2))

    assert beside(web, clock)() == FIRST
    assert len(web.asked) == 3


def test_a_server_that_says_nothing_is_a_failure_soon(web: Web, clock: Clock) -> None:
    begun = monotonic()

    assert message(beside(web, clock, "/dripping")).endswith("timed out")
    assert monotonic() - begun < 10


UNREADABLE = {
    "no-json": b"hunter2",
    "no-text": b"\xff\xfe\xfd",
    "no-object": b'["hunter2"]',
    "null": b"null",
    "nothing": b"",
    **{
        f"without-{name}": json.dumps({key: text for key, text in document(SECOND).items() if key != name}).encode()
        for name in document(SECOND)
    },
    "no-date": json.dumps(document(SECOND) | {"Expiration": "hunter2"}).encode(),
    "no-zone": json.dumps(document(SECOND) | {"Expiration": "2040-01-01T00:00:00"}).encode(),
    "a-number": json.dumps(document(SECOND) | {"Expiration": 1}).encode(),
    **{
        f"{kind}-{name}": json.dumps(document(SECOND) | {name: value}).encode()
        for name in ("AccessKeyId", "SecretAccessKey", "Token")
        for kind, value in {
            "two-lines": "hunter2\r\nX-Other: 1",
            "letters": "hunter2é",
            "number": 1,
            "null": None,
        }.items()
    },
    "ended": json.dumps(document(SECOND, 0)).encode(),
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_document_of_credentials_is_a_failure_that_tells_no_secret(
    web: Web, clock: Clock, content: bytes
) -> None:
    web.answer("/c", 200, {}, content)

    assert "hunter" not in message(beside(web, clock))


def test_a_server_that_leads_elsewhere_is_not_followed(web: Web, clock: Clock) -> None:
    give(web, FIRST, path="/other")
    web.redirect("/c", web.url("/other"))

    assert message(beside(web, clock)).endswith("HTTP 302")
    assert {path for _, path, _ in web.asked} == {"/c"}


def test_a_server_that_breaks_off_is_a_failure(web: Web, clock: Clock) -> None:
    web.answer("/c", 200, {"Content-Length": "100"}, b"{}")

    assert message(beside(web, clock)).endswith("IncompleteRead")


def test_a_server_that_is_not_there_is_a_failure(web: Web, clock: Clock) -> None:
    environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/c"}

    assert "refused" in message(credentials_of(environ, clock))
    assert web.asked == []


@pytest.mark.parametrize("token", ["hunter2\n", "hunter2\r\nX-Other: 1", "hunter2€"])
def test_a_token_that_is_no_value_of_a_header_is_neither_sent_nor_told(web: Web, clock: Clock, token: str) -> None:
    give(web, FIRST)

    assert "hunter" not in message(beside(web, clock, **{TOKEN: token}))
    assert web.asked == []


def test_a_token_whose_file_is_missing_is_a_failure(web: Web, clock: Clock, tmp_path: Path) -> None:
    credentials = beside(web, clock, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(tmp_path / "missing"))

    assert "No such file" in message(credentials)
    assert web.asked == []
