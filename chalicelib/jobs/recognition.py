"""Recognizing formats, compression, file systems and partition tables by magic numbers in an image's first bytes."""

import re
from collections.abc import Iterator

SECTOR = 512
ISO_SECTOR = 2048
VOLUMES = 16 * ISO_SECTOR
"""The offset of the volume descriptors of ISO 9660 (ECMA-119 6.2.1) and of UDF (ECMA-167 2/8.3.1)."""

FORMATS = (
    (0, b"QFI\xfb", "qcow2"),
    (0, b"QED\0", "qed"),
    (0, b"KDMV", "vmdk"),
    (0, b"COWD", "vmdk"),
    (0, b"vhdxfile", "vhdx"),
    (0, b"conectix", "vhd"),
    (0, b"LUKS\xba\xbe", "luks"),
    (0, b"WithoutFreeSpace", "ploop"),
    (0, b"WithouFreSpacExt", "ploop"),
    (64, b"\x7f\x10\xda\xbe", "vdi"),
    (257, b"ustar", "tar"),
    (VOLUMES + 1, b"CD001", "iso"),
)
COMPRESSIONS = (
    (0, b"\x1f\x8b\x08", "gzip"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
)
BZIP2 = re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)")
FILESYSTEMS = (
    (3, b"NTFS    ", "ntfs"),
    (3, b"EXFAT   ", "exfat"),
    (54, b"FAT12   ", "fat"),
    (54, b"FAT16   ", "fat"),
    (82, b"FAT32   ", "fat"),
    (1080, b"\x53\xef", "ext"),
    (0, b"XFSB", "xfs"),
    (0x10040, b"_BHRfS_M", "btrfs"),
    (0, b"hsqs", "squashfs"),
)
DESCRIPTOR = re.compile(rb"\s*# *disk *descriptorfile", re.IGNORECASE)
"""The beginning of a VMDK's descriptor that is a file of its own."""

GPT = b"EFI PART"
MBR = b"\x55\xaa"
ENTRIES, ENTRY, COUNT = 446, 16, 4
"""The offset of an MBR's partition entries, the size of each, and their number."""
PROTECTIVE = 0xEE


def formats(head: bytes) -> set[str]:
    """The formats whose magic numbers are present."""
    found = {name for at, magic, name in FORMATS if head.startswith(magic, at)}
    if "qcow2" in found and head[4:8] == b"\0\0\0\1":
        found = found - {"qcow2"} | {"qcow"}
    return found | {"vmdk"} if DESCRIPTOR.match(head) else found


def compression(head: bytes) -> str | None:
    """The compression of the image as a whole; None if there is none."""
    named = (name for at, magic, name in COMPRESSIONS if head.startswith(magic, at))
    return next(named, "bzip2" if BZIP2.match(head) else None)


def filesystem(head: bytes) -> str | None:
    """The file system that begins where the image does."""
    named = (name for at, magic, name in FILESYSTEMS if head.startswith(magic, at))
    return next(named, "udf" if any(each in (b"NSR02", b"NSR03") for each in _volumes(head)) else None)


def _volumes(head: bytes) -> Iterator[bytes]:
    """The identifiers of the volume descriptors."""
    for at in range(VOLUMES, min(len(head), 4 * VOLUMES), ISO_SECTOR):
        yield head[at + 1 : at + 6]


def partition_table(head: bytes) -> str | None:
    """`gpt`, `mbr` or None; the boot sector of a file system does not count."""
    if head[SECTOR - 2 : SECTOR] != MBR or filesystem(head[:SECTOR]):
        return None
    kinds = [head[ENTRIES + ENTRY * index + 4] for index in range(COUNT)]
    if PROTECTIVE in kinds and any(head.startswith(GPT, sector) for sector in (512, 4096)):
        return "gpt"
    return "mbr" if any(kinds) else None


def with_usual_start(head: bytes) -> bytes:
    """The boot sector, with its protective partitions at the cylinder, head and sector of UEFI 5.2.3."""
    sector = bytearray(head[:SECTOR])
    for at in _protective(head):
        sector[at + 1 : at + 4] = b"\0\2\0"
    return bytes(sector)


def without_other_partitions(head: bytes) -> bytes:
    """The boot sector, with its first protective partition as the only one."""
    entries = [head[at : at + ENTRY] for at in _protective(head)]
    return head[:ENTRIES] + b"".join(entries[:1]).ljust(ENTRY * COUNT, b"\0") + head[SECTOR - 2 : SECTOR]


def _protective(head: bytes) -> list[int]:
    """The offsets of the protective partitions' entries."""
    return [at for at in range(ENTRIES, ENTRIES + ENTRY * COUNT, ENTRY) if head[at + 4] == PROTECTIVE]
