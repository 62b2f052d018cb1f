"""Empty disk images for demonstrations: small, valid and downloadable."""

import struct

CLUSTER = 1 << 16
"""Bytes; one cluster of L2 entries describes 2**29 bytes of the disk."""
ENTRY = 8
REFCOUNTS, FIRST_BLOCK, L1 = 1, 2, 3
"""Clusters of the refcount table, the first refcount block and the L1 table."""


class NoBlankDisk(ValueError):
    """Blank disks of this format are not supported."""


def blank(disk_format: str | None, size: int) -> bytes:
    """An empty disk image, raw or qcow2, of this virtual size in bytes. A qcow2 takes 256 kB. Raises NoBlankDisk.

    >>> len(blank("qcow2", 10 << 30))
    262144
    """
    if disk_format == "raw":
        return bytes(size)
    if disk_format == "qcow2":
        return _qcow2(size)
    raise NoBlankDisk(f"a blank disk is raw or qcow2, not {disk_format}")


def _qcow2(size: int) -> bytes:
    """A qcow2 version 3 without data clusters (QEMU, docs/interop/qcow2.rst)."""
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
