"""Work that takes longer than a request: checked at once, stored as a job, done by the worker."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from chalicelib.catalog import rules
from chalicelib.catalog.dispatch import dispatch
from chalicelib.catalog.errors import (
    ClaimTaken,
    EditConflict,
    ImageNotFound,
    ImageProtected,
    InstanceNotFound,
    JobNotFound,
    StaleImage,
    TenantMissing,
    WrongStatus,
    ZoneUnknown,
)
from chalicelib.catalog.image import Image, Name, Status, Transition
from chalicelib.catalog.instance import Instance
from chalicelib.catalog.job import Action, Job, JobStatus
from chalicelib.catalog.lookup import Lookup, attempts, retry
from chalicelib.catalog.outages import TABLES_FAILED, OutcomeUnknown
from chalicelib.catalog.ports import Ports
from chalicelib.catalog.principal import Policy

DELETABLE = frozenset({Status.ACTIVE, Status.DEACTIVATED, Status.DEPRECATED})


class JobRequest(NamedTuple):
    """The zone that a job runs in, and the id of the request that ordered it."""

    zone: str
    request_id: str


class Jobs:
    """The jobs of the caller's tenant."""

    def __init__(self, lookup: Lookup, ports: Ports) -> None:
        self._lookup = lookup
        self._ports = ports

    @property
    def zones(self) -> Sequence[str]:
        """The zones that machines are in, at least one."""
        return self._ports.instances.zones

    def check_zone(self, zone: str) -> None:
        """Raise ZoneUnknown unless there is such a zone."""
        if zone not in self.zones:
            raise ZoneUnknown(zone)

    def job(self, job_id: str) -> Job:
        """One job. Raises PolicyMissing, JobNotFound."""
        self._lookup.require(Policy.READ_IMAGES)
        tenant = self._lookup.principal.tenant
        found = None if tenant is None else self._ports.jobs.get(tenant, job_id)
        if found is None:
            raise JobNotFound(job_id)
        return found

    def all(self) -> list[Job]:
        """All stored jobs, newest first. Raises PolicyMissing."""
        self._lookup.require(Policy.READ_IMAGES)
        tenant = self._lookup.principal.tenant
        return [] if tenant is None else self._ports.jobs.of(tenant)

    def capture(self, instance_id: str, name: str, order: JobRequest, aliases: Callable[[], Mapping[str, str]]) -> Job:
        """Order an image of a stopped machine; `aliases` makes its aliases, again if one of them is taken.

        Raises PolicyMissing, TenantMissing, Invalid, InstanceNotFound, WrongStatus, CloudUnavailable.
        """
        self._lookup.require(Policy.CREATE_IMAGE)
        tenant = self._tenant()
        rules.check_lengths({"name": name})
        instance = self._ports.instances.find(instance_id, tenant, order.zone)
        if instance is None:
            raise InstanceNotFound(instance_id)
        if not instance.stopped:
            raise WrongStatus(f"instance [{instance_id}]", "not stopped")
        for _ in attempts():
            image = self._image_of(instance, name, tenant, order.zone, aliases())
            alias_of = list(image.aliases.values())
            job = self._new(Action.CAPTURE, [image], alias_of, order, {"instance": instance_id})
            try:
                self._ports.images.add(image, job)
            except ClaimTaken:
                continue
            self._lookup.touch(image)
            dispatch(self._ports.queue, job)
            return job
        raise EditConflict(instance_id)

    def _image_of(self, instance: Instance, name: str, tenant: str, zone: str, aliases: Mapping[str, str]) -> Image:
        now = self._ports.clock.now()
        return Image(
            id=str(uuid4()),
            number=self._ports.images.number(),
            aliases=aliases,
            owner=tenant,
            name=name or None,
            status=Status.QUEUED,
            transition=Transition.CREATING,
            zone=zone,
            source_instance=instance.id,
            os_family=instance.os_family,
            platform=instance.platform,
            architecture=instance.architecture,
            size=None if instance.size is None else instance.size * rules.GIGABYTE,
            provider="ec2",
            status_changed_at=now,
            created_at=now,
            updated_at=now,
        )

    def delete(self, names: Sequence[str | Name], order: JobRequest) -> Job:
        """Order the deletion of several images, all or none.

        Raises PolicyMissing, ImageNotFound, NotOwner, ImageProtected, WrongStatus, EditConflict.
        """
        self._lookup.require(Policy.DELETE_IMAGE)
        return self._begin(Action.DELETE, names, order, _check_deletable)

    def recover(self, names: Sequence[str | Name], order: JobRequest, since: datetime) -> Job:
        """Order the recovery of images that were deleted after `since`, all or none. Raises as `delete`."""
        self._lookup.require(Policy.CREATE_IMAGE)

        def check(image: Image, name: str) -> None:
            if image.status is not Status.PENDING_DELETE:
                raise WrongStatus(f"image [{name}]", image.status)
            if image.status_changed_at <= since:
                raise WrongStatus(f"image [{name}]", Status.DELETED)

        return self._begin(Action.RECOVER, names, order, check)

    def _begin(
        self, action: Action, names: Sequence[str | Name], order: JobRequest, check: Callable[[Image, str], None]
    ) -> Job:
        transition = Transition.DELETING if action is Action.DELETE else Transition.RECOVERING
        alias_of = [str(name) for name in names]

        def once() -> Job:
            images = [found.image for found in self._lookup.find_all(names, gone=True)]
            for image, name in zip(images, alias_of, strict=True):
                if image.zone not in (None, order.zone):
                    raise ImageNotFound(name)
            for image, name in zip(images, alias_of, strict=True):
                self._lookup.check_owner(image, name)
            for image, name in zip(images, alias_of, strict=True):
                if image.transition is not None:
                    raise WrongStatus(f"image [{name}]", image.transition)
                check(image, name)
            # Store the job first, so that no image is marked without one; drop it if no image was marked.
            job = self._new(action, images, alias_of, order, {})
            self._ports.jobs.add(job)
            try:
                self._ports.images.mark(images, transition)
            except OutcomeUnknown:
                raise  # the images may be marked, and then the job has to be done
            except (StaleImage, *TABLES_FAILED):
                self._ports.jobs.drop(job)
                raise
            return job

        job = retry(", ".join(alias_of), once)
        dispatch(self._ports.queue, job)
        return job

    def record(self, action: Action, image: Image, name: str, order: JobRequest) -> Job:
        """Store a finished job for what was done already to an image; `name` is the caller's name for it."""
        job = self._new(action, [image], [name], order, {})
        done = job._replace(status=JobStatus.SUCCESSFUL, began_at=job.created_at, finished_at=self._ports.clock.now())
        self._ports.jobs.add(done)
        return done

    def _new(
        self, action: Action, images: Sequence[Image], names: Sequence[str], order: JobRequest, facts: Mapping[str, str]
    ) -> Job:
        return Job(
            id=str(uuid4()),
            owner=self._tenant(),
            action=action,
            zone=order.zone,
            images=tuple(image.id for image in images),
            names=tuple(names),
            request_id=order.request_id,
            by=self._ports.actor,
            facts=facts,
            created_at=self._ports.clock.now(),
        )

    def _tenant(self) -> str:
        tenant = self._lookup.principal.tenant
        if tenant is None:
            raise TenantMissing
        return tenant


def _check_deletable(image: Image, name: str) -> None:
    if image.protected:
        raise ImageProtected(name)
    if image.status not in DELETABLE:
        raise WrongStatus(f"image [{name}]", image.status)
