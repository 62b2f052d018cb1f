"""What the first bytes of an image say by their magic numbers: formats, compression, file systems, partition tables."""

import re
from collections.abc import Iterator

SECTOR = 512
ISO_SECTOR = 2048
VOLUMES = 16 * ISO_SECTOR
"""Where the volume descriptors of ISO 9660 (ECMA-119 6.2.1) and of UDF (ECMA-167 2/8.3.1) begin."""

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
"""How descriptors of VMDKs begin that are files of their own."""

GPT = b"EFI PART"
MBR = b"\x55\xaa"
ENTRIES, ENTRY, COUNT = 446, 16, 4
"""Where the partitions of an MBR are described, in how many bytes each, and how many."""
PROTECTIVE = 0xEE


def formats(head: bytes) -> set[str]:
    """The formats whose magic number is there."""
    found = {name for at, magic, name in FORMATS if head.startswith(magic, at)}
    if "qcow2" in found and head[4:8] == b"\0\0\0\1":
        found = found - {"qcow2"} | {"qcow"}
    return found | {"vmdk"} if DESCRIPTOR.match(head) else found


def compression(head: bytes) -> str | None:
    """What the whole image is compressed by."""
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
    """`gpt`, `mbr` or None; the boot sector of a file system is none."""
    if head[SECTOR - 2 : SECTOR] != MBR or filesystem(head[:SECTOR]):
        return None
    kinds = [head[ENTRIES + ENTRY * index + 4] for index in range(COUNT)]
    if PROTECTIVE in kinds and any(head.startswith(GPT, sector) for sector in (512, 4096)):
        return "gpt"
    return "mbr" if any(kinds) else None


def with_usual_start(head: bytes) -> bytes:
    """A boot sector whose protective partitions begin at the cylinder, head and sector that UEFI 5.2.3 says."""
    sector = bytearray(head[:SECTOR])
    for at in _protective(head):
        sector[at + 1 : at + 4] = b"\0\2\0"
    return bytes(sector)


def without_other_partitions(head: bytes) -> bytes:
    """A boot sector that has its first protective partition alone, and first."""
    entries = [head[at : at + ENTRY] for at in _protective(head)]
    return head[:ENTRIES] + b"".join(entries[:1]).ljust(ENTRY * COUNT, b"\0") + head[SECTOR - 2 : SECTOR]


def _protective(head: bytes) -> list[int]:
    """Where the protective partitions are."""
    return [at for at in range(ENTRIES, ENTRIES + ENTRY * COUNT, ENTRY) if head[at + 4] == PROTECTIVE]
