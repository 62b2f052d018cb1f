"""Telling lost races, and tables that do not answer, from defects."""

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
"""Why a transaction was cancelled."""
FAILED = frozenset(
    {"InternalServerError", "ServiceUnavailable", "TransactionInProgressException", "500", "502", "503", "504"}
)
"""Codes of errors after which a transaction may have been made."""


@contextmanager
def transaction(connection: Connection, lost: Exception) -> Iterator[Writes]:
    """A transaction that raises `lost` if somebody else was faster, TablesUnavailable."""
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
    """What comes after a write that was made: it raises OutcomeUnknown, as whoever is told of nothing written errs."""
    try:
        yield
    except TABLES_FAILED as error:
        raise OutcomeUnknown(error.outage or Outage.BUSY) from error


def may_be_made(code: str, failure: Exception | None) -> bool:
    """Whether what an attempt asked for may have been done, though it failed with this code or got no answer at all."""
    return code in FAILED or (isinstance(failure, HTTPClientError) and not isinstance(failure, NotConnected))


def unavailable(
    operation: str, error: Exception, *, may_be_made_before: bool
) -> TablesUnavailable | TablesRefused | None:
    """What an error of DynamoDB means if it tells of an outage; botocore has tried again by then.

    A transaction may have been made although nobody has heard of it, by whichever attempt; whatever else is written
    here may be repeated.
    """
    is_open = operation == TRANSACTION and (may_be_made_before or may_be_made(code_of(error), error))
    outage = outage_of(error) or (Outage.BUSY if is_open and _met_only(error) else None)
    if outage is None:
        return None
    return OutcomeUnknown(outage) if is_open else tables_outage(outage)


def _met_only(error: Exception) -> bool:
    """Whether a transaction met another one, which may be its own earlier attempt, or was too much for the tables."""
    reasons = error.cancellation_reasons if isinstance(error, VerboseClientError) else []
    codes = {reason.code for reason in reasons if reason is not None}
    return bool(codes) and codes <= THROTTLED | {MET}
