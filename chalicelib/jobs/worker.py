"""The worker: does what jobs say, one step at a time, as often as it is told.

A job is leased for a while to whoever works on it, so that deliveries at the same time do not both act; a worker that
dies loses its lease, and the next one finds out how far it had come.
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
"""After how long another worker is looked for that has just begun."""
TURN = timedelta(seconds=30)
"""After how long it may be the turn of a job whose tenant holds as many workers as it may."""
NEXT_LOOK = timedelta(seconds=2)
"""After how long an image is looked at again whose request has stored its bytes, and not said so yet."""
MAX_LOOKS = 4
"""How often; the sweep comes to what takes longer."""
LONG = frozenset({Action.UPLOAD, Action.COPY})
"""What moves bytes, for so long in each step that others could be kept waiting."""


class Worker:
    """Works on jobs."""

    def __init__(self, ports: Ports, limits: Limits) -> None:
        self._ports = ports
        self._limits = limits
        self._outcomes = Outcomes(ports)

    def _works(self, job: Job) -> Mapping[Action, Work]:
        """How jobs are done in the name of whoever has ordered this one."""
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
        """Take a step; returns after how long another one is due, or None if there is none.

        Raises CloudUnavailable, StoreError and whatever DynamoDB does: then the same step is due again.
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
            return PAUSE  # somebody else has just begun
        work = self._works(job)[job.action]
        if job.info or now > job.created_at + work.limit:
            self._fail(job, "it took too long")
            return None
        try:
            return work.step(job)
        except Failed as failure:
            self.give_up(job.owner, job.id, str(failure))  # read again, as it may have learned something
            return None

    def arrived(self, image_id: str, name: str, times: int = 1) -> None:
        """Have the upload that a new object belongs to, if any, worked on; its name is that of the job.

        One of another name came within a request, and is inspected once that has written it down; until then it is
        looked at a few `times` more. Raises EditConflict, and as `work`.
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

    def give_up(self, owner: str, job_id: str, reason: str) -> None:
        """Fail a job whose steps keep failing. Raises as `work`."""
        job = self._ports.jobs.get(owner, job_id)
        if job is not None and not job.finished:
            self._fail(job, reason)

    def _fail(self, job: Job, reason: str) -> None:
        """End a job that cannot be done, its images as if it had never begun; first of all it is written down why."""
        if not job.info:
            job = self._ports.jobs.save(job, job._replace(info=reason))
        work = self._works(job).get(job.action)
        if work is None or work.undo(job):
            self._outcomes.finish(job, JobStatus.FAILED, job.info)
        else:
            self._outcomes.finish(job)  # it came to its end, which only nobody has written down
