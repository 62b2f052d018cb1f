"""`image download`: save the data of an image to a file or stdout."""

import fcntl
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from uuid import UUID

import click

from rosetta.answers import Image
from rosetta.console import Interrupted, bytes_text, reason_of, say
from rosetta.finding import found_image
from rosetta.meters import meter
from rosetta.options import asking, image_argument, json_option
from rosetta.receiving import Receiving, WrongBytes
from rosetta.registry import Registry, open_registry

STDOUT = Path("-")


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
