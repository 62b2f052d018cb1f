"""Messages of the queue, handed to the worker one by one."""

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from chalicelib.catalog.ports import Queue
from chalicelib.jobs.worker import LEASE, Worker

VISIBILITY = LEASE + timedelta(seconds=30)
"""After how long the queue has to show a message again that failed: when the lease of its job is over, not before."""
MOST_RECEIPTS = 5
"""How often a message is tried; then the queue puts it among the dead letters."""

_log = logging.getLogger(__name__)


def deliver(records: Iterable[Mapping[str, Any]], worker: Worker, queue: Queue) -> list[str]:
    """Have each message worked on, whatever becomes of its neighbours; returns the ids of those that failed.

    A job that has more steps to take is sent again, after the delay that it asks for. One whose message fails for the
    last time fails with it.
    """
    return [str(record["messageId"]) for record in records if not _delivered(record, worker, queue)]


def _delivered(record: Mapping[str, Any], worker: Worker, queue: Queue) -> bool:
    try:
        owner, job_id = _job_of(record)
        delay = worker.work(owner, job_id)
        if delay is not None:
            queue.send(owner, job_id, delay)
    except Exception as error:  # noqa: BLE001  # one bad message must not be its neighbours' misfortune
        _log.exception("message failed: %s", record.get("messageId"))
        if int(record.get("attributes", {}).get("ApproximateReceiveCount", 0)) >= MOST_RECEIPTS:
            _give_up(record, worker, f"it failed {MOST_RECEIPTS} times, at last with {type(error).__name__}")
        return False
    return True


def _give_up(record: Mapping[str, Any], worker: Worker, reason: str) -> None:
    try:
        worker.give_up(*_job_of(record), reason)
    except Exception:  # noqa: BLE001  # the reaper finds the job when it is past its limit
        _log.exception("job not given up: %s", record.get("messageId"))


def _job_of(record: Mapping[str, Any]) -> tuple[str, str]:
    message = json.loads(record["body"])
    return str(message["owner"]), str(message["job"])
