"""The worker: does what jobs say, one step at a time, as often as it is told.

A job is leased for a while to whoever works on it, so that deliveries at the same time do not both act; a worker that
dies loses its lease, and the next one finds out how far it had come.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.catalog.errors import CaptureRefused, StaleJob
from chalicelib.catalog.image import GONE, MOVES, Image, Status, Transition
from chalicelib.catalog.instance import CLOUD, Capture, CaptureState, capture_location, capture_name
from chalicelib.catalog.job import Action, Job, JobStatus
from chalicelib.catalog.lookup import retried
from chalicelib.catalog.ports import Ports

LEASE = timedelta(minutes=1)
"""Longer than any step takes."""
PAUSE = timedelta(seconds=10)
"""How often the cloud is asked how far it has come."""
LIMIT = timedelta(hours=1)
"""How long a job may take in all."""
GIGABYTE = 2**30


class Worker:
    """Works on jobs."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._acts: Mapping[Action, Callable[[Job], timedelta | None]] = {
            Action.CAPTURE: self._capture,
            Action.DELETE: self._delete,
            Action.RECOVER: self._recover,
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
        began = job.began_at or now
        try:
            leased = replace(job, status=JobStatus.WORKING, began_at=began, leased_until=now + LEASE)
            job = self._ports.jobs.save(job, leased)
        except StaleJob:
            return PAUSE  # somebody else has just begun
        if job.info or now > job.created_at + LIMIT:
            self._fail(job, "it took too long")
            return None
        return self._acts[job.action](job)

    def give_up(self, owner: str, job_id: str, reason: str) -> None:
        """Fail a job whose steps keep failing. Raises as `work`."""
        job = self._ports.jobs.get(owner, job_id)
        if job is not None and not job.finished:
            self._fail(job, reason)

    def _delete(self, job: Job) -> None:
        for image_id in job.images:
            self._end(image_id, Transition.DELETING, Status.PENDING_DELETE)
        self._finish(job)

    def _recover(self, job: Job) -> None:
        for image_id in job.images:
            self._end(image_id, Transition.RECOVERING, Status.ACTIVE)
        self._finish(job)

    def _end(
        self, image_id: str, transition: Transition, status: Status, facts: Mapping[str, Any] | None = None
    ) -> None:
        """End the transition of an image, unless it is ended already, and let it have these facts."""

        def once() -> None:
            found = self._ports.images.get(image_id)
            if found is None or found.image.transition is not transition or status not in MOVES[found.image.status]:
                return
            now = self._ports.clock.now()
            ended = replace(
                found.image,
                status=status,
                transition=None,
                updated_at=now,
                status_changed_at=now,
                deleted_at=now if status in GONE else None,
            )
            self._ports.images.save(found.image, replace(ended, **(facts or {})))

        retried(image_id, once)

    def _capture(self, job: Job) -> timedelta | None:
        [image_id] = job.images
        found = self._ports.images.get(image_id)
        if found is None or (found.image.transition is not Transition.CREATING and not _is_made(found.image)):
            self._fail(job, "the image was deleted meanwhile")
            return None
        try:
            job = self._begun(job, image_id)
        except CaptureRefused as error:
            self._fail(job, str(error))
            return None
        capture = self._ports.instances.captured(job.facts["capture"], job.zone)
        if capture is not None and capture.state is CaptureState.PENDING:
            # A lease that is over says when somebody was at it last.
            self._ports.jobs.save(job, replace(job, leased_until=self._ports.clock.now()))
            return PAUSE
        self._settle(job, found.image, capture)
        return None

    def _begun(self, job: Job, image_id: str) -> Job:
        """The job, knowing the image that the cloud is making. Raises CaptureRefused."""
        if "capture" in job.facts:
            return job
        capture_id = self._ports.instances.capture(job.facts["instance"], job.zone, capture_name(image_id))
        return self._ports.jobs.save(job, replace(job, facts={**job.facts, "capture": capture_id}))

    def _settle(self, job: Job, image: Image, capture: Capture | None) -> None:
        """End a capture that the cloud has ended; what the machine said of itself goes before what the cloud says."""
        if capture is None or capture.state is CaptureState.FAILED:
            self._fail(job, "the cloud could not make the image")
            return
        facts = {
            "provider_image_id": capture.id,
            "location": capture_location(capture.id),
            "size": image.size or (capture.size or 0) * GIGABYTE,
            "platform": image.platform or capture.platform,
        }
        self._end(image.id, Transition.CREATING, Status.ACTIVE, facts)
        found = self._ports.images.get(image.id)
        if found is None or not _is_made(found.image):
            self._fail(job, "the image was deleted meanwhile")
        else:
            self._finish(job)

    def _fail(self, job: Job, reason: str) -> None:
        """End a job that cannot be done, its images as if it had never begun; first of all it is written down why."""
        if not job.info:
            job = self._ports.jobs.save(job, replace(job, info=reason))
        if job.action is Action.CAPTURE:
            found = self._ports.images.get(job.images[0])
            if found is not None and _is_made(found.image):
                self._finish(job)  # it came to its end, which only nobody has written down
                return
            self._discard(job)
        transition = {Action.DELETE: Transition.DELETING, Action.RECOVER: Transition.RECOVERING}.get(job.action)
        if transition is not None:
            for image_id in job.images:
                self._give_back(image_id, transition)
        self._finish(job, JobStatus.FAILED, job.info)

    def _discard(self, job: Job) -> None:
        """First the image, so that nobody can use what is being removed, then the cloud's."""
        [image_id] = job.images
        place = self._ports.blobs.place(image_id)
        self._end(image_id, Transition.CREATING, Status.DELETED, {"location": place})
        self._ports.instances.discard(capture_name(image_id), job.zone, job.facts.get("capture"))

    def _give_back(self, image_id: str, transition: Transition) -> None:
        def once() -> None:
            found = self._ports.images.get(image_id)
            if found is not None and found.image.transition is transition:
                self._ports.images.save(found.image, replace(found.image, transition=None))

        retried(image_id, once)

    def _finish(self, job: Job, status: JobStatus = JobStatus.SUCCESSFUL, info: str = "") -> None:
        now = self._ports.clock.now()
        self._ports.jobs.save(job, replace(job, status=status, info=info, finished_at=now, leased_until=None))


def _is_made(image: Image) -> bool:
    """Whether the cloud has made the image; only the worker gives it such a place."""
    return image.location is not None and image.location.startswith(CLOUD)
