"""Downloads of image data, which resume if S3 sends them."""

import hashlib
import time
from io import FileIO

import click
from urllib3 import BaseHTTPResponse

from rosetta.answers import Image
from rosetta.errors import ServiceError
from rosetta.meters import Meter
from rosetta.registry import Registry
from rosetta.waiting import PAUSES, is_refusal

BLOCK = 128 * 1024


class WrongBytes(click.ClickException):
    """The received data is not that of the image."""


class Receiving:
    """Writes the data of an image to a file, or to a pipe, which cannot be rewound."""

    def __init__(self, registry: Registry, image: Image, out: FileIO, meter: Meter, *, to_file: bool) -> None:
        self._registry = registry
        self._image = image
        self._out = out
        self._meter = meter
        self._to_file = to_file
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._done = 0

    def resume(self) -> None:
        """Read the data of an earlier run, and continue after it."""
        self._out.seek(0)
        while block := self._out.read(BLOCK):
            self._count(block)

    def run(self) -> None:
        """Receive the missing data and verify all of it. Raises ServiceError, WrongBytes."""
        tries = iter(PAUSES)
        while self._done < self._image.size:
            before = self._done
            try:
                self._receive()
            except ServiceError as error:
                if self._done > before:  # after progress, all retries are available again
                    tries = iter(PAUSES)
                pause = next(tries, None)
                if pause is None or is_refusal(error):
                    raise
                time.sleep(pause)
        self._check()

    def _receive(self) -> None:
        headers = {"Range": f"bytes={self._done}-"} if self._done else {}
        with self._registry.content(self._image.id, headers) as response:
            if self._done and not self._resumes(response):
                self._begin_anew()
            for block in response.stream(BLOCK):
                self._write(block)
                self._count(block)
        if self._done < self._image.size:
            raise ServiceError("the connection was closed before the end of the image")
        if self._done > self._image.size:
            raise WrongBytes(f"the service sent more bytes than the {self._image.size} of image {self._image.id}")

    def _resumes(self, response: BaseHTTPResponse) -> bool:
        span = response.headers.get("Content-Range", "")
        return response.status == 206 and span.startswith(f"bytes {self._done}-")

    def _begin_anew(self) -> None:
        """Start from the beginning, as the service itself sends the bytes and does not support ranges."""
        if not self._to_file:
            raise WrongBytes("the connection was closed, and the service does not support resuming")
        self._out.seek(0)
        self._out.truncate()
        self._meter.set_progress(0)
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._done = 0

    def _write(self, block: bytes) -> None:
        rest = memoryview(block)
        while rest:
            rest = rest[self._out.write(rest) :]

    def _count(self, block: bytes) -> None:
        self._md5.update(block)
        self._done += len(block)
        self._meter.advance(len(block))

    def _check(self) -> None:
        if self._image.checksum not in {None, self._md5.hexdigest()}:
            raise WrongBytes(f"checksum mismatch for image {self._image.id}")
