"""How work ends: images leave their transitions, jobs are finished."""

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
    """What one kind of jobs does. Each step may be taken twice, and finds out how far the job has come."""

    limit: timedelta
    """How long such a job may take in all."""

    def step(self, job: Job) -> timedelta | None:
        """Take a step; returns after how long another one is due, or None if there is none. Raises Failed."""

    def undo(self, job: Job) -> bool:
        """Undo what has been begun; False if there is nothing to undo because all was done."""


class Outcomes:
    """Writes down what becomes of jobs and their images."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def image(self, image_id: str) -> Image | None:
        """The image as it is now, deleted or not."""
        found = self._ports.images.get(image_id)
        return None if found is None else found.image

    def end(
        self, image_id: str, transition: Transition, status: Status, facts: Mapping[str, Any] | None = None
    ) -> None:
        """End the transition of an image, unless it is ended already, and let it have these facts.

        Raises Failed if its owner has no room for it.
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

    def give_back(self, image_id: str, transition: Transition) -> None:
        """Have an image as it was before its transition."""

        def once() -> None:
            image = self.image(image_id)
            if image is not None and image.transition is transition:
                self._ports.images.save(image, replace(image, transition=None))

        retry(image_id, once)

    def note(self, job: Job, **facts: object) -> Job:
        """Remember what was found out. Raises StaleJob if somebody else is at it."""
        return self._ports.jobs.save(job, job._replace(facts=_with(job, facts)))

    def rest(self, job: Job, *, until: datetime | None = None, **facts: object) -> None:
        """Let the job go until its next step: a lease that is over says when somebody was at it last.

        The sweep has it looked at again some time after that, or after a later instant.
        """
        now = self._ports.clock.now()
        self._ports.jobs.save(job, job._replace(facts=_with(job, facts), leased_until=now, rests_until=until))

    def finish(self, job: Job, status: JobStatus = JobStatus.SUCCESSFUL, info: str = "") -> None:
        """End a job. Raises StaleJob if somebody else is at it."""
        now = self._ports.clock.now()
        self._ports.jobs.save(job, job._replace(status=status, info=info, finished_at=now, leased_until=None))


def _with(job: Job, facts: Mapping[str, object]) -> Mapping[str, str]:
    return {**job.facts, **{name: str(fact) for name, fact in facts.items()}}
