"""The size of a VHDX, and whether it has a parent, as MS-VHDX describes them: in tables that may be anywhere."""

import struct
from collections.abc import Callable
from uuid import UUID

REGIONS = 192 << 10
"""Where the region table is (2.1), of which there is a copy that nobody needs whose first is sound."""
TABLE = 64 << 10
METADATA = UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e").bytes_le
PARAMETERS = UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b").bytes_le
DISK_SIZE = UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8").bytes_le
HAS_PARENT = 2
MOST_ENTRIES = 2047
ENTRY = 32
MOST_METADATA = 1 << 20
"""Bytes of the metadata that are read; its items are small, and follow their table."""


class DamagedVhdx(ValueError):
    """The tables of a VHDX lack something."""


def size_and_parent(read: Callable[[int, int], bytes]) -> tuple[int, bool]:
    """The virtual size, and whether there is a parent; `read` returns bytes from an offset on. Raises DamagedVhdx."""
    try:
        regions = _entries(read(REGIONS, TABLE), b"regi", 8, 16, "<I")
        (offset,) = struct.unpack_from("<Q", regions[METADATA])
        metadata = read(offset, MOST_METADATA)
        items = _entries(metadata[:TABLE], b"metadata", 10, ENTRY, "<H")
        (size,) = _item(metadata, items[DISK_SIZE], "<Q")
        _, flags = _item(metadata, items[PARAMETERS], "<II")
    except (KeyError, struct.error) as error:
        raise DamagedVhdx from error
    return size, bool(flags & HAS_PARENT)


def _entries(table: bytes, signature: bytes, count_at: int, begin: int, number: str) -> dict[bytes, bytes]:
    """What the entries of a table say, by their identifiers."""
    if not table.startswith(signature):
        raise DamagedVhdx
    (count,) = struct.unpack_from(number, table, count_at)
    places = range(begin, begin + ENTRY * min(count, MOST_ENTRIES), ENTRY)
    return {table[at : at + 16]: table[at + 16 : at + ENTRY] for at in places}


def _item(metadata: bytes, entry: bytes, layout: str) -> tuple[int, ...]:
    (offset,) = struct.unpack_from("<I", entry)
    return struct.unpack_from(layout, metadata, offset)
