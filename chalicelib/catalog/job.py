"""Work that outlives the request that ordered it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from chalicelib.catalog.event import SYSTEM, Actor
from chalicelib.catalog.image import Image, Transition


class Action(StrEnum):
    """What a job does."""

    CAPTURE = "capture"
    MODIFY = "modify"
    DELETE = "delete"
    RECOVER = "recover"
    UPLOAD = "upload"
    COPY = "copy"


class JobStatus(StrEnum):
    """Where a job stands; it only moves forward."""

    PENDING = "pending"
    WORKING = "working"
    SUCCESSFUL = "successful"
    FAILED = "failed"


FINISHED = frozenset({JobStatus.SUCCESSFUL, JobStatus.FAILED})


class Job(NamedTuple):
    """A job of a tenant.

    `images` are the ids of its images, `names` the names that the caller used for them. `facts` are its input and
    progress: `done` of `size` bytes, for an image that has been waiting `since` then. `info` says why it failed. A
    worker holds it until `leased_until`; the reaper leaves it alone until `rests_until`. It acts for the one who
    ordered it (`by`). `unknown` and `beside` keep what a newer release has written in the job, and next to it.
    """

    id: str
    owner: str
    action: Action
    created_at: datetime
    status: JobStatus = JobStatus.PENDING
    zone: str = ""
    images: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    request_id: str = ""
    by: Actor = SYSTEM
    facts: Mapping[str, str] = MappingProxyType({})
    info: str = ""
    began_at: datetime | None = None
    finished_at: datetime | None = None
    leased_until: datetime | None = None
    rests_until: datetime | None = None
    version: int = 0
    unknown: Mapping[str, Any] = MappingProxyType({})
    beside: Mapping[str, Any] = MappingProxyType({})

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.status in FINISHED


def awaits(image: Image, job: Job) -> bool:
    """Whether an image still waits for this job, and not for a later one.

    Jobs of older releases have no `since`, but their images are never queued again.
    """
    since = job.facts.get("since")
    return image.transition is Transition.CREATING and since in (None, image.status_changed_at.isoformat())
