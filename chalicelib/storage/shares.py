"""The workers that a tenant holds: one item for each tenant, with the jobs in progress and their leases."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.catalog.errors import StaleJob
from chalicelib.catalog.query import instant_text
from chalicelib.storage import keys
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.races import transaction
from chalicelib.storage.tables import JobItem

SHARE = "share"
"""The range key of the item, below a hash key that no job has."""


class DynamoShares:
    """Implements `ports.Shares`."""

    def __init__(self, connection: SharedConnection, most: int) -> None:
        self._connection = connection
        self._most = most

    def take(self, owner: str, job_id: str, now: datetime, until: datetime) -> bool:
        """A consistent GetItem and a conditional transaction; False after a conflict."""
        item = _found(owner)
        others = {job: end for job, end in _held(item).items() if end > instant_text(now) and job != job_id}
        if len(others) >= self._most:
            return False
        try:
            self._write(owner, item, {**others, job_id: instant_text(until)})
        except StaleJob:
            return False
        return True

    def give_back(self, owner: str, job_id: str) -> None:
        """As `take`, but raises StaleJob after a conflict; the worker is then released when its time is up."""
        item = _found(owner)
        self._write(owner, item, {job: end for job, end in _held(item).items() if job != job_id})

    def _write(self, owner: str, old: JobItem | None, held: Mapping[str, str]) -> None:
        version = 0 if old is None else old.version
        unchanged = JobItem.version.does_not_exist() if old is None else JobItem.version == version
        new = JobItem(keys.key(SHARE, owner), SHARE, created_key=SHARE, facts=dict(held), version=version + 1)
        new.unknown = {} if old is None else old.unknown
        with transaction(self._connection, StaleJob(owner)) as writes:
            writes.save(new, condition=unchanged)


def _found(owner: str) -> JobItem | None:
    try:
        return JobItem.get(keys.key(SHARE, owner), SHARE, consistent_read=True)
    except JobItem.DoesNotExist:
        return None


def _held(item: JobItem | None) -> Mapping[str, str]:
    """The jobs in progress, with the ends of their leases."""
    return {} if item is None else item.facts
