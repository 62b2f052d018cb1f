"""Copies of bytes from another bucket or a web server, which are then verified as uploads are."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from chalicelib.catalog import rules
from chalicelib.catalog.errors import ImageTooLarge, SourceNotFound, SourceRefused, StoreUnavailable
from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.job import Job
from chalicelib.catalog.ports import Multipart, Part, Ports, Reading
from chalicelib.catalog.rules import Limits
from chalicelib.catalog.upload import MAX_PARTS, MEGABYTE, SMALLEST_PART, multipart_of
from chalicelib.jobs.arrivals import Arrivals
from chalicelib.jobs.outcome import AT_ONCE, Failed, Outcomes
from chalicelib.jobs.slice import Slice

COPIED_PART = 256 * MEGABYTE
"""Bytes that S3 copies in a few seconds."""
FETCHED_PART = 20 * MEGABYTE
"""Bytes of a part from the web, which has to fit into memory; after every thousand parts they grow by as much."""
THREADS = 8


class Copies:
    """Copies bytes slice by slice. Each step finds the progress of the last one in the job, and in the store."""

    def __init__(self, ports: Ports, limits: Limits, arrivals: Arrivals) -> None:
        self._ports = ports
        self._limits = limits
        self._arrivals = arrivals
        self._outcomes = Outcomes(ports)
        self.limit = limits.periods.upload

    def step(self, job: Job) -> timedelta | None:
        """Copy a slice, or verify one. Raises Failed, StoreError."""
        if "arrived" in job.facts:
            return self._arrivals.step(job)
        image = self._saving(job)
        job = self._started(job, image)
        try:
            job = self._copied_further(job)
        except (SourceNotFound, SourceRefused, ImageTooLarge) as error:
            raise Failed(str(error)) from error
        self._outcomes.release(job)
        return AT_ONCE

    def undo(self, job: Job) -> bool:
        """As for uploads."""
        return self._arrivals.undo(job)

    def _saving(self, job: Job) -> Image:
        """The image, made `saving`, if it still waits for the bytes of this job. Raises Failed."""
        image = self._arrivals.waiting(job)
        if image.status is Status.SAVING:
            return image
        return self._ports.images.save(image, replace(image, status=Status.SAVING, updated_at=self._ports.clock.now()))

    def _started(self, job: Job, image: Image) -> Job:
        if "key" in job.facts:
            return job
        multipart = self._ports.multiparts.begin(image.id, job.id)
        return self._outcomes.record(job, location=multipart.location, key=multipart.key)

    def _copied_further(self, job: Job) -> Job:
        multipart = multipart_of(job)
        parts = self._ports.multiparts.parts(multipart)
        if parts is None:
            return self._arrivals.find_assembled(job)
        if job.facts["source"].startswith("s3:"):
            return self._copied(job, multipart, parts)
        return self._fetched(job, multipart)

    def _copied(self, job: Job, multipart: Multipart, parts: Sequence[Part]) -> Job:
        """The job with more of an object copied inside S3."""
        if "version" not in job.facts:
            size, version = self._ports.multiparts.measure(job.facts["source"])
            rules.check_size(size, self._limits)
            job = self._outcomes.record(job, size=size, version=version)
        size, length = int(job.facts["size"]), self._part_length(int(job.facts["size"]))
        if size == 0:
            self._ports.multiparts.put(multipart, 1, b"")
            return self._completed(job, multipart, 1, 0)
        stored = {part.number for part in parts}
        count = -(-size // length)
        missing = [number for number in range(1, count + 1) if number not in stored]
        part = Slice(self._limits.slice_bytes)
        while missing and not part.over:
            batch = missing[: max(1, min(THREADS, self._limits.slice_bytes // length))]
            self._copy(job, multipart, [(number, _span(number, length, size)) for number in batch])
            missing = missing[len(batch) :]
            part.take(len(batch) * length)
        if missing:
            return self._outcomes.record(job, done=max(0, size - len(missing) * length))
        return self._completed(job, multipart, count, size)

    def _part_length(self, size: int) -> int:
        """The bytes of a part, which must be the same in every step."""
        return max(SMALLEST_PART, min(COPIED_PART, self._limits.slice_bytes), -(-size // MAX_PARTS))

    def _copy(self, job: Job, multipart: Multipart, batch: Sequence[tuple[int, tuple[int, int]]]) -> None:
        source, version = job.facts["source"], job.facts["version"]
        with ThreadPoolExecutor(len(batch)) as pool:
            for _ in pool.map(
                lambda each: self._ports.multiparts.copy(multipart, each[0], source, version, each[1]), batch
            ):
                """Iterating raises the first error."""

    def _completed(self, job: Job, multipart: Multipart, count: int, size: int) -> Job:
        """The job with its parts joined, without any extra ones of a worker that died before recording them."""
        parts = [part for part in self._ports.multiparts.parts(multipart) or [] if part.number <= count]
        if sum(part.size for part in parts) != size:
            raise Failed("some of its bytes are gone")
        self._ports.multiparts.complete(multipart, parts)
        return self._arrivals.mark_arrived(job, size)

    def _fetched(self, job: Job, multipart: Multipart) -> Job:
        """The job with more of a file read from the web."""
        offset, version = int(job.facts["done"]), job.facts.get("version", "")
        with self._ports.sources.read_from(job.facts["source"], offset, version) as reading:
            rules.check_size(reading.size, self._limits)
            writer = PartWriter(self._ports, self._limits, multipart, job)
            try:
                ended = writer.take(reading)
            except StoreUnavailable:
                if writer.done == offset:
                    raise
                ended = False  # the next step requests the rest
        if not ended:
            return self._outcomes.record(job, done=writer.done, parts=writer.number, version=reading.version)
        return self._completed(job, multipart, writer.number, writer.done)


def _span(number: int, length: int, size: int) -> tuple[int, int]:
    first = (number - 1) * length
    return first, min(first + length, size) - 1


class PartWriter:
    """Stores bytes from the web in parts; `done` bytes are in the store, in parts up to `number`."""

    def __init__(self, ports: Ports, limits: Limits, multipart: Multipart, job: Job) -> None:
        self._ports = ports
        self._limits = limits
        self._multipart = multipart
        self._buffer = bytearray()
        self.done = self._begin = int(job.facts["done"])
        self.number = int(job.facts.get("parts", 0))

    def take(self, reading: Reading) -> bool:
        """Store a slice; returns whether it was the last. Raises Failed, ImageTooLarge, StoreError."""
        part = Slice(max(self._limits.slice_bytes, SMALLEST_PART))
        for piece in reading.pieces:
            self._buffer += piece
            rules.check_size(self.done + len(self._buffer), self._limits)
            if len(self._buffer) >= self._wanted():
                self._store()
            part.take(len(piece))
            if part.over:
                return self._pause()
        if self._buffer or not self.number:
            self._store()
        return True

    def _wanted(self) -> int:
        return max(SMALLEST_PART, min(FETCHED_PART * (1 + self.number // 1000), self._limits.slice_bytes))

    def _pause(self) -> bool:
        """Store the buffer if it is long enough for a part; otherwise the next step reads it again."""
        if len(self._buffer) >= SMALLEST_PART:
            self._store()
        if self.done == self._begin:
            raise Failed("its server is too slow")
        return False

    def _store(self) -> None:
        if self.number == MAX_PARTS:
            raise Failed("it has too many parts")
        self._ports.multiparts.put(self._multipart, self.number + 1, bytes(self._buffer))
        self.number += 1
        self.done += len(self._buffer)
        self._buffer.clear()
