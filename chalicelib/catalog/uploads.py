"""Direct uploads: clients send parts to the store by presigned links, and the worker verifies them."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from chalicelib.catalog import rules
from chalicelib.catalog.content import Content
from chalicelib.catalog.dispatch import dispatch
from chalicelib.catalog.errors import (
    EditConflict,
    Invalid,
    NotQueued,
    SizeConflict,
    StaleImage,
    StaleJob,
    StoreError,
    UploadNotFound,
)
from chalicelib.catalog.image import Image, Status, Transition
from chalicelib.catalog.job import Action, Job, JobStatus, awaits
from chalicelib.catalog.lookup import Lookup, attempts
from chalicelib.catalog.outages import OutcomeUnknown
from chalicelib.catalog.ports import PartLink, Ports
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.rules import Limits
from chalicelib.catalog.upload import Upload, check_parts, multipart_of, part_size_for, upload_of

_log = logging.getLogger(__name__)


class Uploads:
    """Direct uploads of the caller's images; each is a job, which the worker ends if the client does not."""

    def __init__(self, lookup: Lookup, ports: Ports, content: Content, limits: Limits) -> None:
        self._lookup = lookup
        self._ports = ports
        self._content = content
        self._limits = limits

    def begin(self, image_id: str, size: int, part_size: int | None, md5s: Mapping[int, str]) -> Upload:
        """Start an upload of `size` bytes to a queued image; `md5s` of parts, by number, are checked as by `links`.

        Raises as `Catalog.image`, and NotOwner, NotQueued, Invalid, ImageTooLarge, FormatMissing, SizeConflict,
        StorageQuotaExceeded, StoreError.
        """
        self._lookup.require(Policy.CREATE_IMAGE)
        if size < 1:
            raise Invalid("parts", "there is nothing to upload: send an empty image within the request")
        rules.check_size(size, self._limits)
        chosen = part_size_for(size, part_size)
        check_parts(md5s, size, chosen)
        image = self._waiting(image_id, size)
        self._content.check_room(image, size)
        job_id = str(uuid4())
        multipart = self._ports.multiparts.begin(image.id, job_id)
        try:
            facts = {"location": multipart.location, "key": multipart.key, "part_size": str(chosen)}
            job = self._begin(image, job_id, size, facts)
        except OutcomeUnknown:
            raise  # the image may be waiting for the upload, and then the client can find it
        except BaseException:
            self._ports.multiparts.abort(multipart)
            raise
        return self._upload_of(job)

    def _begin(self, image: Image, job_id: str, size: int, facts: Mapping[str, str]) -> Job:
        for _ in attempts():
            now = self._ports.clock.now()
            job = Job(
                id=job_id,
                owner=image.owner or "",
                action=Action.UPLOAD,
                images=(image.id,),
                names=(image.id,),
                facts={**facts, "size": str(size), "done": "0", "since": now.isoformat()},
                by=self._ports.actor,
                created_at=now,
            )
            saving = replace(
                image,
                status=Status.SAVING,
                transition=Transition.CREATING,
                inspecting=self._lookup.principal.inspecting,
                size=size,
                updated_at=now,
                status_changed_at=now,
            )
            try:
                self._ports.images.save(image, saving, job)
            except StaleImage:
                image = self._waiting(image.id, size)
            else:
                return job
        raise EditConflict(image.id)

    def _waiting(self, image_id: str, size: int) -> Image:
        """The caller's image, if it waits for that many bytes."""
        image = self._own(image_id)
        if not image.waits:
            raise NotQueued(image.id, image.status)
        rules.check_complete(image)
        if image.size not in (None, size):
            raise SizeConflict(image.size or 0, size)
        return image

    def _own(self, image_id: str) -> Image:
        image = self._lookup.find(image_id).image
        self._lookup.check_owner(image, image_id)
        return image

    def of(self, image_id: str) -> list[Upload]:
        """The unfinished uploads of an image. Raises as `upload`."""
        self._lookup.require(Policy.CREATE_IMAGE)
        image = self._own(image_id)
        names = [multipart.location.rpartition("/")[2] for multipart in self._ports.multiparts.begun(image.id)]
        jobs = [self._ports.jobs.get(image.owner or "", name) for name in names]
        found = [self._upload_of(job) for job in jobs if job is not None and _is_open(job, image)]
        received = [(upload, self._ports.multiparts.parts(upload.multipart)) for upload in found]
        return [upload._replace(received=parts) for upload, parts in received if parts is not None]

    def upload(self, image_id: str, upload_id: str) -> Upload:
        """An upload with the parts received so far.

        Raises as `Catalog.image`, and NotOwner, UploadNotFound, StoreError.
        """
        self._lookup.require(Policy.CREATE_IMAGE)
        return self._received(self._job(self._own(image_id), upload_id))

    def links(self, image_id: str, upload_id: str, md5s: Mapping[int, str]) -> list[PartLink]:
        """Links for parts, given by number and MD5. Raises as `upload`, and Invalid."""
        self._lookup.require(Policy.CREATE_IMAGE)
        upload = self._upload_of(self._job(self._own(image_id), upload_id))
        return self.links_of(upload, md5s)

    def links_of(self, upload: Upload, md5s: Mapping[int, str]) -> list[PartLink]:
        """As `links`, for an upload that was read already. Raises Invalid."""
        check_parts(md5s, upload.size, upload.part_size)
        store = self._ports.multiparts
        return [store.link(upload.multipart, number, upload.length(number), md5) for number, md5 in md5s.items()]

    def complete(self, image_id: str, upload_id: str, etags: Mapping[int, str]) -> Image:
        """Complete an upload: the worker joins the parts and verifies them. Repeating this changes nothing.

        Raises as `upload`, and Invalid.
        """
        self._lookup.require(Policy.CREATE_IMAGE)
        image = self._own(image_id)
        job = self._job(image, upload_id)
        upload = self._upload_of(job)
        parts = self._ports.multiparts.parts(upload.multipart)
        if parts is not None:
            upload._replace(received=parts).check_complete(etags)
        dispatch(self._ports.queue, job)
        return image

    def abort(self, image_id: str, upload_id: str) -> None:
        """Abort an upload, and kill its image. Raises as `upload`."""
        self._lookup.require(Policy.CREATE_IMAGE)
        image = self._own(image_id)
        job, reason = self._job(image, upload_id), "its upload was aborted"
        self._content.kill(image, reason)
        try:
            self._ports.multiparts.abort(multipart_of(job))
            now = self._ports.clock.now()
            failed = job._replace(status=JobStatus.FAILED, info=reason, finished_at=now, leased_until=None)
            self._ports.jobs.save(job, failed)
        except (StoreError, StaleJob):
            # The worker will find the image killed, and the reaper what is left in the store.
            _log.warning("upload not aborted", extra={"job_id": job.id}, exc_info=True)

    def _job(self, image: Image, upload_id: str) -> Job:
        job = self._ports.jobs.get(image.owner or "", upload_id)
        if job is None or not _is_open(job, image):
            raise UploadNotFound(upload_id)
        return job

    def _received(self, job: Job) -> Upload:
        upload = self._upload_of(job)
        parts = self._ports.multiparts.parts(upload.multipart)
        if parts is None:
            raise UploadNotFound(job.id)
        return upload._replace(received=parts)

    def _upload_of(self, job: Job) -> Upload:
        return upload_of(job, self._limits)


def _is_open(job: Job, image: Image) -> bool:
    waits = image.status is Status.SAVING and awaits(image, job)
    return waits and job.action is Action.UPLOAD and job.images == (image.id,) and not job.finished
