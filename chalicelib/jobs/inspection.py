"""Inspecting an image: a pure function of its size, its first bytes, its last, and a few in between.

Whatever the size of the image, a few megabytes suffice, so nothing is inspected while it is read for its digests.
"""

import struct
from collections.abc import Callable, Mapping
from typing import NamedTuple

from chalicelib.catalog.inspection import Finding, Inspection
from chalicelib.jobs import booting, guest, inspectors, recognition, vhdx
from chalicelib.jobs.windows import Read, Windows

HEAD = 4 << 20
"""Bytes from the beginning: a VMDK's descriptor, which has at most a megabyte, is the last thing looked for."""
TAIL = 4 << 10
"""Bytes from the end, for the footers of a fixed VHD (512) and of a stream-optimized VMDK (1,536)."""
AS_LARGE_AS_THEIR_FILE = frozenset({"raw", "iso"})
FIXED, DIFFERENCING = 2, 4
"""Types of VHDs; VDIs with a parent have the same number."""


class Sample(NamedTuple):
    """The size of an image, its first bytes, its last, and a reader for a few others."""

    size: int
    head: bytes
    tail: bytes
    read: Windows


class FormatFacts(NamedTuple):
    """Virtual size and findings of an image in one format. A size of zero or less is unknown."""

    size: int | None
    findings: frozenset[Finding] = frozenset()


class Disk(NamedTuple):
    """The disk that a guest sees: its first bytes, and a reader for others."""

    head: bytes
    read: Read


def inspect(size: int, read: Read) -> Inspection:
    """Inspect an image. Raises the errors of `read`, and no others."""
    sample = _sample(size, read)
    compression = recognition.compression(sample.head)
    formats = recognition.formats(sample.head) or _without_magic(sample, compression)
    facts = {name: _facts_of(name, sample) for name in formats}
    findings = {finding for each in facts.values() for finding in each.findings}
    if formats <= {"raw", "vhd"}:
        findings |= _about_partitions(sample.head)
    if len(formats) + bool(compression) > 1:
        findings.add(Finding.SEVERAL_FORMATS)
    size_of_disk = next(iter(facts.values())).size if len(facts) == 1 else None
    found = Inspection.of(formats, size_of_disk, findings, compression)
    return _with_disk(found, _disk(found, sample))


def _sample(size: int, read: Read) -> Sample:
    head = read(0, HEAD) if size else b""
    tail = head[-TAIL:] if size <= HEAD else read(size - TAIL, TAIL)
    return Sample(size, head, tail, Windows(size, head, tail, read))


def _disk(found: Inspection, sample: Sample) -> Disk:
    """The disk in an image, which may be mapped by its format. The disk of an unsafe image is not read."""
    name = found.formats[0] if len(found.formats) == 1 else ""
    if name not in guest.BLOCKS or (name == "vhd" and not sample.head.startswith(VHD)):
        return Disk(sample.head, sample.read)
    inside = None if found.unsafe else guest.first_bytes(name, found.virtual_size or 0, sample.read)
    head = inside or b""
    return Disk(head, lambda offset, length: head[offset : offset + length])


def _with_disk(found: Inspection, disk: Disk) -> Inspection:
    return found._replace(
        partition_table=recognition.partition_table(disk.head),
        filesystem=recognition.filesystem(disk.head),
        boot_modes=tuple(sorted(booting.modes(disk.head, disk.read))),
    )


def _without_magic(sample: Sample, compression: str | None) -> set[str]:
    """The format of an image without a magic number at its beginning."""
    if inspectors.opinion("vmdk", sample.head):
        return {"vmdk"}
    if _footer_of_vhd(sample.tail)[60:64] == struct.pack(">I", FIXED):
        return {"vhd"}
    return set() if compression else {"raw"}


def _facts_of(name: str, sample: Sample) -> FormatFacts:
    if name in AS_LARGE_AS_THEIR_FILE:
        return FormatFacts(sample.size)
    try:
        return PARSERS[name](sample)
    except (struct.error, vhdx.DamagedVhdx):
        return FormatFacts(None, frozenset({Finding.UNINSPECTABLE}))


def _qcow2(sample: Sample) -> FormatFacts:
    found = inspectors.opinion("qcow2", sample.head)
    if found is None or not found.sound:
        return FormatFacts(None, frozenset({Finding.UNINSPECTABLE}))
    version, encryption, snapshots = (struct.unpack_from(">I", sample.head, at)[0] for at in (4, 32, 60))
    findings = {QCOW2[name] for name in found.failed}
    if version == 2:  # it has no feature bits, but other things in their place
        findings.discard(Finding.DATA_FILE)
    if Finding.UNKNOWN_FEATURES in findings and _is_known_without_extended_l2(sample.head):
        findings = findings - {Finding.UNKNOWN_FEATURES} | {Finding.EXTENDED_L2}
    findings |= _findings(ENCRYPTED=encryption, SNAPSHOTS=snapshots)
    return FormatFacts(found.size, frozenset(findings))


QCOW2: Mapping[str, Finding] = {
    "backing_file": Finding.BACKING_FILE,
    "data_file": Finding.DATA_FILE,
    "unknown_features": Finding.UNKNOWN_FEATURES,
}
"""The checks of oslo.utils' inspector, and our findings for them."""
EXTENDED_L2 = 1 << 4
FEATURES = 79
"""The offset of the byte with the lowest incompatible features."""


def _is_known_without_extended_l2(head: bytes) -> bool:
    header = bytearray(head[: recognition.SECTOR])
    header[FEATURES] &= ~EXTENDED_L2
    found = inspectors.opinion("qcow2", bytes(header))
    return found is not None and "unknown_features" not in found.failed


def _qcow(sample: Sample) -> FormatFacts:
    backing, size, encryption = *struct.unpack_from(">Q8xQ", sample.head, 8), _word(">I", sample.head, 36)
    return FormatFacts(size, _findings(OBSOLETE_FORMAT=True, BACKING_FILE=backing, ENCRYPTED=encryption))


def _qed(sample: Sample) -> FormatFacts:
    features, size = _word("<Q", sample.head, 16), _word("<Q", sample.head, 48)
    return FormatFacts(size, _findings(OBSOLETE_FORMAT=True, BACKING_FILE=features & 1))


def _vmdk(sample: Sample) -> FormatFacts:
    found = inspectors.opinion("vmdk", sample.head, sample.tail if sample.size > HEAD else b"")
    if recognition.DESCRIPTOR.match(sample.head):
        return FormatFacts(None, _findings(EXTERNAL_EXTENTS=True))
    if found is None:
        return FormatFacts(None, _findings(NO_DESCRIPTOR=True))
    findings = set(_findings(BACKING_FILE="parentfilenamehint" in (found.descriptor or "")))
    if "footer" in found.failed:
        findings.add(Finding.BAD_FOOTER)
    if "descriptor" in found.failed:
        findings.add(_about_descriptor(found))
    if not found.sound and not findings:
        findings.add(Finding.UNINSPECTABLE)
    return FormatFacts(found.size, frozenset(findings))


def _about_descriptor(found: inspectors.Opinion) -> Finding:
    if found.subformat in (None, "formatnotfound"):
        return Finding.NO_DESCRIPTOR
    whole = found.subformat in ("monolithicsparse", "streamoptimized")
    return Finding.BAD_DESCRIPTOR if whole else Finding.EXTERNAL_EXTENTS


def _vdi(sample: Sample) -> FormatFacts:
    return FormatFacts(
        _word("<Q", sample.head, 368), _findings(BACKING_FILE=_word("<I", sample.head, 76) == DIFFERENCING)
    )


def _vhd(sample: Sample) -> FormatFacts:
    """From the footer, of which a dynamic VHD has a copy as its header."""
    footer = sample.head if sample.head.startswith(VHD) else _footer_of_vhd(sample.tail)
    return FormatFacts(_word(">Q", footer, 48), _findings(BACKING_FILE=_word(">I", footer, 60) == DIFFERENCING))


VHD = b"conectix"


def _footer_of_vhd(tail: bytes) -> bytes:
    """The last sector, if it is the footer of a VHD; else nothing."""
    footer = tail[-recognition.SECTOR :]
    return footer if footer.startswith(VHD) and len(footer) == recognition.SECTOR else b""


def _vhdx(sample: Sample) -> FormatFacts:
    tables = vhdx.tables(sample.read)
    return FormatFacts(tables.size, _findings(BACKING_FILE=tables.has_parent))


def _luks(sample: Sample) -> FormatFacts:
    """For version 1, by its specification: the disk follows the header and the key material."""
    if _word(">H", sample.head, 6) != 1:
        return FormatFacts(None, _findings(LUKS2=True))
    return FormatFacts(sample.size - _word(">I", sample.head, 104) * recognition.SECTOR)


def _ploop(sample: Sample) -> FormatFacts:
    """As Parallels' expandable disks; the newer of two variants counts sectors in 64 bits."""
    extended = sample.head.startswith(b"WithouFreSpacExt")
    return FormatFacts(_word("<Q" if extended else "<I", sample.head, 36) * recognition.SECTOR)


def _tar(_sample: Sample) -> FormatFacts:
    return FormatFacts(None)


PARSERS: Mapping[str, Callable[[Sample], FormatFacts]] = {
    "qcow2": _qcow2,
    "qcow": _qcow,
    "qed": _qed,
    "vmdk": _vmdk,
    "vdi": _vdi,
    "vhd": _vhd,
    "vhdx": _vhdx,
    "luks": _luks,
    "ploop": _ploop,
    "tar": _tar,
}


def _about_partitions(head: bytes) -> frozenset[Finding]:
    """The findings for a boot sector that OpenStack's check refuses, possibly by false alarm."""
    if not _is_refused(head):
        return frozenset()
    if recognition.filesystem(head):
        return _findings(BARE_FILESYSTEM=True)
    table = recognition.partition_table(head)
    if not table:
        return _findings(NO_PARTITIONS=True)
    usual = recognition.with_usual_start(head)
    unusual = not _is_refused(usual)
    hybrid = table == "gpt" and not unusual and not _is_refused(recognition.without_other_partitions(usual))
    return _findings(UNUSUAL_GPT=unusual, HYBRID_MBR=hybrid, BAD_PARTITIONS=not unusual and not hybrid)


def _is_refused(head: bytes) -> bool:
    found = inspectors.opinion("gpt", head)
    return bool(found and found.failed)


def _findings(**found: object) -> frozenset[Finding]:
    """The findings whose values are true, by their names."""
    return frozenset(Finding[name] for name, value in found.items() if value)


def _word(layout: str, data: bytes, at: int) -> int:
    """A number at an offset. Raises struct.error if the data ends before it."""
    (value,) = struct.unpack_from(layout, data, at)
    return int(value)
