"""What errors of AWS mean, whichever service they come from; botocore has retried by then."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.exceptions import ConnectionError as NotConnected

from chalicelib.catalog.outage import Outage

CODES = {
    Outage.BUSY: (
        *("Throttling", "ThrottlingException", "ThrottlingError", "ThrottledException", "RequestThrottled"),
        *("RequestThrottledException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "SlowDown"),
        *("TooManyRequestsException", "OverLimit", "TransactionInProgressException", "429"),
        *("ServiceUnavailable", "Unavailable", "503"),
    ),
    Outage.REFUSED: (
        *("AccessDenied", "AccessDeniedException", "AllAccessDisabled", "Forbidden", "403", "UnauthorizedOperation"),
        *("AuthFailure", "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "OptInRequired"),
        *("ExpiredToken", "ExpiredTokenException", "InvalidToken", "MissingAuthenticationToken", "RequestExpired"),
        *("SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "RequestTimeTooSkewed"),
    ),
    Outage.TIMED_OUT: ("RequestTimeout", "RequestTimeoutException"),
    Outage.FAILING: ("InternalServerError", "InternalError", "InternalFailure", "500", "502", "504"),
}
"""Error codes, or HTTP statuses where a response has no code, such as one to HEAD or of a load balancer."""
_OUTAGES = {code: outage for outage, codes in CODES.items() for code in codes}
_TIMED_OUT = (ConnectTimeoutError, ReadTimeoutError)
_WITHOUT_CREDENTIALS = (NoCredentialsError, CredentialRetrievalError)


def code_of(error: Exception) -> str:
    """AWS's code of an error; empty if AWS did not answer."""
    if not isinstance(error, ClientError):
        return ""
    code = error.response.get("Error", {}).get("Code")
    return code or str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))


def outage_of(error: Exception) -> Outage | None:
    """The outage that an error means; None if it is about the request itself, or a defect of ours."""
    if isinstance(error, _TIMED_OUT):
        return Outage.TIMED_OUT
    if isinstance(error, NotConnected | HTTPClientError):
        return Outage.UNREACHABLE
    if isinstance(error, _WITHOUT_CREDENTIALS):
        return Outage.REFUSED
    return _OUTAGES.get(code_of(error))


def failure_of(error: ClientError | BotoCoreError) -> Outage:
    """As `outage_of`, where every error means an outage."""
    return outage_of(error) or (Outage.UNREACHABLE if isinstance(error, BotoCoreError) else Outage.FAILING)
