"""Images whose formats map blocks of the disk to places in the file, as `disks.py` has them otherwise."""

import struct
import zlib
from collections.abc import Sequence

from tests.jobs import disks
from tests.jobs.disks import AT_END, Disk, MiB, a_disk

KiB = 1 << 10
CLUSTER = 64 * KiB
DATA = 256 * KiB
"""Where the first block of the disk is in the file."""


def tabled(layout: str, numbers: Sequence[int]) -> bytes:
    return struct.pack(f"{layout[0]}{len(numbers)}{layout[1]}", *numbers)


def qcow2(content: bytes, *entries: int, bits: int = 16, features: int = 0, l1: int = 2 * CLUSTER) -> Disk:
    """One whose second cluster has the table of the others; entries say where the content is, if not at `DATA`."""
    header = bytearray(disks.qcow2(MiB, features=features))
    struct.pack_into(">I", header, 20, bits)
    struct.pack_into(">Q", header, 40, CLUSTER)
    table = (2 * CLUSTER, tabled(">Q", entries or [DATA + at for at in range(0, len(content), CLUSTER)]))
    return a_disk((0, bytes(header)), (CLUSTER, tabled(">Q", [l1])), table, (DATA, content), size=2 * MiB)


def deflated(content: bytes, bits: int = 16) -> tuple[bytes, int]:
    """A cluster as qcow2 has it, and its entry; it begins somewhere in a sector."""
    deflating = zlib.compressobj(wbits=-15)
    packed = deflating.compress(content) + deflating.flush()
    sectors = (100 + len(packed) - 1) // 512
    return bytes(100) + packed, 1 << 62 | sectors << 62 - (bits - 8) | DATA + 100


def vhd(content: bytes, *table: int, block: int = 2 * MiB) -> Disk:
    footer = bytearray(disks.vhd(4 * MiB, 3))
    struct.pack_into(">Q", footer, 16, 512)
    header = struct.pack(">8sQQIII", b"cxsparse", AT_END, 1536, 0x10000, 2, block)
    numbers = (1536, tabled(">I", table or [4]))
    return a_disk((0, bytes(footer)), (512, header), numbers, (5 * 512, content), size=4 * MiB)


def vdi(content: bytes, *table: int, first: int = 0) -> Disk:
    """One whose content is the first block of the file, or the one of another index."""
    header = bytearray(disks.vdi(4 * MiB))
    struct.pack_into("<II", header, 340, 512, DATA)
    struct.pack_into("<I", header, 376, MiB)
    numbers = (512, tabled("<I", table or [first]))
    return a_disk((0, bytes(header)), numbers, (DATA + first * MiB, content), size=4 * MiB)


def vhdx(content: bytes, state: int = 6) -> Disk:
    table = (3 * MiB, tabled("<Q", [4 * MiB | state]))
    return a_disk(*disks.vhdx(8 * MiB), table, (4 * MiB, content), size=8 * MiB)


def vmdk(content: bytes, *grains: int, flags: int = 3, gd: int = 26, table: int = 32, size: int = MiB) -> Disk:
    header = bytearray(disks.sparse(4 * MiB, gd=gd))
    struct.pack_into("<I", header, 8, flags)
    directory = (26 * 512, tabled("<I", [table]))
    numbers = (32 * 512, tabled("<I", grains or [DATA // 512, DATA // 512 + 128]))
    described = disks.vmdk("streamOptimized" if flags >> 16 else "monolithicSparse", header=bytes(header))
    footer = [disks.footer_of_vmdk(disks.sparse(4 * MiB))] if gd == AT_END else []
    return a_disk(*described, directory, numbers, (DATA, content), *footer, size=size)


def ploop(content: bytes, *table: int, extended: bool = True) -> Disk:
    header = bytearray(disks.ploop(4 * MiB, extended=extended))
    struct.pack_into("<I", header, 28, DATA // 512)
    numbers = (64, tabled("<I", table or [1 if extended else DATA // 512]))
    return a_disk((0, bytes(header[:64])), numbers, (DATA, content), size=4 * MiB)
