"""Jobs in DynamoDB: an item below their tenant and, while they are unfinished, another below `unfinished`."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.catalog.errors import StaleJob
from chalicelib.catalog.event import Actor
from chalicelib.catalog.job import Action, Job, JobStatus
from chalicelib.catalog.outages import TablesUnavailable, Unreadable
from chalicelib.catalog.query import instant_text
from chalicelib.storage import keys
from chalicelib.storage.attributes import actor_of
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.races import transaction
from chalicelib.storage.releases import FIRST, check_format, readable
from chalicelib.storage.tables import JobItem

UNFINISHED = "unfinished"
LIFE = timedelta(days=30)
"""How long a finished job is kept."""
FACTS = frozenset(Job._fields) - {"unknown", "beside"}
INSTANTS = ("created_at", "began_at", "finished_at", "leased_until", "rests_until")


class DynamoJobRepository:
    """Implements `ports.JobRepository`."""

    def __init__(self, connection: SharedConnection) -> None:
        self._connection = connection

    def add(self, job: Job) -> None:
        """A transaction over both items."""
        with transaction(self._connection, TablesUnavailable()) as writes:
            put_job(writes, job)

    def get(self, owner: str, job_id: str) -> Job | None:
        """One consistent GetItem; no request for an id that cannot be a key."""
        if not keys.fits(job_id):
            return None
        try:
            return _job_of(JobItem.get(_owner_key(owner), job_id, consistent_read=True))
        except JobItem.DoesNotExist:
            return None

    def save(self, old: Job, new: Job) -> Job:
        """A conditional transaction over both items."""
        stored = new._replace(version=old.version + 1)
        with transaction(self._connection, StaleJob(old.id)) as writes:
            put_job(writes, stored, JobItem.version == old.version)
        return stored

    def drop(self, job: Job) -> None:
        """A transaction over both items."""
        with transaction(self._connection, TablesUnavailable()) as writes:
            writes.delete(JobItem(_owner_key(job.owner), job.id))
            writes.delete(JobItem(UNFINISHED, job.id))

    def of(self, owner: str) -> list[Job]:
        """One consistent query."""
        items = JobItem.by_created.query(_owner_key(owner), consistent_read=True, scan_index_forward=False)
        return [*readable(_job_of, items)]

    def unfinished(self, before: datetime) -> Iterator[tuple[str, str]]:
        """One consistent query, as far as it is consumed."""
        until = JobItem.created_key < instant_text(before)
        for item in JobItem.by_created.query(UNFINISHED, until, consistent_read=True):
            yield item.facts["owner"], item.job_id


def put_job(writes: TransactWrite, job: Job, condition: Condition | None = None) -> None:
    """Add a job to a transaction; once it is finished, its second item is deleted."""
    writes.save(_item_of(job), condition=condition)
    if job.finished:
        writes.delete(JobItem(UNFINISHED, job.id))
    else:
        touched = instant_text(job.rests_until or job.leased_until or job.created_at)
        writes.save(JobItem(UNFINISHED, job.id, created_key=touched, facts={"owner": job.owner}, version=0))


def _owner_key(owner: str) -> str:
    return keys.key("tenant", owner)


def _item_of(job: Job) -> JobItem:
    facts: dict[str, Any] = {**job.unknown, **{name: getattr(job, name) for name in FACTS}}
    facts |= {name: facts[name] and facts[name].isoformat() for name in INSTANTS} | {
        "by": _actor(job.by),
        "facts": dict(job.facts),
    }
    expires = job.finished_at and int((job.finished_at + LIFE).timestamp())
    item = JobItem(
        _owner_key(job.owner),
        job.id,
        created_key=f"{instant_text(job.created_at)}\x00{job.id}",
        facts=facts,
        version=job.version,
        expires=expires,
    )
    item.unknown = job.beside
    return item


def _actor(actor: Actor) -> dict[str, str]:
    return {name: value for name, value in actor._asdict().items() if value}


def _job_of(item: JobItem) -> Job:
    """Raises Unreadable."""
    check_format(item.format or FIRST, "job", item.job_id)
    try:
        return _read(item.facts)._replace(beside=item.unknown)
    except (KeyError, ValueError, TypeError) as error:
        raise Unreadable("job", item.job_id) from error


def _read(facts: Mapping[str, Any]) -> Job:
    known, unknown = ({name: facts[name] for name in facts if (name in FACTS) is wanted} for wanted in (True, False))
    instants = {name: _instant(facts.get(name)) for name in INSTANTS}
    words = {"action": Action(facts["action"]), "status": JobStatus(facts["status"])}
    lists = {name: tuple(facts[name]) for name in ("images", "names")}
    by = actor_of(facts.get("by", {}))
    return Job(**{**known, **instants, **words, **lists, "by": by, "unknown": unknown})


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
