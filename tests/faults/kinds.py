"""The faults: the AWS calls that each can hit, its duration, and its response."""

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
    """A failure of AWS calls that it `fits`. If `unsure`, the call may have been executed nevertheless."""

    name: str
    fits: Fits
    reply: Reply
    span: Span = Span.CALL
    unsure: bool = False

    def hits(self, sent: Sent, nth: int) -> bool:
        """Whether it hits a request, given that it starts with the n-th call."""
        match self.span:
            case Span.ATTEMPT:
                return sent.call == nth and sent.attempt == 1
            case Span.CALL:
                return sent.call == nth
        return sent.call >= nth and self.fits(sent)


def injected(fault: Fault, nth: int) -> AbstractContextManager[Sequence[Sent]]:
    """Inject a fault that starts with the n-th call."""

    def answer(sent: Sent) -> AWSResponse:
        return fault.reply(sent) if fault.hits(sent, nth) else sent.deliver()

    return wire(answer, spared=lambda sent: not fault.hits(sent, nth))


def _to(service: str, *operations: str) -> Fits:
    """Matches calls to a service, or only these operations."""
    return lambda sent: sent.service == service and (not operations or sent.operation in operations)


def _writing(service: str) -> Fits:
    return _to(service, *WRITES[service])


def _not_reached(sent: Sent) -> AWSResponse:
    raise ConnectTimeoutError(endpoint_url=sent.url)


def _lost(sent: Sent) -> AWSResponse:
    """The call is executed, and its response is lost."""
    sent.deliver()
    raise ReadTimeoutError(endpoint_url=sent.url)


def json_error(code: str, status: int, **more: object) -> Reply:
    """An error in the form of DynamoDB and SQS."""
    content = json.dumps({"__type": f"com.amazonaws#{code}", "message": "as the test asks", **more}).encode()
    return lambda _: response(status, content, {"Content-Type": "application/x-amz-json-1.0"})


def page(status: int, content: bytes) -> Reply:
    """An error page of a load balancer, which does not know the services' formats."""
    return lambda sent: response(status, b"" if sent.operation.startswith("Head") else content)


def s3_error(code: str, status: int) -> Reply:
    """An error in the form of S3, without a body for HEAD."""
    content = f"<Error><Code>{code}</Code><Message>as the test asks</Message></Error>".encode()
    return lambda sent: response(status, b"" if sent.operation.startswith("Head") else content)


def ec2_error(code: str, status: int) -> Reply:
    """An error in the form of EC2."""
    content = f"<Response><Errors><Error><Code>{code}</Code><Message>x</Message></Error></Errors></Response>"
    return lambda _: response(status, content.encode())


def _cancelled(code: str) -> Reply:
    """A transaction cancelled because of its last action."""

    def reply(sent: Sent) -> AWSResponse:
        ahead = [{"Code": "None"}] * (len(sent.document["TransactItems"]) - 1)
        reasons = [*ahead, {"Code": code, "Message": "as the test asks"}]
        return json_error("TransactionCanceledException", 400, CancellationReasons=reasons)(sent)

    return reply


def _guarded(sent: Sent) -> bool:
    """Whether a transaction has conditions on existing items."""
    return sent.operation == TRANSACTION and any(item is not None for item in _guarded_items(sent))


def _guarded_items(sent: Sent) -> Iterator[Mapping[str, Any] | None]:
    """For each action, the existing item that its condition checks, or None."""
    for action in sent.document["TransactItems"]:
        [write] = action.values()
        has_condition = "ConditionExpression" in write
        yield store.item(write["TableName"], write.get("Item") or write["Key"]) if has_condition else None


def _outrun(sent: Sent) -> AWSResponse:
    """A transaction cancelled because all items that it checks have changed."""
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
    """The first attempt is executed, and its response is lost; retries fail in another way."""
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
    Fault("unreachable", DYNAMODB, _not_reached),
    Fault("answer lost", WRITING, _lost, Span.ATTEMPT),
    Fault("answers lost", WRITING, _lost, unsure=True),
    Fault("answer lost, then throttled", TRANSACTIONS, _lost_at_first(THROTTLED), unsure=True),
    Fault("answer lost, then unreachable", TRANSACTIONS, _lost_at_first(_not_reached), unsure=True),
    Fault("answer lost, then conflict", TRANSACTIONS, _lost_at_first(_cancelled("TransactionConflict")), unsure=True),
    Fault(
        "answer lost, then refused", TRANSACTIONS, _lost_at_first(json_error("AccessDeniedException", 400)), unsure=True
    ),
    Fault("conflict", TRANSACTIONS, _cancelled("TransactionConflict")),
    Fault("conflict always", TRANSACTIONS, _cancelled("TransactionConflict"), Span.LASTING),
    Fault("throttled in part", TRANSACTIONS, _cancelled("ThrottlingError"), Span.LASTING),
    Fault("race lost", _guarded, _outrun),
    Fault("race always lost", _guarded, _outrun, Span.LASTING),
    Fault("unprocessed", BATCH, _unprocessed),
    Fault("unprocessed always", BATCH, _unprocessed, Span.LASTING),
    Fault("busy", S3, s3_error("SlowDown", 503)),
    Fault("busy for long", S3, s3_error("SlowDown", 503), Span.LASTING),
    Fault("internal error", S3, s3_error("InternalError", 500)),
    Fault("unreachable", S3, _not_reached),
    Fault("answer lost", _writing("s3"), _lost),
    Fault("missing", _to("s3", "GetObject", "HeadObject"), s3_error("NoSuchKey", 404)),
    Fault("unavailable", SQS, json_error("ServiceUnavailable", 503)),
    Fault("unreachable", SQS, _not_reached),
    Fault("answer lost", _writing("sqs"), _lost),
    Fault("throttled", EC2, ec2_error("RequestLimitExceeded", 503)),
    Fault("unavailable", EC2, ec2_error("Unavailable", 503)),
    Fault("unreachable", EC2, _not_reached),
    Fault("answer lost", _writing("ec2"), _lost),
)


class Befallen(NamedTuple):
    """An AWS call, and the faults that can hit it."""

    sent: Sent
    faults: Sequence[Fault]


@contextmanager
def watched() -> Iterator[list[Befallen]]:
    """Record the calls without injecting a fault; yields them with the faults that fit."""
    calls: list[Befallen] = []

    def watch(sent: Sent) -> AWSResponse:
        calls.append(Befallen(sent, [fault for fault in FAULTS if fault.fits(sent)]))
        return sent.deliver()

    with wire(watch):
        yield calls
