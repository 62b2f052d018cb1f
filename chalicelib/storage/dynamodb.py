"""DynamoDB's protocol (JSON 1.0), with retries as in botocore's standard mode.

It is stricter than botocore in one point: the checksum of a response is checked in the last attempt too.
"""

import json
import random
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected

from chalicelib.storage.credentials import Credentials
from chalicelib.storage.signing import signed
from chalicelib.storage.turns import Steps, run
from chalicelib.storage.wire import Gone, Reply, Wire

SERVICE, PREFIX = "dynamodb", "DynamoDB_20120810"
TRANSACTION = "TransactWriteItems"
USUAL = {"content-type": "application/x-amz-json-1.0"}
UNSIGNED = {"user-agent": "rosetta", "accept-encoding": "identity"}
TRANSIENT = frozenset({"500", "502", "503", "504"})
TRANSIENT_CODES = frozenset({"RequestTimeout", "RequestTimeoutException", "ReplicatedWriteConflictException"})
THROTTLED_CODES = frozenset(
    {
        *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "SlowDown"),
        *("TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException"),
        *("RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled"),
        *("EC2ThrottledException", "PriorRequestNotComplete"),
    }
)
PAUSE, THROTTLED_PAUSE, LONGEST_PAUSE = 0.025, 1.0, 20.0
"""Exponential backoff in seconds: the longest first pause, also after throttling, and the longest of all."""
MAX_REQUESTED_PAUSE = 5.0
"""Seconds that a server may ask for in addition."""
RETRY_QUOTA, RETRY_COST, THROTTLED_RETRY_COST = 500, 14, 5
"""A quota of retries, as botocore's: while DynamoDB fails all requests, not each of them is sent four times."""
_random = random.SystemRandom()
"""Not the module's own generator: sandboxes restored from one snapshot share its state, and would retry in step."""


class Failure(NamedTuple):
    """How an attempt failed. Transient and throttled ones are retried."""

    error: ClientError | BotoCoreError
    is_transient: bool = False
    is_throttled: bool = False
    least_pause: float = 0.0


class Client:
    """The part of botocore's client that pynamodb uses. It is thread-safe."""

    def __init__(
        self,
        wire: Wire,
        region: str,
        credentials: Callable[[], Credentials],
        attempts: int,
        note: Callable[[str, Exception], None],
        counts: Sequence[Callable[[], None]] = (),
    ) -> None:
        """`note` is called for each failed attempt, with the error and its code, empty without a response.

        All `counts` are called before each attempt.
        """
        self._wire, self._region, self._credentials = wire, region, credentials
        self._attempts, self._note, self._counts = attempts, note, counts
        self._quota, self._lock = RETRY_QUOTA, Lock()

    def close(self) -> None:
        """Close idle connections."""
        self._wire.close()

    def _make_api_call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        return run(self.call(operation, parameters))

    def call(self, operation: str, parameters: dict[str, Any]) -> Steps[dict[str, Any]]:
        """The response; yields while it is pending, and before a pause, so that other calls can go on.

        Raises ClientError, BotoCoreError. All attempts of a transaction have the same token, so that it is made once.
        """
        if operation == TRANSACTION:
            parameters.setdefault("ClientRequestToken", str(uuid4()))
        body, call = json.dumps(parameters).encode(), str(uuid4())
        attempt, cost = 1, 0
        while True:
            about = {"amz-sdk-invocation-id": call, "amz-sdk-request": f"attempt={attempt}; max={self._attempts}"}
            outcome = yield from self._attempt(operation, body, about)
            if not isinstance(outcome, Failure):
                self._release_quota(cost or 1)
                return outcome
            self._note(_code(outcome.error), outcome.error)
            cost = THROTTLED_RETRY_COST if outcome.is_throttled else RETRY_COST
            if not outcome.is_transient or attempt == self._attempts or not self._acquire_quota(cost):
                raise outcome.error
            until = monotonic() + _pause(outcome, attempt)
            yield
            time.sleep(max(until - monotonic(), 0.0))
            attempt += 1

    def _attempt(self, operation: str, body: bytes, about: Mapping[str, str]) -> Steps[dict[str, Any] | Failure]:
        headers = self._signed(operation, body, about)
        for counted in self._counts:
            counted()
        while True:
            try:
                return _read(operation, (yield from self._wire.exchange(headers, body)))
            except Gone as error:  # an idle connection was closed: try the next one, or a new one
                self._note("", error)
            except (HTTPClientError, NotConnected) as error:
                return Failure(error, is_transient=True)

    def _signed(self, operation: str, body: bytes, about: Mapping[str, str]) -> dict[str, str]:
        named = {**USUAL, "x-amz-target": f"{PREFIX}.{operation}", **about}
        return signed(self._credentials(), self._region, SERVICE, self._wire.host, named, body) | UNSIGNED

    def _acquire_quota(self, cost: int) -> bool:
        with self._lock:
            if cost > self._quota:
                return False
            self._quota -= cost
            return True

    def _release_quota(self, cost: int) -> None:
        if self._quota < RETRY_QUOTA:
            with self._lock:
                self._quota = min(self._quota + cost, RETRY_QUOTA)


def _pause(failure: Failure, attempt: int) -> float:
    """The pause before the next attempt, in seconds."""
    first = THROTTLED_PAUSE if failure.is_throttled else PAUSE
    usual = _random.uniform(0, min(first * 2 ** (attempt - 1), LONGEST_PAUSE))
    return max(usual, min(failure.least_pause, usual + MAX_REQUESTED_PAUSE))


def _read(operation: str, reply: Reply) -> dict[str, Any] | Failure:
    """The document of a response, or a failure if it is incomplete."""
    checksum = reply.headers.get("x-amz-crc32")
    if checksum is not None and checksum != str(zlib.crc32(reply.body)):
        return Failure(_broken("its checksum is wrong"), is_transient=True)
    document = _document(reply.body)
    if reply.status >= 300:
        return _failure(operation, reply, document or {})
    return Failure(_broken("it is not a JSON object"), is_transient=True) if document is None else document


def _failure(operation: str, reply: Reply, document: Mapping[str, Any]) -> Failure:
    """The failure with a ClientError as botocore would raise it."""
    code = str(document.get("__type") or reply.status).partition(":")[0].rpartition("#")[2]
    message = document.get("message") or document.get("Message") or ""
    headers = {name.lower(): value for name, value in reply.headers.items()}
    about = {"RequestId": headers.get("x-amzn-requestid", ""), "HTTPStatusCode": reply.status, "HTTPHeaders": headers}
    error = ClientError({**document, "Error": {"Code": code, "Message": message}, "ResponseMetadata": about}, operation)  # type: ignore[typeddict-item]  # the document's other fields
    is_throttled = code in THROTTLED_CODES or reply.status == 429
    is_transient = is_throttled or str(reply.status) in TRANSIENT or code in TRANSIENT_CODES
    return Failure(error, is_transient, is_throttled, _requested_pause(headers.get("x-amz-retry-after", "")))


def _requested_pause(milliseconds: str) -> float:
    try:
        return int(milliseconds) / 1000
    except (ValueError, OverflowError):
        return 0.0


def _document(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _broken(how: str) -> HTTPClientError:
    return ConnectionClosedError(endpoint_url="DynamoDB", error=how)


def _code(error: Exception) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
