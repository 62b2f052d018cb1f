"""What a tenant uses is shown in sizes that people read, and as it is in JSON."""

import json
from collections.abc import Mapping

import pytest
from click.testing import CliRunner, Result

from rosetta.command import cli
from tests.cli.importing.scripted import Asked, Reply, scripted

USAGE = {
    "tenant": "t1",
    "bytes": 1536 * 2**20,
    "bytes_allowed": 10 * 2**30,
    "images": 3,
    "public_images": 1,
    "shared_images": 2,
    "shared_images_allowed": 1000,
}


def run(reply: Reply, *words: str) -> tuple[Result, list[Asked]]:
    """What the command shows of an answer, and what it asked."""
    with scripted(lambda _asked: reply) as service:
        environ = {"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"}
        return CliRunner().invoke(cli, ["usage", *words], env=environ), service.asked


def test_it_is_shown_in_four_lines() -> None:
    result, [asked] = run(Reply(200, {"usage": USAGE}))

    assert result.output.splitlines() == [
        "tenant         t1",
        "bytes          1.5 GiB of 10.0 GiB",
        "images         3, 1 of them public",
        "shared images  2 of 1000",
    ]
    assert (asked.path, dict(asked.query)) == ("/v1/usage", {})


def test_what_is_not_limited_says_so() -> None:
    result, _ = run(Reply(200, {"usage": {**USAGE, "bytes_allowed": None, "shared_images_allowed": None}}))

    assert "bytes          1.5 GiB, no limit" in result.output
    assert "shared images  2, no limit" in result.output


def test_json_has_numbers_as_they_are() -> None:
    unlimited = {**USAGE, "bytes_allowed": None}

    result, _ = run(Reply(200, {"usage": unlimited}), "--json")

    assert json.loads(result.output) == unlimited


def test_another_tenant_is_asked_for_by_its_name() -> None:
    result, [asked] = run(Reply(200, {"usage": {**USAGE, "tenant": "a\n&b"}}), "--tenant", "a\n&b")

    assert dict(asked.query) == {"tenant": "a\n&b"}
    assert result.output.startswith("tenant         a\N{REPLACEMENT CHARACTER}&b\n")


@pytest.mark.parametrize(
    "document", [{}, {"usage": None}, {"usage": {**USAGE, "bytes": "many"}}], ids=["nothing", "null", "text"]
)
def test_an_answer_that_is_no_usage_is_one_line(document: Mapping[str, object]) -> None:
    result, _ = run(Reply(200, document))

    assert (result.exit_code, result.output) == (1, "Error: unexpected response (expected: usage)\n")
