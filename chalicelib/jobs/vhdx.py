"""Reading the tables of a VHDX, which may be anywhere in it, by MS-VHDX."""

import struct
from typing import NamedTuple
from uuid import UUID

from chalicelib.jobs.windows import Read

REGIONS = 192 << 10
"""The offset of the region table (2.1). Its copy is not read, even if the first one is damaged."""
TABLE = 64 << 10
METADATA = UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e").bytes_le
BLOCKS = UUID("2dc27766-f623-4200-9d64-115e9bfd4a08").bytes_le
PARAMETERS = UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b").bytes_le
DISK_SIZE = UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8").bytes_le
HAS_PARENT = 2
MAX_ENTRIES = 2047
ENTRY = 32
MAX_METADATA = 1 << 20
"""Bytes of metadata that are read; the items are small, and follow their table."""


class DamagedVhdx(ValueError):
    """The tables of a VHDX are incomplete."""


class Tables(NamedTuple):
    """The virtual size and the size of a block in bytes, and the offset of the table of `blocks`."""

    size: int
    block_size: int
    has_parent: bool
    blocks: int


def tables(read: Read) -> Tables:
    """Read the tables. Raises DamagedVhdx."""
    try:
        regions = _entries(read(REGIONS, TABLE), b"regi", 8, 16, "<I")
        blocks, offset = (struct.unpack_from("<Q", regions[each])[0] for each in (BLOCKS, METADATA))
        metadata = read(offset, MAX_METADATA)
        items = _entries(metadata[:TABLE], b"metadata", 10, ENTRY, "<H")
        (size,) = _item(metadata, items[DISK_SIZE], "<Q")
        block_size, flags = _item(metadata, items[PARAMETERS], "<II")
    except (KeyError, struct.error) as error:
        raise DamagedVhdx from error
    return Tables(size, block_size, bool(flags & HAS_PARENT), blocks)


def _entries(table: bytes, signature: bytes, count_at: int, begin: int, number: str) -> dict[bytes, bytes]:
    """The entries of a table, by their identifiers."""
    if not table.startswith(signature):
        raise DamagedVhdx
    (count,) = struct.unpack_from(number, table, count_at)
    places = range(begin, begin + ENTRY * min(count, MAX_ENTRIES), ENTRY)
    return {table[at : at + 16]: table[at + 16 : at + ENTRY] for at in places}


def _item(metadata: bytes, entry: bytes, layout: str) -> tuple[int, ...]:
    (offset,) = struct.unpack_from("<I", entry)
    return struct.unpack_from(layout, metadata, offset)
