"""A bundle, unpacked and run as Lambda does, spoken to like the application in this process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from chalicelib.bootstrap import Aws
from chalicelib.http.gateway import Gateway
from local.environment import use_local_aws
from tests.api import Api

START = Path(__file__).with_name("lambda_start.py")
TICK = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "account": "123456789012",
    "region": "us-east-1",
    "source": "aws.events",
    "time": "2026-01-02T03:04:05Z",
    "resources": ["arn:aws:events:us-east-1:123456789012:rule/sweep"],
    "detail-type": "Scheduled Event",
    "detail": {},
}


class Functions:
    """The functions of an unpacked bundle."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        started = self._read()
        self.modules: dict[str, str] = started["modules"]
        self.path: list[str] = started["path"]

    def call(self, handler: str, event: object) -> Any:
        """What a handler answers to an event."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"handler": handler, "event": event}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the process has ended: see what it wrote to stderr"
        return json.loads(line)


@contextmanager
def started(folder: Path, endpoint: str, **environ: str) -> Iterator[Functions]:
    """The functions of the bundle in a folder, with nothing in their environment but an AWS."""
    variables = dict(environ)
    use_local_aws(variables, endpoint)
    command = [sys.executable, "-I", "-S", "-W", "error", str(START), str(folder)]
    with subprocess.Popen(  # noqa: S603  # our own interpreter
        command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/"
    ) as process:
        try:
            yield Functions(process)
        finally:
            process.terminate()


class BundledApi(Api):
    """The API of a bundle and the worker of the other one; tables, bucket and queue are those of this process."""

    def __init__(self, aws: Aws, functions: Functions, working: Functions) -> None:
        super().__init__({}, aws)
        self._functions = functions
        self._working = working
        self._app = cast("Gateway", self._handle)  # all that is asked of it is to be called

    def work(self) -> None:
        """Have the bundle's worker do all that can be done by now."""
        sqs, queue = self.world.queue.client(), self.world.queue.url
        while messages := sqs.receive_message(QueueUrl=queue, MessageSystemAttributeNames=["All"]).get("Messages"):
            [message] = messages
            record = {"messageId": message["MessageId"], "body": message["Body"], "attributes": message["Attributes"]}
            assert self._working.call("work", {"Records": [record]}) == {"batchItemFailures": []}
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    def sweep(self) -> None:
        """Have a minute pass."""
        assert self._working.call("sweep", TICK) is None

    def _handle(self, event: object, _context: None) -> Any:
        return self._functions.call("app", event)
