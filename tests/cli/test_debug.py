"""`--debug` shows what passes, and nothing that is secret."""

import json

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from rosetta.command import cli
from rosetta.debug import masked_document, masked_header, masked_url, shown_body
from tests.cli.importing.scripted import Reply, scripted

SIGNED = (
    "https://s3.example/key?X-Amz-Date=20260101&X-Amz-Signature=hush&X-Amz-Security-Token=hush&X-Amz-Credential=hush"
)
MASKED = "https://s3.example/key?X-Amz-Date=20260101&X-Amz-Signature=***&X-Amz-Security-Token=***&X-Amz-Credential=***"
IMAGE = {"id": "11111111-2222-3333-4444-555555555555", "name": "one", "status": "queued"}


def run(reply: Reply, *words: str) -> Result:
    with scripted(lambda _asked: reply) as service:
        return CliRunner().invoke(cli, words, env={"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "hush"})


@pytest.mark.parametrize("words", [["--debug", "image", "list"], ["image", "list", "--debug"]], ids=["first", "last"])
def test_requests_and_answers_are_shown_beside_the_result(words: list[str]) -> None:
    headers = {"Content-Type": "application/json", "X-Subject-Token": "hush"}
    result = run(Reply(200, {"images": []}, headers=headers), *words)

    lines = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (0, "")
    assert lines[0].startswith("> GET http://127.0.0.1:")
    assert lines[0].endswith("/v1/images/detail?limit=100")
    assert {"> X-Auth-Token: ***", "< 200", "< X-Subject-Token: ***", '< {"images": []}'} <= set(lines)
    assert "hush" not in result.stderr


def test_a_refusal_is_shown_whole() -> None:
    result = run(
        Reply(403, {"error": {"message": "no"}}, headers={"Content-Type": "application/json"}), "usage", "--debug"
    )

    assert '< {"error": {"message": "no"}}' in result.stderr.splitlines()
    assert result.stderr.endswith("Error: 403: no\n")


def test_nothing_is_shown_that_was_not_asked_for() -> None:
    assert run(Reply(200, {"images": []}), "image", "list").stderr == "There are no images that you can see.\n"


def test_what_is_fetched_from_is_shown_without_its_signature() -> None:
    result = run(Reply(201, {"image": IMAGE}), "image", "create", "one", "--copy-from", SIGNED, "--debug")

    assert f"> x-glance-api-copy-from: {MASKED}" in result.stderr.splitlines()
    assert "hush" not in result.stderr


def test_orders_to_the_terminal_are_none() -> None:
    result = run(
        Reply(200, {"images": [], "x": "\x1b[31m"}, headers={"Content-Type": "application/json"}),
        "image",
        "list",
        "--debug",
    )

    assert "\x1b" not in result.stderr


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (SIGNED, MASKED),
        ("http://user:hush@h:80/p#hush", "http://***@h:80/p"),
        (
            "https://h/p?Signature=hush&AWSAccessKeyId=A&sig=hush&x",
            "https://h/p?Signature=***&AWSAccessKeyId=A&sig=***&x",
        ),
        ("http://[oops?token=hush", "***"),
        ("/v1/images?limit=1", "/v1/images?limit=1"),
    ],
    ids=["signed", "credentials", "other names", "broken", "path"],
)
def test_an_address_keeps_its_secrets(url: str, shown: str) -> None:
    assert masked_url(url) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Basic hush", "***"),
        ("X-Auth-Token", "hush", "***"),
        ("Set-Cookie", "hush", "***"),
        ("X-Amz-Security-Token", "hush", "***"),
        ("Location", SIGNED, MASKED),
        ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==", "1B2M2Y8AsgTpgAmY7PhCfg=="),
    ],
)
def test_a_header_keeps_its_secrets(name: str, value: str, shown: str) -> None:
    assert masked_header(name, value) == shown


@pytest.mark.parametrize(
    ("kind", "body", "shown"),
    [
        ("application/json", b'{"token": {"secret": "hush", "id": "i"}}', '{"token": {"secret": "***", "id": "i"}}'),
        (
            "application/json",
            json.dumps({"links": [{"url": SIGNED}]}).encode(),
            json.dumps({"links": [{"url": MASKED}]}),
        ),
        (
            "application/json",
            b'{"password": 7, "key": null, "is_token": true}',
            '{"password": "***", "key": null, "is_token": true}',
        ),
        ("application/json; charset=UTF-8", b"hush", "(4 bytes, not JSON)"),
        ("application/octet-stream", b"hush", "(4 bytes)"),
        ("text/plain", b"", ""),
    ],
    ids=["secret", "links", "kinds", "no-json", "bytes", "nothing"],
)
def test_a_body_keeps_its_secrets(kind: str, body: bytes, shown: str) -> None:
    assert shown_body({"Content-Type": kind}, body) == shown


@given(st.recursive(st.text(max_size=5), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner)))
def test_a_secret_is_masked_whatever_is_around_it(document: object) -> None:
    hidden = masked_document({"deep": [document, {"secret": "hush", "Password": "hush", "X-Auth-Token": "hush"}]})

    assert "hush" not in json.dumps(hidden)
    assert masked_document(hidden) == hidden
