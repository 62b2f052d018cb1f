"""The outcomes of work: transitions end, jobs are finished."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from chalicelib.catalog.errors import StorageQuotaExceeded
from chalicelib.catalog.image import GONE, MOVES, Image, Status, Transition
from chalicelib.catalog.job import Job, JobStatus
from chalicelib.catalog.lookup import retry
from chalicelib.catalog.ports import Ports

AT_ONCE = timedelta()


class Failed(Exception):
    """The job cannot be done; the text says why."""


class Work(Protocol):
    """The work of one kind of job. Steps are idempotent, and find out the progress of the job."""

    limit: timedelta
    """The time that such a job may take in all."""

    def step(self, job: Job) -> timedelta | None:
        """Take a step; returns the delay until the next one, or None if that was the last. Raises Failed."""

    def undo(self, job: Job) -> bool:
        """Undo the work so far; False if the job was done after all, and nothing was undone."""


class Outcomes:
    """Stores the outcomes of jobs and of their images."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def image(self, image_id: str) -> Image | None:
        """The image in its present state, deleted or not."""
        found = self._ports.images.get(image_id)
        return None if found is None else found.image

    def end_transition(
        self, image_id: str, transition: Transition, status: Status, facts: Mapping[str, Any] | None = None
    ) -> None:
        """End the transition of an image, unless it has ended already, and set these fields (`facts`).

        Raises Failed if the image exceeds its owner's quota.
        """

        def once() -> None:
            image = self.image(image_id)
            if image is None or image.transition is not transition or status not in MOVES[image.status]:
                return
            now = self._ports.clock.now()
            ended = replace(
                image,
                status=status,
                transition=None,
                updated_at=now,
                status_changed_at=now,
                deleted_at=now if status in GONE else None,
            )
            try:
                self._ports.images.save(image, replace(ended, **(facts or {})))
            except StorageQuotaExceeded as error:
                raise Failed(str(error)) from error

        retry(image_id, once)

    def revert(self, image_id: str, transition: Transition) -> None:
        """Cancel the transition of an image."""

        def once() -> None:
            image = self.image(image_id)
            if image is not None and image.transition is transition:
                self._ports.images.save(image, replace(image, transition=None))

        retry(image_id, once)

    def record(self, job: Job, **facts: object) -> Job:
        """Store facts of a job. Raises StaleJob if another worker has it."""
        return self._ports.jobs.save(job, job._replace(facts=_with(job, facts)))

    def release(self, job: Job, *, until: datetime | None = None, **facts: object) -> None:
        """Store facts of a job and end its lease, whose end tells when it was last worked on.

        The reaper queues it again some time after that, or after `until`.
        """
        now = self._ports.clock.now()
        self._ports.jobs.save(job, job._replace(facts=_with(job, facts), leased_until=now, rests_until=until))

    def finish(self, job: Job, status: JobStatus = JobStatus.SUCCESSFUL, info: str = "") -> None:
        """Finish a job. Raises StaleJob if another worker has it."""
        now = self._ports.clock.now()
        self._ports.jobs.save(job, job._replace(status=status, info=info, finished_at=now, leased_until=None))


def _with(job: Job, facts: Mapping[str, object]) -> Mapping[str, str]:
    return {**job.facts, **{name: str(fact) for name, fact in facts.items()}}
