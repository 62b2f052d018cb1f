"""Telling lost races from defects."""

from pynamodb.exceptions import TransactWriteError

LOST = {"ConditionalCheckFailed", "TransactionConflict"}


def was_outrun(error: TransactWriteError) -> bool:
    """Whether a transaction failed only because somebody else was faster."""
    codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
    return bool(codes) and codes <= LOST
