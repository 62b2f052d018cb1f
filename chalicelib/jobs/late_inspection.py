"""Inspecting images that are active already, because their bytes came within a request."""

import hashlib
import logging
from contextlib import closing
from dataclasses import replace

from chalicelib.catalog.content import failed_upload, inspection_fields, objection
from chalicelib.catalog.errors import StoreError
from chalicelib.catalog.image import LIVE, Image, Inspecting
from chalicelib.catalog.inspection import Inspection
from chalicelib.catalog.lookup import retry
from chalicelib.catalog.ports import Ports
from chalicelib.catalog.rules import Limits, policy
from chalicelib.catalog.signature import Verdict
from chalicelib.catalog.signature import digests as needed
from chalicelib.jobs.inspection import inspect
from chalicelib.jobs.outcome import Outcomes
from chalicelib.jobs.signatures import verify

_log = logging.getLogger(__name__)


class LateInspection:
    """Inspects stored bytes, and kills the image if it has to. It is idempotent."""

    def __init__(self, ports: Ports, limits: Limits) -> None:
        self._ports = ports
        self._limits = limits
        self._outcomes = Outcomes(ports)

    def inspect(self, image: Image) -> None:
        """Inspect an image, and store the result or kill it, unless it has been deleted or killed meanwhile.

        Raises EditConflict, StoreError.
        """
        location = image.location or ""
        found, verdict = self._found(image, location), self._verdict(image, location)
        if retry(image.id, lambda: self._recorded(image.id, location, found, verdict)):
            try:
                self._ports.blobs.delete(location)
            except StoreError:  # the reaper removes them
                _log.warning("bytes left behind", extra={"image_id": image.id}, exc_info=True)

    def _found(self, image: Image, location: str) -> Inspection | None:
        """The inspection of the bytes; None if it is off, or if they are gone."""
        size = None if policy(image, self._limits) is Inspecting.OFF else self._ports.blobs.size(location)
        if size is None:
            return None

        def read(offset: int, length: int) -> bytes:
            with closing(self._ports.blobs.pieces(location, offset, length)) as pieces:
                return b"".join(pieces)

        return inspect(size, read)

    def _verdict(self, image: Image, location: str) -> Verdict | None:
        """The verdict on the signature; the bytes are read again if it needs a digest that the request did not make."""
        known = {"sha256": image.sha256, "sha512": image.sha512}
        digests = {name: known.get(name) or self._digest(name, image, location) for name in needed(image.properties)}
        return verify(image.properties, digests, self._ports.clock.now(), self._limits.signature_roots)

    def _digest(self, name: str, image: Image, location: str) -> str:
        digest = hashlib.new(name)
        if image.size:
            with closing(self._ports.blobs.pieces(location, 0, image.size)) as pieces:
                for piece in pieces:
                    digest.update(piece)
        return digest.hexdigest()

    def _recorded(self, image_id: str, location: str, found: Inspection | None, verdict: Verdict | None) -> bool:
        """Store the results; returns whether they killed the image. Raises StaleImage."""
        image = self._outcomes.image(image_id)
        if image is None or not is_due(image) or image.location != location:
            return False
        seen = replace(image, uninspected=False) if found is None else replace(image, **inspection_fields(found))
        seen = replace(seen, signature=None if verdict is None else verdict.document)
        reason = None if found is None else objection(image, found, self._limits)
        reason = reason if verdict is None else verdict.objection or reason
        if reason is not None:
            seen = failed_upload(seen, reason, self._ports.blobs.place(image_id), self._ports.clock.now())
        self._ports.images.save(image, seen)
        return reason is not None


def is_due(image: Image) -> bool:
    """Whether the bytes of an image have to be inspected; not while a job is changing it."""
    return image.uninspected and image.status in LIVE and image.transition is None
