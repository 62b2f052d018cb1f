"""Uploads that arrive in the store without passing through a request: joined, verified and made active."""

from contextlib import closing, suppress
from datetime import datetime, timedelta

from chalicelib.catalog import signature
from chalicelib.catalog.content import Content, Measured
from chalicelib.catalog.errors import Conflict, DeletedMeanwhile, Invalid, QuotaExceeded, StoreError
from chalicelib.catalog.image import AWAITING, Image, Inspecting, Status
from chalicelib.catalog.inspection import Inspection
from chalicelib.catalog.job import Job, awaits
from chalicelib.catalog.ports import Ports
from chalicelib.catalog.rules import Limits, policy
from chalicelib.catalog.upload import multipart_of, upload_of
from chalicelib.jobs.digest import Digest
from chalicelib.jobs.ends import Ends
from chalicelib.jobs.inspection import inspect
from chalicelib.jobs.outcome import AT_ONCE, Failed, Outcomes
from chalicelib.jobs.signatures import verify
from chalicelib.jobs.slice import Slice


class Arrivals:
    """Completes uploads, or fails them if they do not arrive in time."""

    def __init__(self, ports: Ports, limits: Limits) -> None:
        self._ports = ports
        self._limits = limits
        self._outcomes = Outcomes(ports)
        self._content = Content(ports, limits)
        self.limit = 2 * limits.periods.upload
        """The upload's own period, and the same again for verifying."""

    def step(self, job: Job) -> timedelta | None:
        """Join the parts once all have arrived, then verify a slice. Raises Failed, StoreError."""
        image = self._outcomes.image(job.images[0])
        if _is_done(job, image):
            self._finish(job)
            return None
        image = _waiting(job, image)
        if "arrived" not in job.facts:
            assembled = self._assembled(job)
            if assembled is None:
                self._outcomes.release(job, until=self._next_look(job))
                return None
            job = assembled
        return self._verify(job, image)

    def _next_look(self, job: Job) -> datetime:
        """When the reaper queues an upload again, unless its client completes it: the older it is, the later."""
        now = self._ports.clock.now()
        return min(now + (now - job.created_at), upload_of(job, self._limits).expires_at)

    def waiting(self, job: Job) -> Image:
        """The image, if it still waits for the bytes of this job. Raises Failed."""
        return _waiting(job, self._outcomes.image(job.images[0]))

    def _assembled(self, job: Job) -> Job | None:
        """The job with all its bytes in one object; None if some have not arrived yet."""
        upload = upload_of(job, self._limits)
        parts = self._ports.multiparts.parts(upload.multipart)
        if parts is None:
            return self.find_assembled(job)
        if not upload._replace(received=parts).complete:
            if self._ports.clock.now() > upload.expires_at:
                raise Failed("its bytes did not arrive in time")
            return None
        self._ports.multiparts.complete(upload.multipart, parts)
        return self.mark_arrived(job, upload.size)

    def find_assembled(self, job: Job) -> Job:
        """The job of an upload whose parts were joined already. Raises Failed if they were discarded."""
        size = self._ports.blobs.size(job.facts["location"])
        if size is None:
            raise Failed("its bytes are gone")
        return self.mark_arrived(job, size)

    def mark_arrived(self, job: Job, size: int) -> Job:
        """Record that this many bytes have arrived."""
        return self._outcomes.record(job, arrived=size, size=size, done=0)

    def _verify(self, job: Job, image: Image) -> timedelta | None:
        size, location = int(job.facts["arrived"]), _place(job)
        digest = _digest(job, image)
        ends = Ends(digest.length)
        if digest.length < size:
            self._read(location, digest, ends)
        if digest.length < size:
            self._outcomes.release(job, digests=digest.state, done=digest.length)
            return AT_ONCE
        try:
            found = digest.values
            measured = Measured(size, found["md5"], found["sha256"], found["sha512"])
            verdict = verify(image.properties, found, self._ports.clock.now(), self._limits.signature_roots)
            self._content.accept(image, measured, location, self._inspected(image, location, ends), verdict)
        except (Invalid, QuotaExceeded, DeletedMeanwhile, Conflict) as error:
            raise Failed(str(error)) from error
        self._finish(job._replace(facts={**job.facts, "done": str(size)}))
        return None

    def _inspected(self, image: Image, location: str, ends: Ends) -> Inspection | None:
        """The inspection of the bytes; None if that is off. Raises StoreError."""
        if policy(image, self._limits) is Inspecting.OFF:
            return None

        def fetch(offset: int, length: int) -> bytes:
            with closing(self._ports.blobs.pieces(location, offset, length)) as pieces:
                return b"".join(pieces)

        return inspect(ends.end, ends.or_else(fetch))

    def _finish(self, job: Job) -> None:
        """Finish a job, and abort uploads to its image that were left by workers that died."""
        for multipart in self._ports.multiparts.begun(job.images[0]):
            self._ports.multiparts.abort(multipart)
        self._outcomes.finish(job)

    def _read(self, location: str, digest: Digest, ends: Ends) -> None:
        before, part = digest.length, Slice(self._limits.slice_bytes)
        with closing(self._ports.blobs.pieces(location, before, self._limits.slice_bytes)) as pieces:
            for piece in pieces:
                digest.update(piece)
                ends.take(piece)
                part.take(len(piece))
                if part.over:
                    break
        if digest.length == before:
            raise StoreError("The image store sent no bytes")

    def undo(self, job: Job) -> bool:
        """Fail the image, with the reason, then delete its bytes."""
        image = self._outcomes.image(job.images[0])
        if _is_done(job, image):
            return False
        if image is not None and awaits(image, job):
            self._content.kill(image, job.info)
        if "location" in job.facts:  # staged bytes stay with their image
            self._ports.multiparts.abort(multipart_of(job))
            self._ports.blobs.delete(job.facts["location"])
        return True


def _digest(job: Job, image: Image) -> Digest:
    """The digest of what was read so far, or an empty one if that lacks a digest that is needed.

    That happens after an upgrade, or if the image was signed meanwhile.
    """
    more = signature.digests(image.properties)
    with suppress(KeyError, ValueError):
        return Digest.resumed(job.facts["digests"], more)
    return Digest(more)


def _is_done(job: Job, image: Image | None) -> bool:
    """Whether the image has the bytes of this job already, which is then only left to finish."""
    if image is None or image.status in (Status.UPLOADING, Status.DELETED):
        return False
    return image.location == _place(job)


def _place(job: Job) -> str:
    """The location of a job's bytes, which may have been staged before."""
    return job.facts.get("location") or job.facts.get("staged", "")


def _waiting(job: Job, image: Image | None) -> Image:
    if image is None or image.gone:
        raise Failed("the image was deleted meanwhile")
    if not awaits(image, job) or image.status not in AWAITING:
        raise Failed(image.status_reason or f"the image is {image.status}")
    return image
