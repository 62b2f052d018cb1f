"""Jobs are a table, documents, or ids."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rosetta.command import cli
from tests.cli.importing.scripted import Reply, scripted

JOB = {
    "id": "j1",
    "action": "upload",
    "status": "successful",
    "images": ["i1", "i2"],
    "done": 512,
    "size": 1024,
    "reason": "",
    "created_at": "2026-01-02T03:04:05.000000",
    "began_at": "2026-01-02T03:04:06.000000",
    "finished_at": None,
}


def run(document: Any, *words: str, status: int = 200) -> Result:
    with scripted(lambda _asked: Reply(status, document)) as service:
        return CliRunner().invoke(cli, ["job", *words], env={"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"})


def test_jobs_are_a_table() -> None:
    result = run({"jobs": [JOB, {**JOB, "id": "j2", "images": [], "size": None, "reason": "full"}]}, "list")

    heading, *rows = ([cell.strip() for cell in line.split("  ") if cell] for line in result.stdout.splitlines())
    assert heading == ["ID", "ACTION", "STATUS", "DONE", "IMAGES", "BEGAN", "FINISHED", "REASON"]
    assert rows == [
        ["j1", "upload", "successful", "50 % of 1.0 KiB", "i1 i2", "2026-01-02 03:04:06", "-", "-"],
        ["j2", "upload", "successful", "-", "-", "2026-01-02 03:04:06", "-", "full"],
    ]


@pytest.mark.parametrize("words", [["list"], ["watch"]], ids=" ".join)
def test_jobs_are_documents(words: list[str]) -> None:
    documents = json.loads(run({"jobs": [JOB]}, *words, "--json").stdout)

    assert documents == ([JOB] if words == ["list"] else JOB)


def test_ids_alone_are_shown_if_that_is_asked_for() -> None:
    assert run({"jobs": [JOB, {**JOB, "id": "j2"}]}, "list", "--quiet").output == "j1\nj2\n"


def test_that_there_are_no_jobs_is_said_beside_the_results() -> None:
    result = run({"jobs": []}, "list")

    assert (result.stdout, result.stderr) == ("", "You have no jobs.\n")


def test_a_job_is_shown() -> None:
    result = run({"job": JOB}, "show", "j1")

    facts = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert (facts["id"], facts["images"], "reason" in facts) == ("j1", "i1 i2", False)
    assert json.loads(run({"job": JOB}, "show", "j1", "--json").stdout) == JOB


@pytest.mark.parametrize(("status", "reason"), [(404, "you have no job j1"), (403, "403: Forbidden")])
def test_a_job_that_cannot_be_shown_is_one_line(status: int, reason: str) -> None:
    assert run(None, "show", "j1", status=status).output == f"Error: {reason}\n"
