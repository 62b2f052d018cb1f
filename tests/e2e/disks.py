"""Disk images that are nothing but their header."""

import struct

from tests.e2e.console import MEGABYTE

CLUSTER = 65536


def qcow2(virtual_size: int = 64 * MEGABYTE, *, backing: bool = False) -> bytes:
    """The header of an image, and nothing in it; a backing file makes it unsafe."""
    offset, length = (512, 11) if backing else (0, 0)
    head = struct.pack(
        ">4sIQIIQIIQQIIQ", b"QFI\xfb", 2, offset, length, 16, virtual_size, 0, 1, CLUSTER, 131072, 1, 0, 0
    )
    content = bytearray(4 * CLUSTER)
    content[: len(head)] = head
    content[512 : 512 + length] = b"/etc/passwd"[:length]
    return bytes(content)
