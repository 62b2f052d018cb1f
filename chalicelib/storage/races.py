"""Distinguishing conflicts, and outages of the tables, from defects."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ConnectionError as NotConnected
from botocore.exceptions import HTTPClientError
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError, VerboseClientError

from chalicelib.catalog.outage import Outage
from chalicelib.catalog.outages import TABLES_FAILED, OutcomeUnknown, TablesRefused, TablesUnavailable, tables_outage
from chalicelib.storage.answers import code_of, outage_of
from chalicelib.storage.dynamodb import TRANSACTION
from chalicelib.storage.writes import Writes

MET = "TransactionConflict"
CONDITION_FAILED = frozenset({"ConditionalCheckFailed", MET})
THROTTLED = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons for which a transaction was cancelled."""
FAILED = frozenset(
    {"InternalServerError", "ServiceUnavailable", "TransactionInProgressException", "500", "502", "503", "504"}
)
"""Codes of errors after which a transaction may have been made."""


@contextmanager
def transaction(connection: Connection, lost: Exception) -> Iterator[Writes]:
    """A transaction that raises `lost` on a conflict; TablesUnavailable."""
    try:
        with Writes(connection=connection) as writes:
            yield writes
    except TransactWriteError as error:
        codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
        if codes and codes <= CONDITION_FAILED:
            raise lost from error
        if codes and codes <= CONDITION_FAILED | THROTTLED:
            raise TablesUnavailable from error
        raise


@contextmanager
def written_before() -> Iterator[None]:
    """For what follows a write: an outage raises OutcomeUnknown, as the other errors say that nothing was written."""
    try:
        yield
    except TABLES_FAILED as error:
        raise OutcomeUnknown(error.outage or Outage.BUSY) from error


def may_be_made(code: str, failure: Exception | None) -> bool:
    """Whether an attempt that failed with this code, or without a response, may have been carried out."""
    return code in FAILED or (isinstance(failure, HTTPClientError) and not isinstance(failure, NotConnected))


def unavailable(
    operation: str, error: Exception, *, may_be_made_before: bool
) -> TablesUnavailable | TablesRefused | None:
    """The catalogue's error for an outage of DynamoDB, after all retries; None for any other error.

    For a transaction it is OutcomeUnknown if any attempt may have been carried out; other writes may be repeated.
    """
    is_open = operation == TRANSACTION and (may_be_made_before or may_be_made(code_of(error), error))
    outage = outage_of(error) or (Outage.BUSY if is_open and _met_only(error) else None)
    if outage is None:
        return None
    return OutcomeUnknown(outage) if is_open else tables_outage(outage)


def _met_only(error: Exception) -> bool:
    """Whether a transaction only conflicted with another, which may be its own earlier attempt, or was throttled."""
    reasons = error.cancellation_reasons if isinstance(error, VerboseClientError) else []
    codes = {reason.code for reason in reasons if reason is not None}
    return bool(codes) and codes <= THROTTLED | {MET}
