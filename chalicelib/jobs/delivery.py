"""Passing the queue's messages to the worker, one by one."""

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
"""The queue's visibility timeout: a failed message must not return before the lease of its job is over."""
MAX_RECEIPTS = 5
"""How often a message is delivered before the queue moves it to the dead-letter queue."""

TEST_EVENT = "s3:TestEvent"
"""The event that S3 sends once when notifications are configured."""

_log = logging.getLogger(__name__)


def deliver(records: Iterable[Mapping[str, Any]], worker: Worker, queue: Queue) -> list[str]:
    """Handle each message, even if others fail; returns the ids of those that failed.

    A job with more steps is queued again, after the delay that it asks for. When a message fails for the last time,
    its job fails too.
    """
    return [str(record["messageId"]) for record in records if not _is_handled(record, worker, queue)]


def _is_handled(record: Mapping[str, Any], worker: Worker, queue: Queue) -> bool:
    try:
        message = json.loads(record["body"])
        if "Records" in message:
            _handle_event(message, worker)
        elif message.get("Event") != TEST_EVENT:
            _take_step(message, worker, queue)
    except Exception as error:  # noqa: BLE001  # one bad message must not affect the others
        _log.exception("message failed: %s", record.get("messageId"))
        if int(record.get("attributes", {}).get("ApproximateReceiveCount", 0)) >= MAX_RECEIPTS:
            last = str(error) if isinstance(error, CatalogError) else type(error).__name__
            _fail_job(record, worker, f"it failed {MAX_RECEIPTS} times; the last error: {last}")
        return False
    return True


def _take_step(message: Mapping[str, Any], worker: Worker, queue: Queue) -> None:
    owner, job_id = str(message["owner"]), str(message["job"])
    delay = worker.work(owner, job_id)
    if delay is not None:
        queue.send(owner, job_id, delay)


def _handle_event(message: Mapping[str, Any], worker: Worker) -> None:
    """Handle the bucket's event for a new object, whose key, quoted by S3, is `<image id>/<name>`.

    Events that the registry repeats (see `Queue.announce`) have the number of `times`.
    """
    for event in message["Records"]:
        image_id, _, name = unquote_plus(event["s3"]["object"]["key"]).partition("/")
        worker.arrived(image_id, name, event.get("times", 1))


def _fail_job(record: Mapping[str, Any], worker: Worker, reason: str) -> None:
    try:
        message = json.loads(record["body"])
        worker.fail(str(message["owner"]), str(message["job"]), reason)
    except Exception:  # noqa: BLE001  # the reaper finds the job when it is past its limit
        _log.exception("job not failed: %s", record.get("messageId"))
