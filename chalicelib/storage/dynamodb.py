"""DynamoDB's protocol, JSON 1.0, with what botocore's standard mode does about faults that pass, or stricter.

Stricter, as no answer counts that is not whole: its checksum is looked at in the last attempt, too.
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
from chalicelib.storage.turns import Steps, done
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
"""Seconds: the first pause at most, of which the next are multiples, and the longest of them."""
ASKED_PAUSE = 5.0
"""Seconds that a server may ask for on top of that."""
QUOTA, PRICE, THROTTLED_PRICE = 500, 14, 5
"""What may be spent on trying again, and what it costs: a DynamoDB that fails all is not asked four times by each."""
_random = random.SystemRandom()
"""Sandboxes that start from one snapshot share the state of the usual one, and would all wait equally long."""


class Failure(NamedTuple):
    """How an attempt failed, and how that is tried again: not at all if it is of no kind."""

    error: ClientError | BotoCoreError
    is_passing: bool = False
    is_throttled: bool = False
    least_pause: float = 0.0


class Client:
    """What pynamodb asks of botocore's client. Any number of threads may use one."""

    def __init__(
        self,
        wire: Wire,
        region: str,
        credentials: Callable[[], Credentials],
        attempts: int,
        note: Callable[[str, Exception], None],
        counts: Sequence[Callable[[], None]] = (),
    ) -> None:
        """`note` hears of each failed attempt: the code of its error, if it was answered, and the error.

        Each attempt is counted by all `counts`.
        """
        self._wire, self._region, self._credentials = wire, region, credentials
        self._attempts, self._note, self._counts = attempts, note, counts
        self._quota, self._lock = QUOTA, Lock()

    def close(self) -> None:
        """Close the connections that are kept."""
        self._wire.close()

    def _make_api_call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        return done(self.call(operation, parameters))

    def call(self, operation: str, parameters: dict[str, Any]) -> Steps[dict[str, Any]]:
        """The answer; others may call while it is on its way, and while it pauses.

        Raises ClientError, BotoCoreError. All attempts at a transaction have one token, by which DynamoDB knows that it
        has made it already.
        """
        if operation == TRANSACTION:
            parameters.setdefault("ClientRequestToken", str(uuid4()))
        body, call = json.dumps(parameters).encode(), str(uuid4())
        attempt, price = 1, 0
        while True:
            about = {"amz-sdk-invocation-id": call, "amz-sdk-request": f"attempt={attempt}; max={self._attempts}"}
            outcome = yield from self._attempt(operation, body, about)
            if not isinstance(outcome, Failure):
                self._give_back(price or 1)
                return outcome
            self._note(_code(outcome.error), outcome.error)
            price = THROTTLED_PRICE if outcome.is_throttled else PRICE
            if not outcome.is_passing or attempt == self._attempts or not self._spend(price):
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
            except Gone as error:  # there was nobody to ask: each connection that was kept may tell so once
                self._note("", error)
            except (HTTPClientError, NotConnected) as error:
                return Failure(error, is_passing=True)

    def _signed(self, operation: str, body: bytes, about: Mapping[str, str]) -> dict[str, str]:
        named = {**USUAL, "x-amz-target": f"{PREFIX}.{operation}", **about}
        return signed(self._credentials(), self._region, SERVICE, self._wire.host, named, body) | UNSIGNED

    def _spend(self, price: int) -> bool:
        with self._lock:
            if price > self._quota:
                return False
            self._quota -= price
            return True

    def _give_back(self, price: int) -> None:
        if self._quota < QUOTA:
            with self._lock:
                self._quota = min(self._quota + price, QUOTA)


def _pause(failure: Failure, attempt: int) -> float:
    """Seconds."""
    first = THROTTLED_PAUSE if failure.is_throttled else PAUSE
    usual = _random.uniform(0, min(first * 2 ** (attempt - 1), LONGEST_PAUSE))
    return max(usual, min(failure.least_pause, usual + ASKED_PAUSE))


def _read(operation: str, reply: Reply) -> dict[str, Any] | Failure:
    """What was answered: an answer that is not whole is none."""
    checksum = reply.headers.get("x-amz-crc32")
    if checksum is not None and checksum != str(zlib.crc32(reply.body)):
        return Failure(_broken("its checksum is another one"), is_passing=True)
    document = _document(reply.body)
    if reply.status >= 300:
        return _failure(operation, reply, document or {})
    return Failure(_broken("it is no document"), is_passing=True) if document is None else document


def _failure(operation: str, reply: Reply, document: Mapping[str, Any]) -> Failure:
    """An error as botocore would have read it."""
    code = str(document.get("__type") or reply.status).partition(":")[0].rpartition("#")[2]
    message = document.get("message") or document.get("Message") or ""
    headers = {name.lower(): value for name, value in reply.headers.items()}
    about = {"RequestId": headers.get("x-amzn-requestid", ""), "HTTPStatusCode": reply.status, "HTTPHeaders": headers}
    error = ClientError({**document, "Error": {"Code": code, "Message": message}, "ResponseMetadata": about}, operation)  # type: ignore[typeddict-item]  # what else it says
    is_throttled = code in THROTTLED_CODES or reply.status == 429
    is_passing = is_throttled or str(reply.status) in TRANSIENT or code in TRANSIENT_CODES
    return Failure(error, is_passing, is_throttled, _asked_pause(headers.get("x-amz-retry-after", "")))


def _asked_pause(milliseconds: str) -> float:
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
