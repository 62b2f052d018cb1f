"""The deployed API in place of the one in this process, so that the clients of the other tests speak to it."""

import http.client
import time
from contextlib import closing
from urllib.parse import urlsplit

from chalicelib.bootstrap import build_world
from tests.api import Answer, Api
from tests.loopback.stack import Stack

FAILED = "message failed"
"""How the worker's log tells of it."""
PATIENCE = 60
"""Seconds that a request, and all that it leaves to the worker, may take."""


class DeployedApi(Api):
    """Requests go to API Gateway; the world is the administrator's view of the stack's tables, bucket and queue."""

    def __init__(self, stack: Stack, host: str | None = None) -> None:
        self.stack = stack
        self.world = build_world(stack.environment)
        self._host, self._root = (stack.host, f"/{stack.stage}") if host is None else (host, "")

    def send(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        """A request to a host of the API's, its own unless another is named; one that says it is chunked is."""
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
        """The target that a link of an answer names."""
        parts = urlsplit(link)
        assert (parts.netloc, parts.path.startswith(f"{self._root}/")) == (self._host, True), link
        return f"{parts.path}?{parts.query}".removeprefix(self._root).rstrip("?")

    def work(self) -> None:
        """Wait until the worker has nothing to do at once; it must not have failed, as it waits long before it retries.

        A message whose job somebody else has begun comes again a minute later, and finds it done.
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
