"""Accept image data of any size: bodies too large for a function are stored in S3 in parts while they arrive.

A deployment refuses `PUT /v2/images/{id}/file` beyond `MAX_INLINE_BYTES` and names alternatives. Here the dialect is
called without the body, so that its own refusals apply, and the catalogue reads the body from the connection.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

from chalicelib.bootstrap import World
from chalicelib.catalog.content import Content, Measured
from chalicelib.catalog.errors import DeletedMeanwhile, NotQueued, StoreError
from chalicelib.catalog.event import Actor
from chalicelib.catalog.image import Image
from chalicelib.catalog.lookup import retry
from chalicelib.catalog.ports import Multipart, Ports
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.rules import Limits
from chalicelib.catalog.service import Catalog
from chalicelib.catalog.upload import USUAL_PART
from chalicelib.dialects import DIALECTS
from chalicelib.dialects.glance_v2.data import SIZE, upload_file
from chalicelib.http.dialect import match, owner
from chalicelib.http.errors import BadMessage, HttpError
from chalicelib.http.message import Request
from local.wire import Head, Refused

RENEWAL = timedelta(minutes=1)
"""How often an image is updated while its data arrives: the sweep aborts it after five minutes."""
PARTS_OF_A_SIZE = 500
"""Parts of each size before the size grows, so that 10,000 parts suffice for 1.6 TiB."""


class Arriving(NamedTuple):
    """A body that is arriving: its pieces, its length if known, and the size that the client announced."""

    pieces: Iterator[bytes]
    length: int | None
    announced: int | None


_arriving: ContextVar[Arriving | None] = ContextVar("arriving", default=None)


def is_image_data(head: Head) -> bool:
    """Whether a request uploads image data, by any of the dialect's paths for it."""
    path = head.target.partition("?")[0].strip("/")
    request = Request(head.method, f"/{path}", {name.lower(): value for name, value in head.headers})
    dialect = owner(DIALECTS, request)
    try:
        route, _ = match(dialect.routes, head.method, dialect.resolve(request).path)
    except HttpError:
        return False
    return route.handler is upload_file


@contextmanager
def arriving(head: Head, pieces: Iterator[bytes]) -> Iterator[Head]:
    """Make catalogues that are opened in the block read image data from these pieces.

    Yields the request's head to call the dialect with, without the announced size, which would not match an empty body.
    """
    found = [value.strip() for name, value in head.headers if name.lower() == SIZE]
    announced = int(found[-1]) if found and re.fullmatch("[0-9]{1,18}", found[-1]) else None
    if announced is not None:
        head = replace(head, headers=[header for header in head.headers if header[0].lower() != SIZE])
    before = _arriving.set(Arriving(pieces, head.length, announced))
    try:
        yield head
    finally:
        _arriving.reset(before)


class StreamingWorld(World):
    """A world whose catalogues read image data from a body that is `arriving`, if there is one."""

    __slots__ = ()

    def catalog(self, principal: Principal, dialect: str = "", request_id: str = "") -> Catalog:
        """Open a catalogue whose uploads read the arriving body."""
        catalog, body = super().catalog(principal, dialect, request_id), _arriving.get()
        if body is not None:
            ports = self._ports.by(Actor.of(principal, dialect, request_id))
            catalog.content = ArrivingContent(ports, catalog.limits, body)
        return catalog


class ArrivingContent(Content):
    """The content of an image whose data arrives over the connection."""

    def __init__(self, ports: Ports, limits: Limits, body: Arriving) -> None:
        super().__init__(ports, limits)
        self._multiparts = ports.multiparts
        self._body = body

    def upload(self, image: Image, _content: bytes) -> Image:
        """Upload the arriving body. Raises as `Content.upload`, and BadMessage if it is not as announced."""
        self._image = image
        try:
            self._check_known()
            with self._multipart() as multipart:
                measured = self._send(multipart)
        except BaseException as error:
            self.kill(self._image, str(error))
            raise
        return self.accept(self._image, measured, multipart.location)

    def _check_known(self) -> None:
        """Refuse a body that is known to be wrong before it has arrived."""
        if self._body.length is not None:
            self._check_announced(self._body.length)
        expected = self._body.announced if self._body.length is None else self._body.length
        if expected is not None:
            self.check_room(self._image, expected)

    def _check_announced(self, size: int) -> None:
        if self._body.announced not in (None, size):
            raise BadMessage(SIZE, f"Size mismatch: expected {self._body.announced} bytes, got {size} bytes")

    @contextmanager
    def _multipart(self) -> Iterator[Multipart]:
        """A multipart upload: completed at the end of the block, aborted if it fails."""
        multipart = self._multiparts.begin(self._image.id, uuid4().hex)
        try:
            yield multipart
            self._multiparts.complete(multipart, self._multiparts.parts(multipart) or [])
        except BaseException:
            with suppress(StoreError):  # leftover parts only take memory here
                self._multiparts.abort(multipart)
                self._blobs.delete(multipart.location)
            raise

    def _send(self, multipart: Multipart) -> Measured:
        md5, sha256, sha512, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), hashlib.sha512(), 0
        for number, part in enumerate(parts_of(self._pieces()), 1):
            for digest in (md5, sha256, sha512):
                digest.update(part)
            size += len(part)
            self.check_room(self._image, size)
            self._multiparts.put(multipart, number, part)
        self._check_announced(size)
        return Measured(size, md5.hexdigest(), sha256.hexdigest(), sha512.hexdigest())

    def _pieces(self) -> Iterator[bytes]:
        """Yield the pieces of the body; the client may vanish before its end. Raises BadMessage, and as `_renew`."""
        try:
            for piece in self._body.pieces:
                self._renew()
                yield piece
        except (ConnectionError, TimeoutError, Refused) as error:
            raise BadMessage("body", f"The body is broken: {error}") from error

    def _renew(self) -> None:
        """Update the image from time to time while data arrives. Raises DeletedMeanwhile, NotQueued, EditConflict."""
        if self._clock.now() - self._image.status_changed_at >= RENEWAL:
            self._image = retry(self._image.id, self._renewed)

    def _renewed(self) -> Image:
        found = self._images.get(self._image.id)
        if found is None or found.image.gone:
            raise DeletedMeanwhile(self._image.id)
        if found.image.status_changed_at != self._image.status_changed_at:
            raise NotQueued(self._image.id, found.image.status)
        return self._images.save(found.image, replace(found.image, status_changed_at=self._clock.now()))


def parts_of(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Join pieces to parts: of 16 MiB, and larger ones later, as their number is limited."""
    part, number = bytearray(), 0
    for piece in pieces:
        part += piece
        if len(part) >= USUAL_PART * (1 + number // PARTS_OF_A_SIZE):
            yield bytes(part)
            part.clear()
            number += 1
    if part:
        yield bytes(part)
