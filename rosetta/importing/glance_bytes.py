"""Copy image data between Glances: at most one part in memory, and nothing sent again that has arrived."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

import urllib3

from rosetta.answers import Image, Upload
from rosetta.errors import ServiceError
from rosetta.importing.records import Moved, Refused
from rosetta.registry import Registry

INLINE = 4 << 20
"""Bytes of the largest image that is sent inline."""
PIECE = 1 << 17
"""Bytes that are read or sent at a time."""
PAUSES = (1.0, 5.0)
"""Seconds to wait before a part is sent again."""
PATIENCE = 3600.0
"""Seconds to wait for the target to verify an image."""
PATIENCE_WITH_OTHERS = 60.0
"""Seconds to wait for an image that is saving at the target without an open upload, i.e. by another request."""
FIRST_LOOK, RAREST_LOOK = 0.1, 2.0
"""Seconds between polls while an image is verified: first and longest."""

Read = Callable[[int], bytes]


class Contents(Protocol):
    """A source of image data."""

    def content(self, image_id: str, /) -> AbstractContextManager[urllib3.BaseHTTPResponse]:
        """The response with the data of an image, to be read in blocks."""


@dataclass(frozen=True, slots=True)
class Content:
    """Image data as the source describes it: `checksum` is its MD5, `digest` its hex digest by `algorithm`."""

    id: str
    size: int
    checksum: str | None
    algorithm: str | None = None
    digest: str | None = None


class Bytes:
    """Copies image data. The source has no ranges, so everything is read, and only missing parts are sent."""

    def __init__(self, source: Contents, target: Registry, moved: Moved) -> None:
        self._source = source
        self._target = target
        self._moved = moved

    def bring(self, image: Content, status: str) -> None:
        """Complete an image that is queued or saving at the target. Raises Refused, ServiceError."""
        if status == "saving":
            self._resume(image)
        elif image.size > INLINE:
            self._send(image, self._target.begin_upload(image.id, image.size))
        else:
            self._send_at_once(image)

    def _resume(self, image: Content) -> None:
        uploads = self._target.uploads(image.id)
        if not uploads:
            self._await(image, image.checksum, PATIENCE_WITH_OTHERS)
        elif uploads[0].size != image.size:
            raise Refused(f"an upload of {uploads[0].size} bytes is open at the target, but the image has {image.size}")
        else:
            self._send(image, uploads[0])

    def _send_at_once(self, image: Content) -> None:
        with self._reading(image) as read:
            content = b"".join(_pieces(read, image.size))
            _check_end(read)
        md5 = _read_digests(image, content).check()
        try:
            sent = self._target.put_bytes(image.id, content)
        except ServiceError as error:
            if error.status != 413:
                raise
            self._send(image, self._target.begin_upload(image.id, image.size))
        else:
            _check_sent(sent, md5)

    def _send(self, image: Content, upload: Upload) -> None:
        """Send the missing parts of an upload; complete it only if the data matches the source's checksum."""
        received = {part.number: part.etag for part in upload.received}
        whole, etags = Digests(image), {}
        with self._reading(image) as read:
            for number in range(1, upload.part_count + 1):
                begin = (number - 1) * upload.part_size
                pieces, part = _pieces(read, min(upload.part_size, image.size - begin)), _md5()
                for piece in pieces:
                    whole.update(piece)
                    part.update(piece)
                etags[number] = part.hexdigest()
                if received.get(number) != etags[number]:
                    self._put(upload, number, pieces, etags[number])
            _check_end(read)
        md5 = whole.check()
        self._target.complete_upload(upload, etags)
        self._await(image, md5, PATIENCE)

    def _put(self, upload: Upload, number: int, pieces: Sequence[bytes], md5: str) -> None:
        for pause in (*PAUSES, None):
            try:
                for link in self._target.links(upload, {number: md5}):
                    self._target.put_part(link, iter(pieces))
            except ServiceError as error:
                if pause is None or error.status == 404:  # the upload no longer exists
                    raise
                self._target.pause(pause)
            else:
                return

    def _await(self, image: Content, md5: str | None, patience: float) -> None:
        """Poll until the target has verified the image. Raises Refused."""
        deadline, pause = time.monotonic() + patience, FIRST_LOOK
        while (found := self._target.image(image.id)) is not None and found.status == "saving":
            if time.monotonic() > deadline:
                raise Refused("it is still saving at the target: import again later")
            self._target.pause(pause)
            pause = min(2 * pause, RAREST_LOOK)
        if found is None:
            raise Refused("it was deleted at the target during the import")
        _check_sent(found, md5)

    @contextmanager
    def _reading(self, image: Content) -> Iterator[Read]:
        """A reader of image data at the source."""
        done = 0
        with self._source.content(image.id) as response:

            def read(count: int) -> bytes:
                nonlocal done
                piece = response.read(count)
                done += len(piece)
                self._moved(image.id, done, image.size)
                return piece

            yield read


def _pieces(read: Read, count: int) -> list[bytes]:
    """Yield the next `count` bytes. Raises ServiceError if there are fewer."""
    pieces = []
    while count and (piece := read(min(count, PIECE))):
        pieces.append(piece)
        count -= len(piece)
    if count:
        raise ServiceError("the connection to the source was closed before the end of the image")
    return pieces


def _check_end(read: Read) -> None:
    if read(1):
        raise Refused("the source sent more bytes than the size of the image")


def _md5(content: bytes = b"") -> "hashlib._Hash":
    return hashlib.md5(content, usedforsecurity=False)


class Digests:
    """Computes the MD5 of the data, and the digest that the source reports."""

    def __init__(self, image: Content) -> None:
        self._image = image
        self._md5 = _md5()
        knows = image.digest is not None and image.algorithm in hashlib.algorithms_available
        self._other = hashlib.new(image.algorithm or "", usedforsecurity=False) if knows else None

    def update(self, piece: bytes) -> None:
        self._md5.update(piece)
        if self._other is not None:
            self._other.update(piece)

    def check(self) -> str:
        """Return the MD5. Raises Refused if it or the other digest differs from the source's."""
        md5, image = self._md5.hexdigest(), self._image
        if image.checksum not in (None, md5):
            raise Refused(f"checksum mismatch at the source: MD5 {md5}, expected {image.checksum}")
        if self._other is not None and (found := self._other.hexdigest()) != image.digest:
            raise Refused(f"checksum mismatch at the source: {image.algorithm} {found}, expected {image.digest}")
        return md5


def _read_digests(image: Content, content: bytes) -> Digests:
    digests = Digests(image)
    digests.update(content)
    return digests


def _check_sent(found: Image, md5: str | None) -> None:
    if found.status != "active":
        raise Refused(f"it is {found.status} at the target: {found.reason}")
    if md5 is not None and found.checksum != md5:
        raise Refused(f"checksum mismatch: MD5 {found.checksum} at the target, {md5} at the source")
