"""Functions run as on Lambda: by awslambdaric, in a process of their own, which gets events from a Runtime API.

See "Using the Lambda runtime API for custom runtimes" in AWS's guide.
"""

import contextlib
import json
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

from tests.http_server import HttpServer, QuietHandler
from tests.loopback import tools
from tests.loopback.leash import leashed

VERSION = "/2018-06-01/runtime"
PATIENCE = 60
"""Seconds that a function may take to start and to answer."""
TIMEOUT = 29
"""The deadline of an event, in seconds, as the function sees it."""


class FunctionError(Exception):
    """An error that a function has raised, as the runtime reports it."""


@dataclass(frozen=True)
class Function:
    """A running function."""

    folder: Path
    server: "_RuntimeServer"
    leash: int
    """The id of the function's parent process."""

    def invoke(self, event: object) -> Any:
        """The result of one event. Raises FunctionError."""
        self.server.events.put((str(uuid.uuid4()), json.dumps(event).encode()))
        kind, document = self.server.outcomes.get(timeout=PATIENCE)
        if kind != "response":
            raise FunctionError(document)
        return document

    @property
    def log(self) -> str:
        return (self.folder / "log.txt").read_text("utf-8")


@contextlib.contextmanager
def running_function(handler: str, bundle: Path, environment: Mapping[str, str], **more: str) -> Iterator[Function]:
    """The function of a bundle with this handler; only the bundle and the runtime are on its path."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(_RuntimeServer())
        stack.enter_context(server.running())
        log = stack.enter_context((folder / "log.txt").open("wb"))
        words = [tools.bare_python(), "-m", "awslambdaric", f"app.{handler}"]
        told = {**_environment(handler, bundle, server.port), **environment, **more}
        stack.callback(server.events.put, None)
        leash = stack.enter_context(leashed(words, cwd=bundle, env=told, stdout=log, stderr=log))
        yield Function(folder, server, leash.pid)


def _environment(handler: str, bundle: Path, port: int) -> dict[str, str]:
    return {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        "AWS_LAMBDA_FUNCTION_NAME": f"rosetta-{handler}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/rosetta-{handler}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/02/[$LATEST]0",
        "LAMBDA_TASK_ROOT": str(bundle),
        "PYTHONPATH": f"{bundle}:{tools.runtime_client()}",
        "LC_ALL": "C.UTF-8",
        "TZ": ":UTC",
    }


class _RuntimeServer(HttpServer):
    """The Runtime API of one function."""

    def __init__(self) -> None:
        super().__init__(_Exchange)
        self.events: Queue[tuple[str, bytes] | None] = Queue()
        self.outcomes: Queue[tuple[str, Any]] = Queue()
        self.restorations = 0


class _Exchange(QuietHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _RuntimeServer

    def do_GET(self) -> None:  # where the base class looks
        """Respond with the next event as soon as there is one, or acknowledge a restoration."""
        if self.path == f"{VERSION}/restore/next":
            self.server.restorations += 1
            self._answer(200, b"")
        elif event := self.server.events.get():
            self._answer(200, event[1], event[0])

    def do_POST(self) -> None:  # where the base class looks
        """Take the result of an event, or an error of the start."""
        document = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.outcomes.put((self.path.rpartition("/")[2], json.loads(document)))
        self._answer(202, b'{"status": "OK"}')

    def _answer(self, status: int, body: bytes, request_id: str | None = None) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if request_id is not None:
            self.send_header("Lambda-Runtime-Aws-Request-Id", request_id)
            self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + TIMEOUT) * 1000)))
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:x")
        self.end_headers()
        self.wfile.write(body)
