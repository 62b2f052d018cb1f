"""The responses of each AWS service, or their absence, for each kind of outage."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from chalicelib.catalog.outage import Outage
from tests.faults.kinds import Reply, ec2_error, json_error, s3_error
from tests.faults.wire import Sent, wire


def _unreachable(sent: Sent) -> AWSResponse:
    raise EndpointConnectionError(endpoint_url=sent.url)


def _not_connected_in_time(sent: Sent) -> AWSResponse:
    raise ConnectTimeoutError(endpoint_url=sent.url)


def _not_answered_in_time(sent: Sent) -> AWSResponse:
    raise ReadTimeoutError(endpoint_url=sent.url)


SILENT = (
    (Outage.UNREACHABLE, _unreachable),
    (Outage.TIMED_OUT, _not_connected_in_time),
    (Outage.TIMED_OUT, _not_answered_in_time),
)
Outages = tuple[tuple[Outage, Reply], ...]
OUTAGES: Mapping[str, Outages] = MappingProxyType(
    {
        "dynamodb": (
            (Outage.BUSY, json_error("ThrottlingException", 400)),
            (Outage.BUSY, json_error("ProvisionedThroughputExceededException", 400)),
            (Outage.REFUSED, json_error("AccessDeniedException", 400)),
            (Outage.REFUSED, json_error("ExpiredTokenException", 400)),
            (Outage.FAILING, json_error("InternalServerError", 500)),
            *SILENT,
        ),
        "s3": (
            (Outage.BUSY, s3_error("SlowDown", 503)),
            (Outage.REFUSED, s3_error("AccessDenied", 403)),
            (Outage.FAILING, s3_error("InternalError", 500)),
            *SILENT,
        ),
        "sqs": (
            (Outage.BUSY, json_error("ThrottlingException", 400)),
            (Outage.REFUSED, json_error("AccessDeniedException", 403)),
            (Outage.FAILING, json_error("InternalFailure", 500)),
            *SILENT,
        ),
        "ec2": (
            (Outage.BUSY, ec2_error("RequestLimitExceeded", 503)),
            (Outage.REFUSED, ec2_error("AuthFailure", 401)),
            (Outage.FAILING, ec2_error("InternalError", 500)),
            *SILENT,
        ),
    }
)


def during(service: str, reply: Callable[[Sent], AWSResponse]) -> AbstractContextManager[object]:
    """Give this reply to every request to an AWS service."""
    return wire(lambda sent: reply(sent) if sent.service == service else sent.deliver())
