"""The first bytes of the disk in an image, where its guest finds partitions and a file system.

Each format has tables that map blocks of the disk to places in the file. Only those for the first bytes are read.
"""

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

from chalicelib.jobs import vhdx
from chalicelib.jobs.recognition import SECTOR
from chalicelib.jobs.windows import TooManyReads, Windows

WANTED = 72 << 10
"""Bytes of the disk to read: the superblock of btrfs, at 64 KiB, is the last thing looked for."""
SLACK = 1 << 10
"""More than deflating can add to WANTED bytes."""


class Unreadable(ValueError):
    """The disk cannot be read here."""


class Place(NamedTuple):
    """The offset of a block of the disk in the file; None if it is all zeros.

    For a deflated block, `packed` is its size in the file, `window` the argument for zlib, and `skipped` the number of
    inflated bytes that belong to earlier blocks.
    """

    offset: int | None = None
    packed: int = 0
    window: int = zlib.MAX_WBITS
    skipped: int = 0


ZEROS = Place()


class Blocks(NamedTuple):
    """The disk as blocks of `size` bytes; `find` returns the place of a block by its index."""

    size: int
    find: Callable[[int], Place]


def first_bytes(name: str, size: int, read: Windows) -> bytes | None:
    """The first 72 KiB of a disk of `size` bytes, or all of it, in an image of this format; None if it is unreadable.

    Raises the errors of `read`, except TooManyReads.
    """
    try:
        return _joined(BLOCKS[name](read), min(size, WANTED), read)
    except (KeyError, struct.error, zlib.error, Unreadable, TooManyReads, vhdx.DamagedVhdx):
        return None


def _joined(blocks: Blocks, wanted: int, read: Windows) -> bytes:
    if blocks.size < SECTOR:
        raise Unreadable
    found = bytearray()
    while len(found) < wanted:
        length = min(blocks.size, wanted - len(found))
        found += _content(blocks.find(len(found) // blocks.size), length, read).ljust(length, b"\0")
    return bytes(found)


def _content(place: Place, length: int, read: Windows) -> bytes:
    if place.offset is None:
        return b""
    if not place.packed:
        return read(place.offset, length)
    end = place.skipped + length
    packed = read(place.offset, min(place.packed, end + SLACK))
    return zlib.decompressobj(place.window).decompress(packed, end)[place.skipped :]


def _word(read: Windows, layout: str, offset: int) -> int:
    """A number in the file. Raises struct.error if the file ends before it."""
    (value,) = struct.unpack(layout, read(offset, struct.calcsize(layout)))
    return int(value)


CLUSTERS = range(9, 22)
"""Bits of the sizes that clusters of a qcow2 may have."""
COMPRESSED, ZERO = 1 << 62, 1
HOST = (1 << 56) - SECTOR
"""The bits of an entry with the offset in the file."""
OTHER_COMPRESSION, EXTENDED_L2 = 1 << 3, 1 << 4
PARTS = 32
"""Subclusters of a cluster with an extended entry, each of which is allocated, zeros, or neither."""


def _qcow2(read: Windows) -> Blocks:
    """A table of tables."""
    bits, l1 = _word(read, ">I", 20), _word(read, ">Q", 40)
    features = _word(read, ">Q", 72) if _word(read, ">I", 4) > 2 else 0
    words, parts = (2, PARTS) if features & EXTENDED_L2 else (1, 1)
    if bits not in CLUSTERS:
        raise Unreadable
    part, entries = (1 << bits) // parts, (1 << bits) // (8 * words)

    def find(index: int) -> Place:
        cluster, within = divmod(index, parts)
        l2 = _word(read, ">Q", l1 + cluster // entries * 8) & HOST
        at = l2 + cluster % entries * words * 8
        entry = _word(read, ">Q", at) if l2 else 0
        if entry & COMPRESSED:
            return _deflated(entry, bits, features, within * part)
        allocated = _word(read, ">Q", at + 8) >> within & 1 if l2 and words > 1 else not entry & ZERO
        return Place((entry & HOST) + within * part) if entry & HOST and allocated else ZEROS

    return Blocks(part, find)


def _deflated(entry: int, bits: int, features: int, skipped: int) -> Place:
    """The place of a compressed cluster: some sectors, beginning anywhere in the first one."""
    if features & OTHER_COMPRESSION:  # Zstandard: not in Python yet
        raise Unreadable
    width = 62 - (bits - 8)
    offset, sectors = entry & (1 << width) - 1, (entry & COMPRESSED - 1) >> width
    return Place(offset, (sectors + 1) * SECTOR - offset % SECTOR, -zlib.MAX_WBITS, skipped)


def _vhd(read: Windows) -> Blocks:
    """The blocks of a dynamic VHD, each of which follows a bitmap of its sectors."""
    header = _word(read, ">Q", 16)
    table, size = _word(read, ">Q", header + 16), _word(read, ">I", header + 32)
    bitmap = -(-size // SECTOR // 8 // SECTOR) * SECTOR

    def find(index: int) -> Place:
        sector = _word(read, ">I", table + index * 4)
        return ZEROS if sector == NOWHERE else Place(sector * SECTOR + bitmap)

    return Blocks(size, find)


NOWHERE, NOTHING = 0xFFFFFFFF, 0xFFFFFFFE
"""Entries for blocks of VHDs and VDIs that were never written, and for blocks of VDIs that are zeros."""


def _vdi(read: Windows) -> Blocks:
    table, data, size = _word(read, "<I", 340), _word(read, "<I", 344), _word(read, "<I", 376)

    def find(index: int) -> Place:
        block = _word(read, "<I", table + index * 4)
        return ZEROS if block in (NOWHERE, NOTHING) else Place(data + block * size)

    return Blocks(size, find)


THERE, PARTLY = 6, 7
"""States of the blocks of a VHDX: present, and present in part, with the rest in the parent."""


def _vhdx(read: Windows) -> Blocks:
    tables = vhdx.tables(read)

    def find(index: int) -> Place:
        entry = _word(read, "<Q", tables.blocks + index * 8)
        if entry & 7 == PARTLY:
            raise Unreadable
        return Place(entry >> 20 << 20) if entry & 7 == THERE else ZEROS

    return Blocks(tables.block_size, find)


ZERO_GRAINS, PACKED_GRAINS = 1 << 2, 1 << 16
AT_END = (1 << 64) - 1
FOOTER = 1024
"""The distance from the end at which a stream-optimized VMDK repeats its header."""


def _vmdk(read: Windows) -> Blocks:
    """A table of tables, in sectors; the position of the first may be known only at the end of the file."""
    flags, grain, entries = _word(read, "<I", 8), _word(read, "<Q", 20), _word(read, "<I", 44)
    directory = _word(read, "<Q", 56)
    if not entries:
        raise Unreadable
    if directory == AT_END:
        directory = _word(read, "<Q", read.size - FOOTER + 56)

    def find(index: int) -> Place:
        table = _word(read, "<I", directory * SECTOR + index // entries * 4)
        sector = _word(read, "<I", (table * SECTOR) + index % entries * 4) if table else 0
        if not sector or (sector == 1 and flags & ZERO_GRAINS):
            return ZEROS
        if flags & PACKED_GRAINS:  # a marker has which grain it is, in 8 bytes, and its length
            return Place(sector * SECTOR + 12, _word(read, "<I", sector * SECTOR + 8))
        return Place(sector * SECTOR)

    return Blocks(grain * SECTOR, find)


def _ploop(read: Windows) -> Blocks:
    """The newer of two variants counts in blocks, the older one in sectors."""
    sectors = _word(read, "<I", 28)
    unit = sectors if read(0, 16) == b"WithouFreSpacExt" else 1

    def find(index: int) -> Place:
        block = _word(read, "<I", 64 + index * 4)
        return Place(block * unit * SECTOR) if block else ZEROS

    return Blocks(sectors * SECTOR, find)


BLOCKS: Mapping[str, Callable[[Windows], Blocks]] = {
    "qcow2": _qcow2,
    "vhd": _vhd,
    "vdi": _vdi,
    "vhdx": _vhdx,
    "vmdk": _vmdk,
    "ploop": _ploop,
}
