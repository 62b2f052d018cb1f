"""The bytes of images: storing, verifying and reading them."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from chalicelib.catalog import lengths, rules
from chalicelib.catalog.errors import (
    ContentMissing,
    DeletedMeanwhile,
    EditConflict,
    ImageDeactivated,
    NotQueued,
    SourceRefused,
    StaleImage,
    StorageQuotaExceeded,
    StoreError,
    UnfitBytes,
    UnverifiedBytes,
)
from chalicelib.catalog.image import AWAITING, Image, Inspecting, Status
from chalicelib.catalog.instance import CLOUD
from chalicelib.catalog.lookup import attempts
from chalicelib.catalog.ports import Link, Located, Ports
from chalicelib.catalog.rules import Limits
from chalicelib.catalog.total import charge

if TYPE_CHECKING:
    from chalicelib.catalog.inspection import Inspection
    from chalicelib.catalog.signature import Verdict

STORE = "s3:"
"""The prefix of locations in S3: links to them are ours, never to a server that a client chose."""

_log = logging.getLogger(__name__)


class Measured(NamedTuple):
    """Size and digests (hexadecimal) of bytes; `inline` if they came within a request."""

    size: int
    checksum: str
    sha256: str
    sha512: str
    inline: bool = False

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Measure the body of a request."""
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        sha256, sha512 = hashlib.sha256(content).hexdigest(), hashlib.sha512(content).hexdigest()
        return cls(len(content), md5, sha256, sha512, inline=True)


def _accept_any(_image: Image) -> None:
    """Raises nothing."""


class Content:
    """Reads and writes the bytes of images. It checks no access: pass images that the caller may see or is writing."""

    def __init__(self, ports: Ports, limits: Limits) -> None:
        self._images = ports.images
        self._blobs = ports.blobs
        self._sources = ports.sources
        self._clock = ports.clock
        self._limits = limits

    def read(self, image: Image) -> bytes | Link:
        """The bytes, or a link to them if they are too many to return.

        Raises ImageDeactivated; ContentMissing if the image is not active, if its bytes are lost, or if they are too
        many and on a web server; StoreError.
        """
        if image.status is Status.DEACTIVATED:
            raise ImageDeactivated(image.id)
        if image.status not in (Status.ACTIVE, Status.DEPRECATED):
            raise ContentMissing(image.id, "it is not active")
        if image.location is None or image.location.startswith(CLOUD):
            return self._without_location(image)
        registered = Located(image.size, image.location_version)
        content: bytes | Link | None
        if self._is_linked(image, image.location):
            content = self._blobs.link(image.location, registered, image.file_name)
        else:
            content = self._blobs.get(image.location, registered)
        if content is None:
            raise ContentMissing(image.id, "its bytes were deleted or replaced in their store")
        return content

    def _is_linked(self, image: Image, location: str) -> bool:
        """Whether to return a link. Raises ContentMissing if it would lead to a web server.

        Clients send their token along when they follow a redirect, so none may lead to a server that a tenant chose.
        """
        if location.startswith(STORE):
            return image.size is None or image.size > self._limits.inline_bytes
        if image.size is not None and image.size > self._limits.inline_bytes:
            raise ContentMissing(image.id, "it is too large to be returned from its web server. Import a copy")
        return False

    def _without_location(self, image: Image) -> bytes:
        if image.size:
            raise ContentMissing(image.id, "its bytes are not in this catalogue")
        return b""

    def upload(self, image: Image, content: bytes) -> Image:
        """Store the bytes of an image that is `saving`, verify them, and make it active.

        Raises StorageQuotaExceeded, UnverifiedBytes, StoreError (the image is killed); DeletedMeanwhile and
        NotQueued if the upload was ended meanwhile. In each of these cases nothing is left in the store.
        """
        measured = Measured.of(content)
        try:
            self._check(image, measured)
            location = self._blobs.put(image.id, content)
        except (StorageQuotaExceeded, UnverifiedBytes, StoreError) as error:
            self.kill(image, str(error))
            raise
        return self._activate(image, measured, location, self._uninspected(image))

    def accept(
        self,
        image: Image,
        measured: Measured,
        location: str,
        found: "Inspection | None" = None,
        verdict: "Verdict | None" = None,
    ) -> Image:
        """Make a `saving` image active with bytes that are stored at a location of ours.

        `found` is their inspection; without it the worker inspects them later. `verdict` is that of their signature,
        if they have one. Raises as `upload`, and UnfitBytes for a wrong signature or, if inspection is enforced, for
        unsafe or wrongly declared bytes.
        """

        def check(image: Image) -> None:
            try:
                self._check(image, measured)
                _check_signature(verdict)
                if found is not None:
                    self._check_fitness(image, found)
            except (StorageQuotaExceeded, UnverifiedBytes, UnfitBytes) as error:
                wrongly_signed = verdict is not None and verdict.objection is not None
                spares_allowed = isinstance(error, UnfitBytes) and not wrongly_signed
                if not self.kill(image, str(error), spares_allowed=spares_allowed):
                    self._drop(image, location)
                    raise

        seen = self._uninspected(image) if found is None else inspection_fields(found)
        if verdict is not None:
            seen = {**seen, "signature": verdict.document, "uninspected": False}
        return self._activate(image, measured, location, seen, check)

    def stage(self, image: Image, content: bytes) -> Image:
        """Store the bytes of a `saving` image, which is then `uploading` until they are verified.

        Raises StorageQuotaExceeded, StoreError (the image is killed or queued again), and as `upload` otherwise.
        """
        try:
            self.check_room(image, len(content))
            location = self._blobs.put(image.id, content)
        except (StorageQuotaExceeded, StoreError) as error:
            self.kill(image, str(error))
            raise
        return self._keep(image, location, {"status": Status.UPLOADING, "size": len(content), "checksum": None})

    def _check(self, image: Image, measured: Measured) -> None:
        """Raise UnverifiedBytes if size or checksum differ from the declared ones; StorageQuotaExceeded."""
        self.check_room(image, measured.size)
        if image.size not in (None, measured.size):
            raise UnverifiedBytes("size", image.size, measured.size)
        if image.checksum not in (None, measured.checksum):
            raise UnverifiedBytes("checksum", image.checksum, measured.checksum)

    def _check_fitness(self, image: Image, found: "Inspection") -> None:
        reason = objection(image, found, self._limits)
        if reason is not None:
            raise UnfitBytes(reason)

    def check_room(self, image: Image, size: int) -> None:
        """Raise StorageQuotaExceeded unless the image may have `size` bytes."""
        if size > self._limits.image_size_cap:
            raise StorageQuotaExceeded("bytes of an image", size, self._limits.image_size_cap)
        quota = self._limits.storage_quota
        if quota and image.owner is not None:
            used = self._images.totals(image.owner).size - charge(image)
            if used + size > quota:
                raise StorageQuotaExceeded("stored bytes", used + size, quota)

    def _uninspected(self, image: Image) -> Mapping[str, Any]:
        """The fields of an image whose bytes are still to be inspected."""
        from chalicelib.catalog.signature import is_signed  # noqa: PLC0415  # few requests have bytes

        needs_inspection = rules.policy(image, self._limits) is not Inspecting.OFF or is_signed(image.properties)
        return {"inspection": None, "signature": None, "uninspected": needs_inspection}

    def _activate(
        self,
        image: Image,
        measured: Measured,
        location: str,
        found: Mapping[str, Any],
        check: Callable[[Image], None] = _accept_any,
    ) -> Image:
        return self._keep(image, location, {"status": Status.ACTIVE, **measured._asdict(), **found}, check)

    def _keep(
        self, image: Image, location: str, facts: Mapping[str, Any], check: Callable[[Image], None] = _accept_any
    ) -> Image:
        """Save the location and facts of the bytes that an image waits for; `check` runs again after each conflict."""
        for _ in attempts():
            check(image)
            now = self._clock.now()
            kept = replace(
                image,
                status_reason=None,
                transition=None,
                retriable=False,
                location=location,
                updated_at=now,
                status_changed_at=now,
                **facts,
            )
            try:
                return self._images.save(image, kept)
            except StaleImage:
                image = self._still_saving(image, location)
            except StorageQuotaExceeded as error:
                self.kill(image, str(error))
                self._drop(image, location)
                raise
        self._drop(image, location)
        self.kill(image, "conflicting changes kept it from being saved")
        raise EditConflict(image.id)

    def _still_saving(self, image: Image, location: str) -> Image:
        """The present state of the image, if it still waits for these bytes; otherwise removes them and raises."""
        found = self._images.get(image.id)
        if found is not None and _is_same_attempt(found.image, image):
            return found.image
        self._drop(image, location)
        if found is None or found.image.gone:
            raise DeletedMeanwhile(image.id)
        raise NotQueued(image.id, found.image.status)

    def _drop(self, image: Image, location: str) -> None:
        """Remove bytes that no image needs. If the store fails they are left behind, which only costs money.

        Bytes that were staged earlier stay with their image.
        """
        if image.location == location:
            return
        try:
            self._blobs.delete(location)
        except StoreError:
            _log.warning("bytes left behind", extra={"image_id": image.id}, exc_info=True)

    def kill(self, image: Image, reason: str, *, spares_allowed: bool = False) -> bool:
        """Save the image as a `failed_upload`, unless it has moved on meanwhile.

        With `spares_allowed`, returns True and changes nothing if it was allowed meanwhile.
        """
        for _ in attempts():
            if image.status not in AWAITING:
                return False
            try:
                self._images.save(image, failed_upload(image, reason, self._blobs.place(image.id), self._clock.now()))
            except StaleImage:
                found = self._images.get(image.id)
                if found is None or not _is_same_attempt(found.image, image):
                    return False
                if spares_allowed and found.image.allowed:
                    return True
                image = found.image
            else:
                return False
        return False

    def check_source(self, url: str) -> None:
        """Raise SourceRefused for an unsupported kind of location, Invalid for one that is too long."""
        if not url:
            raise SourceRefused("Invalid location: it is empty")
        lengths.check("location", url, lengths.LOCATION)
        self._sources.check(url)

    def screen(self, url: str) -> None:
        """Raise SourceRefused, Invalid for a location that is never allowed; nothing is read from it."""
        self.check_source(url)
        self._sources.screen(url)

    def locate(self, url: str) -> Located:
        """Size and version of the bytes at a URL. Raises Invalid, SourceRefused, SourceNotFound, StoreUnavailable."""
        self.check_source(url)
        found = self._sources.locate(url)
        rules.check_size(found.size, self._limits)
        return found


def _check_signature(verdict: "Verdict | None") -> None:
    if verdict is not None and verdict.objection is not None:
        raise UnfitBytes(verdict.objection)


def inspection_fields(found: "Inspection") -> Mapping[str, Any]:
    """The fields of an inspected image. A declared virtual size stays if none was found."""
    size = {} if found.virtual_size is None else {"virtual_size": found.virtual_size}
    return {"inspection": found.document, "uninspected": False, **size}


def objection(image: Image, found: "Inspection", limits: Limits) -> str | None:
    """Why an image with these bytes must not become active; None if it may."""
    if rules.policy(image, limits) is not Inspecting.ENFORCE:
        return None
    size = found.virtual_size or image.virtual_size
    reason = found.objection(image.disk_format, image.container_format)
    return reason or rules.shortage(size, image.min_disk)


def failed_upload(image: Image, reason: str, place: str, now: datetime) -> Image:
    """The image after a failed upload: killed, or queued again if it is retriable; staged bytes stay staged.

    A killed one has `place` as its location, so that any bytes that arrived are found and removed.
    """
    ended = replace(
        image,
        status_reason=reason[: lengths.STATUS_REASON],
        transition=None,
        retriable=False,
        updated_at=now,
        status_changed_at=now,
    )
    if image.status is Status.UPLOADING:
        return ended
    if image.retriable:
        return replace(ended, status=Status.QUEUED, size=None, checksum=None, location=None)
    return replace(ended, status=Status.KILLED, location=place)


def _is_same_attempt(found: Image, image: Image) -> bool:
    """Whether an image still waits for the bytes of the same upload, and not of a later one."""
    same = found.status_changed_at == image.status_changed_at and found.transition is image.transition
    return same and found.status in AWAITING
