"""Inspect a file before it is uploaded, by the code that the deployment's worker uses."""

import sys
from pathlib import Path
from typing import NamedTuple

import click

from chalicelib.catalog.inspection import HARMLESS, WORDS, Inspection
from chalicelib.catalog.rules import shortage
from rosetta.console import bytes_text, say
from rosetta.formats import misdeclared
from rosetta.parts import Source
from rosetta.registry import Registry
from rosetta.texts import plain

PACKED = Path(__file__).with_name("packed")
"""Where a wheel bundles oslo.utils' image inspection; used unless oslo.utils is installed."""
ENFORCE = "enforce"
POLICIES = {
    "record": "This deployment records that and accepts the image.",
    "off": "This deployment does not inspect images.",
}
UNKNOWN = "This deployment does not report whether it refuses that."
FORCE = "Nothing was sent; pass --force to send it anyway."


def look(source: Source) -> Inspection:
    """Inspect a file. Raises OSError."""
    if str(PACKED) not in sys.path:
        sys.path.append(str(PACKED))
    from chalicelib.jobs.inspection import inspect  # noqa: PLC0415  # finds its library in PACKED

    with source.path.open("rb") as file:

        def read(offset: int, length: int) -> bytes:
            file.seek(offset)
            return file.read(length)

        return inspect(source.size, read)


def description(found: Inspection, size: int) -> str:
    """Describe a file, e.g. `qcow2, 10.0 GiB virtual, in 1.2 GiB`."""
    told = [" and ".join(found.formats), f"compressed by {found.compression}" if found.compression else ""]
    told += [{"gpt": "partitioned by a GPT", "mbr": "partitioned by an MBR"}.get(found.partition_table or "", "")]
    told += [f"with a file system ({found.filesystem})" if found.filesystem else ""]
    told += [f"boots by {' and '.join(map(str.upper, found.boot_modes))}" if found.boot_modes else ""]
    if found.virtual_size not in {None, size}:
        told += [f"{bytes_text(found.virtual_size or 0)} virtual", f"in {bytes_text(size)}"]
    else:
        told += [bytes_text(size)]
    return ", ".join(filter(None, told))


class Declared(NamedTuple):
    """The declared formats and minimum disk of an image, in GB; 0 means unspecified."""

    disk_format: str
    container_format: str
    min_disk: int


def check(registry: Registry, name: str, found: Inspection, declared: Declared, *, force: bool) -> None:
    """Report the inspection of a file to upload, and refuse what the deployment would.

    Raises UsageError if it is not what is declared, ClickException if the deployment would kill the image, both unless
    `force`; ServiceError.
    """
    for finding in found.findings:
        if finding in HARMLESS:
            say(f"Note: {name}: {WORDS[finding]}.")
    formats = declared.disk_format, declared.container_format
    mistake = misdeclared(found, *formats)
    reason = found.objection(*formats) or shortage(found.virtual_size, declared.min_disk)
    if force and reason is not None:
        say(f"Warning: {name}: {reason}. Sending it anyway.")
    elif mistake is not None:
        raise click.UsageError(plain(f"{name}: {mistake}. {FORCE}"))
    elif reason is not None:
        _ask(registry, name, reason)


def _ask(registry: Registry, name: str, reason: str) -> None:
    """Raise ClickException if the deployment kills such images; otherwise a warning will do."""
    policy = registry.inspection_policy()
    if policy == ENFORCE:
        raise click.ClickException(plain(f"{name} would be refused by this deployment. {reason}. {FORCE}"))
    say(f"Warning: {name}: {reason}. {POLICIES.get(policy or '', UNKNOWN)}")
