"""Messages of the queue, handed to the worker one by one."""

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.ports import Queue
from chalicelib.jobs.worker import LEASE, Worker

VISIBILITY = LEASE + timedelta(seconds=30)
"""After how long the queue has to show a message again that failed: when the lease of its job is over, not before."""
MAX_RECEIPTS = 5
"""How often a message is tried; then the queue puts it among the dead letters."""

TEST_EVENT = "s3:TestEvent"
"""What S3 says once when it is told where its events go."""

_log = logging.getLogger(__name__)


def deliver(records: Iterable[Mapping[str, Any]], worker: Worker, queue: Queue) -> list[str]:
    """Have each message worked on, whatever becomes of its neighbours; returns the ids of those that failed.

    A job that has more steps to take is sent again, after the delay that it asks for. One whose message fails for the
    last time fails with it.
    """
    return [str(record["messageId"]) for record in records if not _delivered(record, worker, queue)]


def _delivered(record: Mapping[str, Any], worker: Worker, queue: Queue) -> bool:
    try:
        message = json.loads(record["body"])
        if "Records" in message:
            _hear(message, worker)
        elif message.get("Event") != TEST_EVENT:
            _take_step(message, worker, queue)
    except Exception as error:  # noqa: BLE001  # one bad message must not be its neighbours' misfortune
        _log.exception("message failed: %s", record.get("messageId"))
        if int(record.get("attributes", {}).get("ApproximateReceiveCount", 0)) >= MAX_RECEIPTS:
            last = str(error) if isinstance(error, CatalogError) else type(error).__name__
            _give_up(record, worker, f"it failed {MAX_RECEIPTS} times, at last with: {last}")
        return False
    return True


def _take_step(message: Mapping[str, Any], worker: Worker, queue: Queue) -> None:
    owner, job_id = str(message["owner"]), str(message["job"])
    delay = worker.work(owner, job_id)
    if delay is not None:
        queue.send(owner, job_id, delay)


def _hear(message: Mapping[str, Any], worker: Worker) -> None:
    """An event of the bucket: an object is there. Its key, as S3 quotes it, is `<image id>/<name>`.

    What we tell ourselves again says how often that was.
    """
    for event in message["Records"]:
        image_id, _, name = unquote_plus(event["s3"]["object"]["key"]).partition("/")
        worker.arrived(image_id, name, event.get("times", 1))


def _give_up(record: Mapping[str, Any], worker: Worker, reason: str) -> None:
    try:
        message = json.loads(record["body"])
        worker.give_up(str(message["owner"]), str(message["job"]), reason)
    except Exception:  # noqa: BLE001  # the reaper finds the job when it is past its limit
        _log.exception("job not given up: %s", record.get("messageId"))
