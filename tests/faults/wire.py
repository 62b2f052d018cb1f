"""The wire to AWS: requests are recorded, and may be lost, refused, or executed without a response.

A DynamoDB call that is `spared` takes the fast lane instead, which delivers it sooner.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

from chalicelib.storage.tables import ImageItem
from chalicelib.storage.wire import Reply
from tests.lane import Directly, Lane

TRANSACTION = "TransactWriteItems"


@dataclass(frozen=True)
class Sent:
    """A request to AWS. `call` numbers calls from 0, `attempt` numbers the attempts of a call from 1."""

    service: str
    operation: str
    url: str
    body: bytes
    call: int
    attempt: int
    deliver: Callable[[], AWSResponse]

    @property
    def document(self) -> Mapping[str, Any]:
        """The JSON body of a request to DynamoDB or SQS."""
        found: Mapping[str, Any] = json.loads(self.body)
        return found

    def __str__(self) -> str:
        return f"{self.call + 1} {self.service} {self.operation}"


@contextmanager
def wire(answer: Callable[[Sent], AWSResponse], spared: Callable[[Sent], bool] | None = None) -> Iterator[list[Sent]]:
    """Let `answer` respond to each request that is not `spared`; yields all requests as they are sent."""
    sent: list[Sent] = []
    calls: list[str] = []
    original, transactions = BotocoreStubber.__call__, _Transactions()

    def call(self: BotocoreStubber, event_name: str, request: Any, **kwargs: Any) -> AWSResponse | None:
        _, service, operation = event_name.split(".")
        invocation = request.headers["amz-sdk-invocation-id"]
        if invocation not in calls:
            calls.append(invocation)
        number = calls.index(invocation)
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()

        def deliver() -> AWSResponse:
            def act() -> AWSResponse:
                found = original(self, event_name, request, **kwargs)
                assert found is not None, event_name
                return found

            return transactions.once(body, act) if operation == TRANSACTION else act()

        attempt = sum(each.call == number for each in sent) + 1
        sent.append(Sent(service, operation, request.url, body, number, attempt, deliver))
        return answer(sent[-1])

    def bypass(operation: str, body: bytes, direct: Directly) -> Reply | None:
        number = len(calls)
        passing = Sent("dynamodb", operation, "", body, number, 1, _is_delivered)
        if spared is None or not spared(passing) or (found := direct()) is None:
            return None
        calls.append(f"spared {number}")
        sent.append(passing)
        return found

    BotocoreStubber.__call__ = call  # type: ignore[method-assign]  # it answers all AWS clients
    with ExitStack() as stack:
        stack.callback(setattr, BotocoreStubber, "__call__", original)
        connection = ImageItem._get_connection().connection  # noqa: SLF001  # all tables share it
        if spared is not None and isinstance(connection, Lane):
            stack.enter_context(connection.bypassed(bypass))
        yield sent


def _is_delivered() -> AWSResponse:
    raise AssertionError("already delivered by the fast lane")


class _Transactions:
    """Makes transactions idempotent by their token, as DynamoDB does and moto does not."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[int, bytes]] = {}

    def once(self, body: bytes, act: Callable[[], AWSResponse]) -> AWSResponse:
        token = json.loads(body)["ClientRequestToken"]
        if token in self._made:
            return response(*self._made[token])
        answer = act()
        if answer.status_code == 200:
            self._made[token] = answer.status_code, answer.content
            return response(*self._made[token])
        return answer


def response(status: int, content: bytes, headers: Mapping[str, str] | None = None) -> AWSResponse:
    """A response of AWS."""
    named: Any = HTTPHeaders()
    for name, value in (headers or {}).items():
        named[name] = value
    return AWSResponse("https://aws.example", status, named, MockRawResponse(content))
