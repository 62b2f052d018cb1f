"""A bundle, unpacked and run as Lambda does, with the same interface as the application in this process."""

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
from tests.processes import JsonProcess

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


class Functions(JsonProcess):
    """The functions of an unpacked bundle."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        super().__init__(process)
        started = self.read()
        self.modules: dict[str, str] = started["modules"]
        self.path: list[str] = started["path"]

    def call(self, handler: str, event: object) -> Any:
        """A handler's response to an event."""
        return self.ask({"handler": handler, "event": event})


@contextmanager
def started(folder: Path, endpoint: str, **environ: str) -> Iterator[Functions]:
    """The functions of the bundle in a folder, run in an environment with nothing but an AWS."""
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
    """The API and the worker of two bundles, over the tables, bucket and queue of this process."""

    def __init__(self, aws: Aws, functions: Functions, working: Functions) -> None:
        super().__init__({}, aws)
        self._functions = functions
        self._working = working
        self._app = cast("Gateway", self._handle)  # it is only called

    def work(self) -> None:
        """Run the bundle's worker until the queue has no message that is due."""
        sqs, queue = self.world.queue.client(), self.world.queue.url
        while messages := sqs.receive_message(QueueUrl=queue, MessageSystemAttributeNames=["All"]).get("Messages"):
            [message] = messages
            record = {"messageId": message["MessageId"], "body": message["Body"], "attributes": message["Attributes"]}
            assert self._working.call("work", {"Records": [record]}) == {"batchItemFailures": []}
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    def sweep(self) -> None:
        """Run the reaper, as its schedule does each minute."""
        assert self._working.call("sweep", TICK) is None

    def _handle(self, event: object, _context: None) -> Any:
        return self._functions.call("app", event)
