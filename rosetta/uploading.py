"""Resumable uploads: an upload can be interrupted at any point and continued by another run."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import click

from rosetta.answers import Image, Upload
from rosetta.console import say
from rosetta.errors import ServiceError
from rosetta.meters import meter
from rosetta.parts import Source, digest, parts_of, usual_part_size
from rosetta.records import Record, Records
from rosetta.registry import Fields, Registry
from rosetta.texts import plain
from rosetta.transfer import Links, Sending, batch_for
from rosetta.waiting import wait_for_image

UNFINISHED = frozenset({"queued", "saving"})
GONE = frozenset({"killed", "deleted", "pending_delete"})


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """A file to upload, and the image to create."""

    source: Source
    fields: Fields
    properties: Mapping[str, str]
    parallel: int
    part_size: int | None


class Uploading:
    """An upload. It is recorded from its first step on, so that another run can resume it."""

    def __init__(self, registry: Registry, records: Records, order: UploadRequest) -> None:
        self._registry = registry
        self._records = records
        self._order = order

    def run(self) -> Image:
        """Upload the file and return the active image. Raises ServiceError, FileChanged or ClickException."""
        record = self._remembered()
        image_id = str(uuid.uuid4()) if record is None else record.image
        image = self._registry.image(image_id)  # before reading a large file in vain
        record = record or self._read(image_id)
        if image is not None and image.status not in {*UNFINISHED, *GONE}:
            say(f"Image {image.id} is {image.status} already.")
        else:
            image, record = self._prepared(image, record)
            if image.status in UNFINISHED:
                record = self._sent(image, record)
                image = self._verified(record)
        self._records.forget(record)
        return image

    def _remembered(self) -> Record | None:
        """The record of an earlier run, or None. If it cannot be resumed, its upload is aborted."""
        source, part_size = self._order.source, self._order.part_size
        record = self._records.load(self._registry.url, source.path)
        if record is None or (record.is_of(source) and part_size in {None, record.part_size}):
            return record
        changed = "the part size" if record.is_of(source) else click.format_filename(source.path.name)
        say(f"Starting over: {changed} has changed since the upload began.")
        with suppress(ServiceError):  # an upload that cannot be aborted expires
            self._abandon(record)
        self._records.forget(record)
        return None

    def _abandon(self, record: Record) -> None:
        """Abort an upload and delete its image, unless the image has become complete."""
        image = self._registry.image(record.image)
        uploads = self._registry.uploads(record.image) if image is not None and image.status == "saving" else []
        for upload in uploads:
            self._registry.abort_upload(record.image, upload.id)
        if uploads or (image is not None and image.status == "queued"):
            self._registry.delete(record.image)

    def _read(self, image_id: str) -> Record:
        """Compute the MD5s and record them with the id of the new image, as reading a large file takes long."""
        source = self._order.source
        part_size = self._order.part_size or usual_part_size(source.size)
        with meter("Reading", source.size) as reading:
            digests = digest(source, part_size, reading.advance)
        record = Record(
            url=self._registry.url,
            path=str(source.path),
            size=source.size,
            mtime_ns=source.mtime_ns,
            part_size=part_size,
            md5=digests.md5,
            parts=digests.parts,
            image=image_id,
        )
        self._records.save(record)
        return record

    def _prepared(self, image: Image | None, record: Record) -> tuple[Image, Record]:
        """Create the image, or update the one that an earlier run created under the recorded id."""
        order = self._order
        if image is not None and image.status in UNFINISHED:
            return (image if self._is_described(image) else self._describe(image)), record
        if image is not None or record.upload is not None:
            say(f"Starting over: image {record.image} is {'gone' if image is None else image.status}.")
            record = replace(record, image=str(uuid.uuid4()), upload=None)
            self._records.save(record)
        facts: Fields = {"id": record.image, "size": record.size, "checksum": record.md5}
        return self._registry.create({**order.fields, **facts}, order.properties), record

    def _is_described(self, image: Image) -> bool:
        order = self._order
        fields = {name: getattr(image, name) for name in order.fields}
        return fields == order.fields and order.properties.items() <= image.properties.items()

    def _describe(self, image: Image) -> Image:
        return self._registry.update(image.id, self._order.fields, self._order.properties)

    def _sent(self, image: Image, record: Record) -> Record:
        """Send the missing parts and complete the upload; return the updated record."""
        upload = self._open_upload(image, record)
        if upload is None:  # an earlier run has completed it
            return record
        record = replace(record, upload=upload.id)
        self._records.save(record)
        try:
            self._send_missing(upload, record)
            self._registry.complete_upload(upload, dict(enumerate(record.parts, start=1)))
        except ServiceError:
            if self._registry.uploads(image.id):
                raise
            # The upload is gone: perhaps completed by a request whose response was lost. Check the image.
        return record

    def _open_upload(self, image: Image, record: Record) -> Upload | None:
        upload: Upload | None
        if image.status == "queued":
            first = dict(enumerate(record.parts[: batch_for(self._order.parallel)], start=1))
            upload = self._registry.begin_upload(image.id, record.size, record.part_size, first)
        else:
            upload = next(iter(self._registry.uploads(image.id)), None)
        if upload is not None and (upload.size, upload.part_size) != (record.size, record.part_size):
            raise ServiceError("the parts of the upload do not match those of the file")
        return upload

    def _send_missing(self, upload: Upload, record: Record) -> None:
        order, parts = self._order, parts_of(record.size, record.part_size)
        md5s = dict(enumerate(record.parts, start=1))
        there = {part.number for part in upload.received if part.etag == md5s.get(part.number)}
        missing = [part for part in parts if part.number not in there]
        if there:
            say(f"Resuming: {len(there)} of {len(parts)} parts are already uploaded.")
        with meter("Sending", record.size) as sending:
            sending.set_progress(record.size - sum(part.size for part in missing))
            links = Links(self._registry, upload, record.digests, missing, batch_for(order.parallel))
            Sending(self._registry, order.source, links, sending.advance, min(order.parallel, len(missing))).run()

    def _verified(self, record: Record) -> Image:
        """Wait until the worker has verified the image. Raises ClickException unless it becomes active."""
        with meter("Verifying", record.size) as verifying:
            image = wait_for_image(self._registry, record.image, record.upload, verifying.set_progress)
            if image is not None and image.status == "active":
                verifying.set_progress(record.size)
        if image is not None and image.status == "active" and image.checksum == record.md5:
            return image
        self._records.forget(record)
        raise click.ClickException(f"image {record.image} did not become active: {_fate(image)}")


def _fate(image: Image | None) -> str:
    if image is None:
        return "it is gone"
    if image.status == "active":
        return "its bytes are not those of the file"
    return plain(f"it is {image.status}: {image.reason}")
