"""`image download`: save the data of an image to a file or stdout."""

import fcntl
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from uuid import UUID

import click
from urllib3 import BaseHTTPResponse

from rosetta.answers import Image
from rosetta.console import Interrupted, bytes_text, reason_of, say
from rosetta.errors import ServiceError
from rosetta.finding import found_image
from rosetta.meters import Meter, meter
from rosetta.options import asking, image_argument, json_option
from rosetta.registry import Registry, open_registry
from rosetta.waiting import PAUSES, is_refusal

STDOUT = Path("-")
BLOCK = 128 * 1024


class WrongBytes(click.ClickException):
    """The received data is not that of the image."""


@click.command()
@image_argument
@click.option(
    "--output",
    "-o",
    type=click.Path(allow_dash=True, path_type=Path),
    help="File, folder, or - for stdout (default: ID.FORMAT).",
)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@asking
@json_option
def download(image: str, output: Path | None, *, force: bool, as_json: bool) -> None:
    """Download an image to a file. If interrupted, run the same command to resume."""
    if as_json and output == STDOUT:
        raise click.UsageError("--json cannot be combined with --output -")
    if output == STDOUT and sys.stdout.isatty():
        raise click.UsageError("stdout is a terminal: redirect it, or name a file")
    registry = open_registry()
    found = found_image(registry, image)
    if found.status != "active":
        raise click.ClickException(f"image {found.id} is {found.status}: there is nothing to download")
    if found.checksum is None:
        say("Warning: this image has no checksum, so the download can't be verified.")
    try:
        if output == STDOUT:
            _to_stdout(registry, found)
            return
        target = _target(found, output)
        _to_file(registry, found, target, force=force)
    except KeyboardInterrupt as error:
        raise Interrupted("Interrupted. Run the same command to resume, if the service supports it.") from error
    if as_json:
        facts = {"id": found.id, "file": click.format_filename(target), "size": found.size, "md5": found.checksum}
        click.echo(json.dumps(facts, indent=2))


def _target(image: Image, output: Path | None) -> Path:
    """The file to write. It never depends on names that the service sends."""
    suffix = f".{image.disk_format}" if re.fullmatch("[a-z0-9]+", image.disk_format or "") else ""
    usual = f"{UUID(image.id)}{suffix}"
    if output is None:
        return Path(usual)
    return output / usual if output.is_dir() else output


def _to_stdout(registry: Registry, image: Image) -> None:
    sys.stdout.flush()
    with FileIO(sys.stdout.fileno(), "wb", closefd=False) as out, meter("Receiving", image.size) as receiving:
        Receiving(registry, image, out, receiving, to_file=False).run()


def _to_file(registry: Registry, image: Image, target: Path, *, force: bool) -> None:
    shown = click.format_filename(target)
    if not target.parent.is_dir():
        raise click.ClickException(f"there is no folder {click.format_filename(target.parent)}")
    if target.exists() and not target.is_file():
        raise click.ClickException(f"{shown} is not a regular file")
    if target.exists() and not force:
        raise click.ClickException(f"{shown} already exists: pass --force to overwrite it")
    partial = target.with_name(f"{target.name}.{image.id}.part")
    with _opened(partial) as out:
        there = out.seek(0, os.SEEK_END)
        if there > image.size:
            there = out.truncate(0)
        if there:
            say(f"Resuming: {bytes_text(there)} of {bytes_text(image.size)} are already downloaded.")
        with meter("Receiving", image.size) as progress:
            receiving = Receiving(registry, image, out, progress, to_file=True)
            receiving.resume()
            receiving.run()
        partial.replace(target)
    say(f"Saved {bytes_text(image.size)} to {shown}.")


@contextmanager
def _opened(partial: Path) -> Iterator[FileIO]:
    """Open and lock the partial file. It is kept on failure if another run can resume from it."""
    with FileIO(os.open(partial, os.O_RDWR | os.O_CREAT, 0o666), "r+b") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise click.ClickException(f"{click.format_filename(partial)} is already being written") from error
        except OSError:
            pass  # a file system without locks
        try:
            yield out
        except WrongBytes:
            partial.unlink(missing_ok=True)
            raise
        except OSError as error:
            name = click.format_filename(partial)
            raise click.ClickException(f"{name}: {reason_of(error)}; the partial download is kept there") from error
        finally:
            with suppress(OSError):
                if partial.stat().st_size == 0:
                    partial.unlink()


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
