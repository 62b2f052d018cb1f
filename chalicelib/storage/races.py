"""Telling lost races, and tables that do not answer, from defects."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.catalog.outages import OutcomeUnknown, TablesUnavailable

LOST = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
BUSY = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
"""Why a transaction was cancelled."""
THROTTLED = frozenset({"ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"})
FAILED = frozenset({"InternalServerError", "ServiceUnavailable", "TransactionInProgressException", "500", "503"})
"""Codes of errors that pass; after these a transaction may have been made."""
TRANSACTION = "TransactWriteItems"


@contextmanager
def transaction(connection: Connection, lost: Exception) -> Iterator[TransactWrite]:
    """A transaction that raises `lost` if somebody else was faster, TablesUnavailable."""
    try:
        with TransactWrite(connection=connection) as writes:
            yield writes
    except TransactWriteError as error:
        codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
        if codes and codes <= LOST:
            raise lost from error
        if codes and codes <= LOST | BUSY:
            raise TablesUnavailable from error
        raise


def unavailable(operation: str, error: Exception) -> TablesUnavailable | None:
    """What an error of DynamoDB means if it passes; botocore has tried again by then.

    A transaction may have been made although nobody has heard of it; whatever else is written here may be repeated.
    """
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    if code in THROTTLED or isinstance(error, NotConnected):
        return TablesUnavailable()
    if code in FAILED or isinstance(error, HTTPClientError):
        return OutcomeUnknown() if operation == TRANSACTION else TablesUnavailable()
    return None
