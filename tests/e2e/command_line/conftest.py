"""Operators at their command lines, some of them behind an address that counts what passes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.command_line.commands import CommandLine
from tests.e2e.command_line.recorder import Recorder, recording
from tests.e2e.server import Server


@pytest.fixture
def server(small_server: Server) -> Iterator[Server]:
    """What is larger than 64 KiB comes from S3."""
    yield small_server
    small_server.forget_images()


@pytest.fixture
def operator(server: Server, tmp_path: Path) -> CommandLine:
    """Types commands as the principal t1."""
    state = tmp_path / "state"
    state.mkdir()
    return CommandLine(server.url, server.token("t1"), state)


@pytest.fixture
def recorder(server: Server) -> Iterator[Recorder]:
    with server.s3() as s3, recording(server, s3.meta.endpoint_url) as recorder:
        yield recorder


@pytest.fixture
def recorded(operator: CommandLine, recorder: Recorder) -> Iterator[CommandLine]:
    """The same operator; what these commands send is counted, and they must not send their token to S3."""
    yield operator.at(recorder.url)
    assert recorder.behaviour.tokens_at_s3 == []
