"""The deployed API, with the interface of the one in this process, for the clients of other tests."""

import http.client
import time
from contextlib import closing
from urllib.parse import urlsplit

from chalicelib.bootstrap import build_world
from tests.api import Answer, Api
from tests.loopback.stack import Stack

FAILED = "message failed"
"""The text in the worker's log that reports a failure."""
PATIENCE = 60
"""Seconds that a request, and the jobs that it starts, may take."""


class DeployedApi(Api):
    """Sends requests to API Gateway; its world uses the stack's tables, bucket and queue as the administrator."""

    def __init__(self, stack: Stack, host: str | None = None) -> None:
        self.stack = stack
        self.world = build_world(stack.environment)
        self._host, self._root = (stack.host, f"/{stack.stage}") if host is None else (host, "")

    def send(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        """Send a request to the API's host, or to another one in `Host`; it is chunked if its headers say so."""
        sent = {name: value for name, value in headers if name.lower() != "host"}
        chunked = sent.pop("Transfer-Encoding", None) is not None
        pieces = iter([body[:7], body[7:]]) if chunked else body
        with closing(http.client.HTTPConnection("127.0.0.1", self.stack.emulator.port, timeout=PATIENCE)) as connection:
            address = {"Host": self._host, "Accept": "*/*"}
            connection.request(method, f"{self._root}{target}", pieces, {**address, **sent}, encode_chunked=chunked)
            response = connection.getresponse()
            return Answer(
                status=response.status,
                headers={name.lower(): value for name, value in response.getheaders()},
                header_names=[name for name, _ in response.getheaders()],
                body=response.read(),
            )

    def follow(self, link: str) -> str:
        """The target of a link in a response."""
        parts = urlsplit(link)
        assert (parts.netloc, parts.path.startswith(f"{self._root}/")) == (self._host, True), link
        return f"{parts.path}?{parts.query}".removeprefix(self._root).rstrip("?")

    def work(self) -> None:
        """Wait until the worker is idle. Fails if a message has failed, because its retry would take long.

        A message whose job another worker has started is redelivered a minute later, when the job is done.
        """
        sqs, deadline = self.stack.emulator.sqs, time.monotonic() + PATIENCE
        while True:
            told = sqs.get_queue_attributes(QueueUrl=self.world.queue.url, AttributeNames=["All"])["Attributes"]
            if told["ApproximateNumberOfMessages"] == told["ApproximateNumberOfMessagesNotVisible"] == "0":
                return
            failures = [line for line in self.stack.log("Work") if FAILED in line]
            assert not failures, failures
            assert time.monotonic() < deadline, told
            time.sleep(0.2)
