"""Sending jobs to the worker."""

import logging

from chalicelib.catalog.errors import CloudUnavailable
from chalicelib.catalog.job import Job
from chalicelib.catalog.ports import Queue

_log = logging.getLogger(__name__)


def dispatch(queue: Queue, job: Job) -> None:
    """Queue a job. If the queue fails, the reaper finds the job later."""
    try:
        queue.send(job.owner, job.id)
    except CloudUnavailable as error:
        _log.warning("job not queued: queue %s", error.outage, extra={"job_id": job.id}, exc_info=True)
