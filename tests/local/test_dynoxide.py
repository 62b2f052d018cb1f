"""Dynoxide keeps what it is told, and never outlives its parent. Run where `make run ENGINE=dynoxide` once was."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from local.dynoxide import VERSION, EngineError, dynoxide

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".local" / f"dynoxide-{VERSION}"
KEY = {"AttributeName": "name", "KeyType": "HASH"}
PARENT = """
import pathlib, sys, time
from local.dynoxide import dynoxide
with dynoxide(pathlib.Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(60)
"""

needs_dynoxide = pytest.mark.skipif(
    not INSTALLED.exists(), reason="tests fetch nothing, and dynoxide was not fetched into .local/ before"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / INSTALLED.name).symlink_to(INSTALLED)
    return tmp_path


def client(url: str) -> Any:
    return boto3.Session("local", "local", region_name="us-east-1").client("dynamodb", endpoint_url=url)


def listens(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port or 0)) == 0


@needs_dynoxide
def test_tables_outlive_the_engine(folder: Path) -> None:
    with dynoxide(folder) as url:
        client(url).create_table(
            TableName="kept",
            KeySchema=[KEY],
            AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    ended = not listens(url)
    with dynoxide(folder) as url:
        tables = client(url).list_tables()["TableNames"]

    assert ended
    assert tables == ["kept"]


@needs_dynoxide
def test_it_ends_with_its_parent_however_that_ends(folder: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603  # ours
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        began = listens(url)
        parent.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 10
    while listens(url) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert began
    assert not listens(url)


@needs_dynoxide
def test_a_file_that_is_no_database_is_an_error_that_says_so(folder: Path) -> None:
    (folder / "dynamodb.db").write_text("no database")

    with pytest.raises(EngineError, match=r"dynoxide did not start: .+"), dynoxide(folder):
        pass


def test_without_npm_there_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(EngineError, match="npm was not found"), dynoxide(tmp_path):
        pass
