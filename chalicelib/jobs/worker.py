"""The worker: does jobs, one step per message.

A worker leases a job for a while, so that of concurrent deliveries only one acts. When a worker dies its lease ends,
and the next one continues from the job's progress.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from chalicelib.catalog.errors import StaleJob
from chalicelib.catalog.image import Status
from chalicelib.catalog.job import Action, Job, JobStatus
from chalicelib.catalog.outages import TABLES_FAILED
from chalicelib.catalog.ports import Ports
from chalicelib.catalog.rules import Limits
from chalicelib.jobs.arrivals import Arrivals
from chalicelib.jobs.captures import Captures
from chalicelib.jobs.copies import Copies
from chalicelib.jobs.late_inspection import LateInspection, is_due
from chalicelib.jobs.outcome import Failed, Outcomes, Work
from chalicelib.jobs.transitions import Transitions

LEASE = timedelta(minutes=1)
"""Longer than any step takes."""
PAUSE = timedelta(seconds=10)
"""The delay of the next attempt if another worker has just taken the job."""
TURN = timedelta(seconds=30)
"""The delay of the next attempt if the tenant holds all the workers it may."""
NEXT_LOOK = timedelta(seconds=2)
"""The delay of the next attempt if a request has stored an image's bytes, but not yet saved the image."""
MAX_LOOKS = 4
"""The number of such attempts; after that it is left to the reaper."""
LONG = frozenset({Action.UPLOAD, Action.COPY})
"""Actions that move bytes; their steps take so long that they could keep other tenants waiting."""


class Worker:
    """Does the steps of jobs."""

    def __init__(self, ports: Ports, limits: Limits) -> None:
        self._ports = ports
        self._limits = limits
        self._outcomes = Outcomes(ports)

    def _works(self, job: Job) -> Mapping[Action, Work]:
        """The work for each action, done in the name of the actor that ordered this job."""
        ports, limits = self._ports.by(job.by), self._limits
        arrivals, transitions = Arrivals(ports, limits), Transitions(ports)
        return {
            Action.CAPTURE: Captures(ports, limits.periods.capture),
            Action.DELETE: transitions,
            Action.RECOVER: transitions,
            Action.UPLOAD: arrivals,
            Action.COPY: Copies(ports, limits, arrivals),
        }

    def work(self, owner: str, job_id: str) -> timedelta | None:
        """Take a step of a job; returns the delay until the next one, or None if that was the last.

        Raises CloudUnavailable, StoreError and DynamoDB's errors, after which the same step is due again.
        """
        job = self._ports.jobs.get(owner, job_id)
        if job is None or job.finished:
            return None
        now = self._ports.clock.now()
        if job.leased_until is not None and job.leased_until > now:
            return job.leased_until - now
        if job.action not in LONG:
            return self._step(job, now)
        if not self._ports.shares.take(owner, job_id, now, now + LEASE):
            return TURN
        try:
            return self._step(job, now)
        finally:
            with suppress(StaleJob, *TABLES_FAILED):
                self._ports.shares.give_back(owner, job_id)

    def _step(self, job: Job, now: datetime) -> timedelta | None:
        """As `work`, once it is this worker's turn."""
        began = job.began_at or now
        leased = job._replace(status=JobStatus.WORKING, began_at=began, leased_until=now + LEASE, rests_until=None)
        try:
            job = self._ports.jobs.save(job, leased)
        except StaleJob:
            return PAUSE  # another worker has just taken it
        work = self._works(job)[job.action]
        if job.info or now > job.created_at + work.limit:
            self._undo(job, "it took too long")
            return None
        try:
            return work.step(job)
        except Failed as failure:
            self.fail(job.owner, job.id, str(failure))  # reads the job again, as the step may have saved facts
            return None

    def arrived(self, image_id: str, name: str, times: int = 1) -> None:
        """Queue the job of the upload that a new object belongs to, which has the same name.

        An object of another name came within a request, and is inspected once that has saved the image; until then
        its event is repeated a few `times`. Raises EditConflict, and as `work`.
        """
        image = self._outcomes.image(image_id)
        if image is None:
            return
        if is_due(image) and image.location == f"{self._ports.blobs.place(image_id)}{name}":
            LateInspection(self._ports, self._limits).inspect(image)
        elif image.status is not Status.SAVING or image.transition is not None:
            self._ports.queue.send(image.owner or "", name)
        elif times < MAX_LOOKS:
            self._ports.queue.announce(image_id, name, times + 1, NEXT_LOOK)

    def fail(self, owner: str, job_id: str, reason: str) -> None:
        """Fail a job whose steps keep failing. Raises as `work`."""
        job = self._ports.jobs.get(owner, job_id)
        if job is not None and not job.finished:
            self._undo(job, reason)

    def _undo(self, job: Job, reason: str) -> None:
        """Store why a job has failed, undo it, and finish it."""
        if not job.info:
            job = self._ports.jobs.save(job, job._replace(info=reason))
        work = self._works(job).get(job.action)
        if work is None or work.undo(job):
            self._outcomes.finish(job, JobStatus.FAILED, job.info)
        else:
            self._outcomes.finish(job)  # it was done, but not recorded as finished
