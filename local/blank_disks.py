"""Empty disks for demonstrations: small files that are what they are called, and can be downloaded."""

import struct

CLUSTER = 1 << 16
"""Bytes; one cluster of L2 entries describes 2**29 bytes of the disk."""
ENTRY = 8
REFCOUNTS, FIRST_BLOCK, L1 = 1, 2, 3
"""The clusters of the parts that follow the header."""


class NoBlankDisk(ValueError):
    """There are no blank disks of this format here."""


def blank(disk_format: str | None, size: int) -> bytes:
    """A disk of so many bytes that has nothing on it: `raw`, or `qcow2`, which takes 256 kB. Raises NoBlankDisk.

    >>> len(blank("qcow2", 10 << 30))
    262144
    """
    if disk_format == "raw":
        return bytes(size)
    if disk_format == "qcow2":
        return _qcow2(size)
    raise NoBlankDisk(f"a blank disk is raw or qcow2, not {disk_format}")


def _qcow2(size: int) -> bytes:
    """Version 3, as QEMU's specification (docs/interop/qcow2.rst) has it, without any cluster of data."""
    entries = -(-size // (CLUSTER // ENTRY * CLUSTER))
    clusters = L1 + -(-entries * ENTRY // CLUSTER)
    places = (L1 * CLUSTER, REFCOUNTS * CLUSTER)
    header = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", 3, 0, 0, 16, size, 0, entries, *places, 1, 0, 0)
    header += struct.pack(">QQQII", 0, 0, 0, 4, 104)  # no features, refcounts of 2**4 bits, the header's length
    parts = {
        0: header,
        REFCOUNTS * CLUSTER: struct.pack(">Q", FIRST_BLOCK * CLUSTER),
        FIRST_BLOCK * CLUSTER: struct.pack(">H", 1) * clusters,
    }
    image = bytearray(clusters * CLUSTER)
    for at, part in parts.items():
        image[at : at + len(part)] = part
    return bytes(image)
