"""The faults: which calls of AWS each may befall, for how long, and what it answers."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from tests.faults import store
from tests.faults.wire import TRANSACTION, Sent, response, wire

WRITES = {
    "dynamodb": {TRANSACTION, "UpdateItem", "PutItem", "DeleteItem", "BatchWriteItem"},
    "s3": {
        "PutObject",
        "DeleteObject",
        "DeleteObjects",
        "CreateMultipartUpload",
        "UploadPart",
        "UploadPartCopy",
        "CompleteMultipartUpload",
        "AbortMultipartUpload",
    },
    "sqs": {"SendMessage"},
    "ec2": {"CreateImage", "CreateTags", "DeregisterImage", "DeleteSnapshot"},
}
Reply = Callable[[Sent], AWSResponse]
Fits = Callable[[Sent], bool]


class Span(Enum):
    """How long a fault lasts."""

    ATTEMPT = "an attempt"
    CALL = "a call"
    LASTING = "on"


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with calls that it `fits`; if `unsure`, what was to be written may have been."""

    name: str
    fits: Fits
    reply: Reply
    span: Span = Span.CALL
    unsure: bool = False

    def hits(self, sent: Sent, nth: int) -> bool:
        """Whether it befalls a request, if it begins with the n-th call."""
        match self.span:
            case Span.ATTEMPT:
                return sent.call == nth and sent.attempt == 1
            case Span.CALL:
                return sent.call == nth
        return sent.call >= nth and self.fits(sent)


def injected(fault: Fault, nth: int) -> AbstractContextManager[Sequence[Sent]]:
    """Have a fault begin with the n-th call."""

    def answer(sent: Sent) -> AWSResponse:
        return fault.reply(sent) if fault.hits(sent, nth) else sent.deliver()

    return wire(answer, spared=lambda sent: not fault.hits(sent, nth))


def _to(service: str, *operations: str) -> Fits:
    """Calls of a service, or those of these names."""
    return lambda sent: sent.service == service and (not operations or sent.operation in operations)


def _writing(service: str) -> Fits:
    return _to(service, *WRITES[service])


def _not_reached(sent: Sent) -> AWSResponse:
    raise ConnectTimeoutError(endpoint_url=sent.url)


def _lost(sent: Sent) -> AWSResponse:
    """The call is carried out, and nobody hears of it."""
    sent.deliver()
    raise ReadTimeoutError(endpoint_url=sent.url)


def json_error(code: str, status: int, **more: object) -> Reply:
    """As DynamoDB and SQS say it."""
    content = json.dumps({"__type": f"com.amazonaws#{code}", "message": "as the test asks", **more}).encode()
    return lambda _: response(status, content, {"Content-Type": "application/x-amz-json-1.0"})


def page(status: int, content: bytes) -> Reply:
    """As a load balancer says it, who knows none of the services' formats."""
    return lambda sent: response(status, b"" if sent.operation.startswith("Head") else content)


def s3_error(code: str, status: int) -> Reply:
    """As S3 says it: with no body to a HEAD."""
    content = f"<Error><Code>{code}</Code><Message>as the test asks</Message></Error>".encode()
    return lambda sent: response(status, b"" if sent.operation.startswith("Head") else content)


def ec2_error(code: str, status: int) -> Reply:
    """As EC2 says it."""
    content = f"<Response><Errors><Error><Code>{code}</Code><Message>x</Message></Error></Errors></Response>"
    return lambda _: response(status, content.encode())


def _cancelled(code: str) -> Reply:
    """A transaction that failed for its last action."""

    def reply(sent: Sent) -> AWSResponse:
        ahead = [{"Code": "None"}] * (len(sent.document["TransactItems"]) - 1)
        reasons = [*ahead, {"Code": code, "Message": "as the test asks"}]
        return json_error("TransactionCanceledException", 400, CancellationReasons=reasons)(sent)

    return reply


def _guarded(sent: Sent) -> bool:
    """Whether a transaction has conditions on items that are there."""
    return sent.operation == TRANSACTION and any(item is not None for item in _guarded_items(sent))


def _guarded_items(sent: Sent) -> Iterator[Mapping[str, Any] | None]:
    """For each action the item that its condition is about, if it is there."""
    for action in sent.document["TransactItems"]:
        [write] = action.values()
        has_condition = "ConditionExpression" in write
        yield store.item(write["TableName"], write.get("Item") or write["Key"]) if has_condition else None


def _outrun(sent: Sent) -> AWSResponse:
    """A transaction that finds all items changed that it has conditions on."""
    found = [
        {"Code": "None"} if item is None else {"Code": "ConditionalCheckFailed", "Message": "x", "Item": item}
        for item in _guarded_items(sent)
    ]
    return json_error("TransactionCanceledException", 400, CancellationReasons=found)(sent)


def _unprocessed(sent: Sent) -> AWSResponse:
    left = {"BatchGetItem": "UnprocessedKeys", "BatchWriteItem": "UnprocessedItems"}[sent.operation]
    content = json.dumps({"Responses": {}, left: sent.document["RequestItems"]}).encode()
    return response(200, content)


def _lost_at_first(later: Reply) -> Reply:
    """The first attempt is carried out, and nobody hears of it; those that follow fail in another way."""
    return lambda sent: _lost(sent) if sent.attempt == 1 else later(sent)


DYNAMODB, S3, SQS, EC2 = (_to(service) for service in WRITES)
BATCH = _to("dynamodb", "BatchGetItem", "BatchWriteItem")
TRANSACTIONS = _to("dynamodb", TRANSACTION)
WRITING = _writing("dynamodb")
THROTTLED = json_error("ThrottlingException", 400)
FAULTS = (
    Fault("throttled for a moment", DYNAMODB, json_error("ProvisionedThroughputExceededException", 400), Span.ATTEMPT),
    Fault("throttled", DYNAMODB, THROTTLED, Span.LASTING),
    Fault("internal error", DYNAMODB, json_error("InternalServerError", 500), unsure=True),
    Fault("not reached", DYNAMODB, _not_reached),
    Fault("answer lost", WRITING, _lost, Span.ATTEMPT),
    Fault("answers lost", WRITING, _lost, unsure=True),
    Fault("answer lost, then throttled", TRANSACTIONS, _lost_at_first(THROTTLED), unsure=True),
    Fault("answer lost, then not reached", TRANSACTIONS, _lost_at_first(_not_reached), unsure=True),
    Fault("answer lost, then met", TRANSACTIONS, _lost_at_first(_cancelled("TransactionConflict")), unsure=True),
    Fault(
        "answer lost, then refused", TRANSACTIONS, _lost_at_first(json_error("AccessDeniedException", 400)), unsure=True
    ),
    Fault("met", TRANSACTIONS, _cancelled("TransactionConflict")),
    Fault("met always", TRANSACTIONS, _cancelled("TransactionConflict"), Span.LASTING),
    Fault("throttled in part", TRANSACTIONS, _cancelled("ThrottlingError"), Span.LASTING),
    Fault("outrun", _guarded, _outrun),
    Fault("outrun always", _guarded, _outrun, Span.LASTING),
    Fault("unprocessed", BATCH, _unprocessed),
    Fault("unprocessed always", BATCH, _unprocessed, Span.LASTING),
    Fault("busy", S3, s3_error("SlowDown", 503)),
    Fault("busy for long", S3, s3_error("SlowDown", 503), Span.LASTING),
    Fault("internal error", S3, s3_error("InternalError", 500)),
    Fault("not reached", S3, _not_reached),
    Fault("answer lost", _writing("s3"), _lost),
    Fault("missing", _to("s3", "GetObject", "HeadObject"), s3_error("NoSuchKey", 404)),
    Fault("unavailable", SQS, json_error("ServiceUnavailable", 503)),
    Fault("not reached", SQS, _not_reached),
    Fault("answer lost", _writing("sqs"), _lost),
    Fault("throttled", EC2, ec2_error("RequestLimitExceeded", 503)),
    Fault("unavailable", EC2, ec2_error("Unavailable", 503)),
    Fault("not reached", EC2, _not_reached),
    Fault("answer lost", _writing("ec2"), _lost),
)


class Befallen(NamedTuple):
    """A call of AWS, and the faults that may befall it."""

    sent: Sent
    faults: Sequence[Fault]


@contextmanager
def watched() -> Iterator[list[Befallen]]:
    """Have nothing go wrong; yields the calls."""
    calls: list[Befallen] = []

    def watch(sent: Sent) -> AWSResponse:
        calls.append(Befallen(sent, [fault for fault in FAULTS if fault.fits(sent)]))
        return sent.deliver()

    with wire(watch):
        yield calls
