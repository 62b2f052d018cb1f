"""Let moto answer our own DynamoDB client in this process, and emit botocore's events for its calls.

moto's `mock_aws` hooks into botocore's clients, and so do other listeners. Only the transport is replaced; without moto
requests go over the network.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from botocore.hooks import HierarchicalEmitter
from moto.core.models import botocore_stubber

from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.dynamodb import SERVICE, Client
from chalicelib.storage.turns import Steps
from chalicelib.storage.wire import Reply, Wire


class MotoWire(Wire):
    """A transport on which hooks of `before-send` can answer."""

    def __init__(self, url: str, connect_seconds: float, read_seconds: float) -> None:
        super().__init__(url, connect_seconds, read_seconds)
        self.events = HierarchicalEmitter()
        self.events.register("before-send", _ask_moto)
        self._latest = threading.local()

    @property
    def latest(self) -> Reply:
        """The last response to this thread."""
        reply: Reply = self._latest.reply
        return reply

    def exchange(self, headers: Mapping[str, str], body: bytes) -> Steps[Reply]:
        """Return the response of the first hook that has one, otherwise of the server."""
        operation = headers["x-amz-target"].rpartition(".")[2]
        given = self.asked(operation, headers, body)
        reply = given or (yield from super().exchange(headers, body))
        told = {"status_code": reply.status, "headers": reply.headers, "body": reply.body}
        self.events.emit(f"response-received.{SERVICE}.{operation}", response_dict=told)
        if given is not None:
            yield  # as if it had to wait for the network
        self._latest.reply = reply
        return reply

    def asked(self, operation: str, headers: Mapping[str, str], body: bytes) -> Reply | None:
        """Return the response of a hook, or None."""
        sent = HTTPHeaders()
        for name, value in headers.items():
            sent[name] = value
        request = AWSPreparedRequest("POST", f"{self.url.rstrip('/')}/", sent, body, False)  # noqa: FBT003  # whether it streams
        for _, answer in self.events.emit(f"before-send.{SERVICE}.{operation}", request=request):
            if answer is not None:
                named = {name.lower(): str(value) for name, value in answer.headers.items()}
                return Reply(answer.status_code, named, answer.content)
        return None


class TellingClient(Client):
    """The client, with botocore's events `before-call`, whose hooks may answer, and `after-call`."""

    def __init__(self, wire: MotoWire, *args: Any) -> None:
        super().__init__(wire, *args)
        self.meta = SimpleNamespace(events=wire.events, endpoint_url=None)
        self._events: Any = wire.events
        self._told = wire

    def call(self, operation: str, parameters: dict[str, Any]) -> Steps[dict[str, Any]]:
        name = f"{SERVICE}.{operation}"
        told = {"model": SimpleNamespace(name=operation, has_streaming_output=False), "context": {}}
        params = {"body": json.dumps(parameters).encode(), "headers": {}, "context": {}}
        for _, answer in self._events.emit(f"before-call.{name}", params=params, **told):
            if answer is not None:
                return _given(operation, *answer)
        parsed = yield from super().call(operation, parameters)
        http = SimpleNamespace(content=self._told.latest.body)
        self._events.emit(f"after-call.{name}", parsed=parsed, http_response=http, **told)
        return parsed


@contextmanager
def intercepted() -> Iterator[None]:
    """Make connections that are first used inside the block use moto and emit events."""
    usual = SharedConnection.wire_to, SharedConnection.client_over
    SharedConnection.wire_to, SharedConnection.client_over = MotoWire, TellingClient  # type: ignore[assignment]  # they go together
    try:
        yield
    finally:
        SharedConnection.wire_to, SharedConnection.client_over = usual


def _given(operation: str, http: Any, parsed: Any) -> dict[str, Any]:
    """The response of a hook in place of DynamoDB's. Raises ClientError."""
    if http.status_code >= 300:
        raise ClientError(parsed, operation)
    return dict(parsed)


def _ask_moto(event_name: str, request: Any, **_: Any) -> Any:
    return botocore_stubber(event_name, request)
