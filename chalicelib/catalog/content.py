"""Use cases of bytes: taking, verifying, reading and withholding them."""

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
"""How locations begin to which a link of ours leads, and nobody's choice."""

_log = logging.getLogger(__name__)


class Measured(NamedTuple):
    """What bytes are found to be: how many, their digests in hexadecimal, and whether a request had them."""

    size: int
    checksum: str
    sha256: str
    sha512: str
    inline: bool = False

    @classmethod
    def of(cls, content: bytes) -> Self:
        """What the bytes of a request are."""
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        sha256, sha512 = hashlib.sha256(content).hexdigest(), hashlib.sha512(content).hexdigest()
        return cls(len(content), md5, sha256, sha512, inline=True)


def _unchecked(_image: Image) -> None:
    """Nothing is wrong with it."""


class Content:
    """The bytes of images. It is handed images that the caller may see, or is just writing."""

    def __init__(self, ports: Ports, limits: Limits) -> None:
        self._images = ports.images
        self._blobs = ports.blobs
        self._sources = ports.sources
        self._clock = ports.clock
        self._limits = limits

    def read(self, image: Image) -> bytes | Link:
        """The bytes, or where to get them if they are too many to pass through.

        Raises ImageDeactivated; ContentMissing if the image is not active, its bytes are lost, or are too many and on
        the web; StoreError.
        """
        if image.status is Status.DEACTIVATED:
            raise ImageDeactivated(image.id)
        if image.status not in (Status.ACTIVE, Status.DEPRECATED):
            raise ContentMissing(image.id, "it is not active")
        if image.location is None or image.location.startswith(CLOUD):
            return self._without_location(image)
        registered = Located(image.size, image.location_version)
        reading = self._blobs.link if self._is_linked(image, image.location) else self._blobs.get
        content = reading(image.location, registered)
        if content is None:
            raise ContentMissing(image.id, "its store has lost it, or has something else in its place")
        return content

    def _is_linked(self, image: Image, location: str) -> bool:
        """Whether the bytes are got elsewhere. Raises ContentMissing if that would be from somebody's web server.

        Clients send their credentials along wherever a redirect leads them: it must not be to where a tenant likes.
        """
        if location.startswith(STORE):
            return image.size is None or image.size > self._limits.inline_bytes
        if image.size is not None and image.size > self._limits.inline_bytes:
            raise ContentMissing(image.id, "they are on a web server, and too many to pass through here: copy them")
        return False

    def _without_location(self, image: Image) -> bytes:
        if image.size:
            raise ContentMissing(image.id, "it is kept elsewhere")
        return b""

    def upload(self, image: Image, content: bytes) -> Image:
        """Store the bytes of an image that is `saving`, verify them, and make it active.

        Raises StorageQuotaExceeded, UnverifiedBytes, StoreError (the image is killed); DeletedMeanwhile and
        NotQueued if somebody else ended the upload. Nothing is left in the store in any of these cases.
        """
        measured = Measured.of(content)
        try:
            self._check(image, measured)
            location = self._blobs.put(image.id, content)
        except (StorageQuotaExceeded, UnverifiedBytes, StoreError) as error:
            self.kill(image, str(error))
            raise
        return self._activate(image, measured, location, self._unseen(image))

    def accept(
        self,
        image: Image,
        measured: Measured,
        location: str,
        found: "Inspection | None" = None,
        verdict: "Verdict | None" = None,
    ) -> Image:
        """Make an image that is `saving` active with bytes that have come to a location of ours.

        `found` is what they are, if that was looked at; otherwise the worker does that. The `verdict` is about their
        signature, if they have one. Raises as `upload`, and UnfitBytes for a wrong signature, and for what they are
        where the operator wants.
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

        seen = self._unseen(image) if found is None else shown(found)
        if verdict is not None:
            seen = {**seen, "signature": verdict.document, "uninspected": False}
        return self._activate(image, measured, location, seen, check)

    def stage(self, image: Image, content: bytes) -> Image:
        """Store the bytes of an image that is `saving`, which is `uploading` until they are verified.

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
        """Raise UnverifiedBytes if size or checksum are not what the image declares, StorageQuotaExceeded."""
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
        """Raise StorageQuotaExceeded unless so many bytes may come to the image."""
        if size > self._limits.image_size_cap:
            raise StorageQuotaExceeded("bytes of an image", size, self._limits.image_size_cap)
        quota = self._limits.storage_quota
        if quota and image.owner is not None:
            used = self._images.totals(image.owner).size - charge(image)
            if used + size > quota:
                raise StorageQuotaExceeded("stored bytes", used + size, quota)

    def _unseen(self, image: Image) -> Mapping[str, Any]:
        """The fields of an image whose bytes nobody has looked at."""
        from chalicelib.catalog.signature import is_signed  # noqa: PLC0415  # few requests have bytes

        looked_at = rules.policy(image, self._limits) is not Inspecting.OFF or is_signed(image.properties)
        return {"inspection": None, "signature": None, "uninspected": looked_at}

    def _activate(
        self,
        image: Image,
        measured: Measured,
        location: str,
        found: Mapping[str, Any],
        check: Callable[[Image], None] = _unchecked,
    ) -> Image:
        return self._keep(image, location, {"status": Status.ACTIVE, **measured._asdict(), **found}, check)

    def _keep(
        self, image: Image, location: str, facts: Mapping[str, Any], check: Callable[[Image], None] = _unchecked
    ) -> Image:
        """Have an image hold bytes that it waits for, and these facts, if it passes the check as it is by then."""
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
        self.kill(image, "others were changing it all the time")
        raise EditConflict(image.id)

    def _still_saving(self, image: Image, location: str) -> Image:
        """The image as it is now, if it still waits for these bytes; otherwise they are removed."""
        found = self._images.get(image.id)
        if found is not None and _is_same_attempt(found.image, image):
            return found.image
        self._drop(image, location)
        if found is None or found.image.gone:
            raise DeletedMeanwhile(image.id)
        raise NotQueued(image.id, found.image.status)

    def _drop(self, image: Image, location: str) -> None:
        """Remove bytes that no image needs; if the store fails now, they are left behind, which costs money only.

        Those that were staged before stay with their image.
        """
        if image.location == location:
            return
        try:
            self._blobs.delete(location)
        except StoreError:
            _log.warning("bytes left behind", extra={"image_id": image.id}, exc_info=True)

    def kill(self, image: Image, reason: str, *, spares_allowed: bool = False) -> bool:
        """End an upload whose bytes will not come, as `given_up`; an image that moved on meanwhile is left alone.

        Returns whether it is spared, as one that was let through meanwhile can be.
        """
        for _ in attempts():
            if image.status not in AWAITING:
                return False
            try:
                self._images.save(image, given_up(image, reason, self._blobs.place(image.id), self._clock.now()))
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
        """Raise SourceRefused for a location of a kind that is not supported, Invalid for one that is too long."""
        if not url:
            raise SourceRefused("Invalid location: it is empty")
        lengths.check("location", url, lengths.LOCATION)
        self._sources.check(url)

    def screen(self, url: str) -> None:
        """Raise SourceRefused, Invalid for a location that is never read, whatever is there, which nobody is asked."""
        self.check_source(url)
        self._sources.screen(url)

    def locate(self, url: str) -> Located:
        """What is at a location. Raises Invalid, SourceRefused, SourceNotFound, StoreUnavailable."""
        self.check_source(url)
        found = self._sources.locate(url)
        rules.check_size(found.size, self._limits)
        return found


def _check_signature(verdict: "Verdict | None") -> None:
    if verdict is not None and verdict.objection is not None:
        raise UnfitBytes(verdict.objection)


def shown(found: "Inspection") -> Mapping[str, Any]:
    """The fields of an image that tell what was found; a virtual size that was declared stays if none was."""
    size = {} if found.virtual_size is None else {"virtual_size": found.virtual_size}
    return {"inspection": found.document, "uninspected": False, **size}


def objection(image: Image, found: "Inspection", limits: Limits) -> str | None:
    """Why an image that was found to be this may not be active; None if it may."""
    if rules.policy(image, limits) is not Inspecting.ENFORCE:
        return None
    size = found.virtual_size or image.virtual_size
    reason = found.objection(image.disk_format, image.container_format)
    return reason or rules.shortage(size, image.min_disk)


def given_up(image: Image, reason: str, place: str, now: datetime) -> Image:
    """An image whose bytes will not come: it is killed, or queued again if it is retriable; staged bytes stay staged.

    Bytes of a killed one are found by their `place`, should any have come.
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
    """Whether an image waits for the same bytes as before: since it began to, that is.

    One that was queued again may wait for those of another upload by now.
    """
    same = found.status_changed_at == image.status_changed_at and found.transition is image.transition
    return same and found.status in AWAITING
