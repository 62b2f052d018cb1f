"""What AWS's errors mean, whichever service they come from; botocore has tried again by then."""

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
"""Codes of errors; of an answer without any, as to HEAD or of a load balancer, the status is the code."""
_OUTAGES = {code: outage for outage, codes in CODES.items() for code in codes}
_TIMED_OUT = (ConnectTimeoutError, ReadTimeoutError)
_WITHOUT_CREDENTIALS = (NoCredentialsError, CredentialRetrievalError)


def code_of(error: Exception) -> str:
    """What AWS calls the error; nothing if it did not answer."""
    if not isinstance(error, ClientError):
        return ""
    told = error.response.get("Error", {}).get("Code")
    return told or str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))


def outage_of(error: Exception) -> Outage | None:
    """The outage that an error tells of; None if it is about what was asked for, or a defect of ours."""
    if isinstance(error, _TIMED_OUT):
        return Outage.TIMED_OUT
    if isinstance(error, NotConnected | HTTPClientError):
        return Outage.UNREACHABLE
    if isinstance(error, _WITHOUT_CREDENTIALS):
        return Outage.REFUSED
    return _OUTAGES.get(code_of(error))


def silence_of(error: ClientError | BotoCoreError) -> Outage:
    """As `outage_of`, of a service that has no business to answer with any error at all."""
    return outage_of(error) or (Outage.UNREACHABLE if isinstance(error, BotoCoreError) else Outage.FAILING)
