"""The boot modes of a disk, BIOS and UEFI, as far as its first bytes show them."""

import struct
from collections.abc import Iterator
from uuid import UUID

from chalicelib.jobs.recognition import COUNT, ENTRIES, ENTRY, GPT, ISO_SECTOR, SECTOR, VOLUMES, partition_table
from chalicelib.jobs.windows import Read

BIOS, UEFI = "bios", "uefi"

ESP_OF_MBR = 0xEF
ACTIVE = 0x80
CODE = 440
"""Bytes of boot code in the first sector."""
ESP = UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b").bytes_le
BIOS_BOOT = UUID("21686148-6449-6e6f-744e-656564454649").bytes_le
"""Types of partitions: the EFI system partition, and GRUB's for booting by a BIOS."""
LEGACY = 1 << 2
"""The attribute of a partition that a BIOS should boot (UEFI 5.3.3)."""
MAX_ENTRIES = 64 << 10
"""Bytes of a GPT's entries that are read, four times the usual number."""

EL_TORITO = b"\0CD001\1EL TORITO SPECIFICATION"
VALIDATION, MORE, LAST = 0x01, 0x90, 0x91
"""The identifiers of a boot catalogue's first entry, and of the headers of its sections."""
BOOTABLE = 0x88
PLATFORMS = {0: BIOS, 0xEF: UEFI}


def modes(head: bytes, read: Read) -> set[str]:
    """The modes that a disk can boot in; `read` returns up to `length` of its bytes from an offset on."""
    table = partition_table(head)
    found = set(_of_partitions(head)) if table else set()
    if table == "gpt":
        found |= set(_of_entries(head, read))
    return found | set(_of_catalogue(head, read))


def _has_code(head: bytes) -> bool:
    return any(head[:CODE])


def _of_partitions(head: bytes) -> Iterator[str]:
    for at in range(ENTRIES, ENTRIES + ENTRY * COUNT, ENTRY):
        if head[at + 4] == ESP_OF_MBR:
            yield UEFI
        if head[at] == ACTIVE and _has_code(head):
            yield BIOS


def _of_entries(head: bytes, read: Read) -> Iterator[str]:
    """The modes of a GPT's partitions; its header is in the second sector."""
    sector = SECTOR if head.startswith(GPT, SECTOR) else 8 * SECTOR
    header = head[sector + 72 : sector + 88]
    if len(header) < 16:
        return
    begin, count, size = struct.unpack("<QII", header)
    if size < 128:
        return
    entries = read(begin * sector, min(count * size, MAX_ENTRIES))
    for at in range(0, len(entries) - 55, size):
        (attributes,) = struct.unpack_from("<Q", entries, at + 48)
        if entries.startswith(ESP, at):
            yield UEFI
        if entries.startswith(BIOS_BOOT, at) or (attributes & LEGACY and _has_code(head)):
            yield BIOS


def _of_catalogue(head: bytes, read: Read) -> Iterator[str]:
    """The modes of a CD: the platforms in its boot catalogue (El Torito 2.0)."""
    record = head[VOLUMES + ISO_SECTOR : VOLUMES + 2 * ISO_SECTOR]
    if not record.startswith(EL_TORITO) or len(record) < ISO_SECTOR:
        return
    (where,) = struct.unpack_from("<I", record, 71)
    catalogue = read(where * ISO_SECTOR, ISO_SECTOR)
    if len(catalogue) < ISO_SECTOR or catalogue[0] != VALIDATION:
        return
    platform = catalogue[1]
    for at in range(32, ISO_SECTOR, 32):
        if catalogue[at] in (MORE, LAST):
            platform = catalogue[at + 1]
        elif catalogue[at] == BOOTABLE and platform in PLATFORMS:
            yield PLATFORMS[platform]
