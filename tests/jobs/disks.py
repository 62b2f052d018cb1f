"""Images of many formats, as small as their specifications let them be; zeros between their parts are not written."""

import struct
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

MiB, GiB = 1 << 20, 1 << 30
AT_END = 2**64 - 1


class Disk(NamedTuple):
    """A disk of `size` bytes, zeros except for some parts at their offsets; `asked` are the reads so far."""

    size: int
    parts: Mapping[int, bytes]
    asked: list[tuple[int, int]]

    def read(self, offset: int, length: int) -> bytes:
        self.asked.append((offset, length))
        found = bytearray(max(0, min(length, self.size - offset)))
        for at, part in self.parts.items():
            lead = max(0, offset - at)
            begin = at + lead - offset
            if begin < len(found):
                piece = part[lead : lead + len(found) - begin]
                found[begin : begin + len(piece)] = piece
        return bytes(found)


def a_disk(*parts: tuple[int, bytes], size: int = MiB) -> Disk:
    """A disk with these parts; a negative offset counts from the end."""
    return Disk(size, {at if at >= 0 else size + at: part for at, part in parts}, [])


def qcow2(
    size: int = GiB, *, version: int = 3, features: int = 0, backing: int = 0, crypt: int = 0, snapshots: int = 0
) -> bytes:
    first = (b"QFI\xfb", version, backing, 8 if backing else 0, 16, size, crypt, 1, 1 << 16, 2 << 16, 1, snapshots, 0)
    header = struct.pack(">4sIQIIQIIQQIIQ", *first)
    if version == 2:
        # As qemu-img writes one with a backing file: an extension with the name of its format.
        return header + struct.pack(">II8s", 0xE2792ACA, 5, b"qcow2") + bytes(512)
    return header + struct.pack(">QQQII", features, 0, 0, 4, 104) + bytes(512)


def qcow(size: int = GiB, *, backing: int = 0, crypt: int = 0) -> bytes:
    return struct.pack(">4sIQIIQBBHIQ", b"QFI\xfb", 1, backing, 0, 0, size, 12, 9, 0, crypt, 48) + bytes(512)


def qed(size: int = GiB, features: int = 0) -> bytes:
    return struct.pack("<4sIIIQQQQQII", b"QED\0", 65536, 4, 1, features, 0, 0, 65536, size, 0, 0) + bytes(512)


def vhd(size: int, kind: int, original: int | None = None) -> bytes:
    first = (b"conectix", 2, 0x10000, AT_END, 0, b"win ", 0x10000, b"Wi2k", original or size, size, 0, 0, 0, kind, 0)
    return struct.pack(">8sIIQI4sI4sQQHBBII16sB427x", *first, bytes(16), 0)


def vhdx(size: int, *, parent: bool = False, metadata: int = 2 * MiB) -> list[tuple[int, bytes]]:
    regions = [("8B7CA206-4790-4B9A-B8FE-575F050F886E", metadata), ("2DC27766-F623-4200-9D64-115E9BFD4A08", 3 * MiB)]
    region = b"".join(UUID(guid).bytes_le + struct.pack("<QII", at, MiB, 1) for guid, at in regions)
    items = [
        ("CAA16737-FA36-4D43-B3B6-33F0AA44E76B", 0x10000, 8),
        ("2FA54224-CD1B-4876-B211-5DBED83BF4B8", 0x10008, 8),
    ]
    entries = [UUID(guid).bytes_le + struct.pack("<III4x", at, length, 4) for guid, at, length in items]
    return [
        (0, b"vhdxfile"),
        (192 << 10, struct.pack("<4sIII", b"regi", 0, len(regions), 0) + region),
        (metadata, struct.pack("<8sHH20x", b"metadata", 0, len(entries)) + b"".join(entries)),
        (metadata + 0x10000, struct.pack("<IIQ", MiB, 2 if parent else 0, size)),
    ]


def descriptor(kind: str, *lines: str) -> bytes:
    head = ("# Disk DescriptorFile", "version=1", "CID=12345678", "parentCID=ffffffff", f'createType="{kind}"')
    return "\n".join((*head, *lines, "")).encode()


EXTENT = 'RW 2097152 SPARSE "disk.vmdk"'


def sparse(size: int = GiB, *, version: int = 1, gd: int = 26, described: bool = True) -> bytes:
    where, length = (1, 20) if described else (0, 0)
    first = (b"KDMV", version, 3, size // 512, 128, where, length, 512, 21, gd, 128, 0, b"\n \r\n", 0)
    return struct.pack("<4sIIQQQQIQQQB4sH433x", *first)


def vmdk(kind: str = "monolithicSparse", *lines: str, header: bytes | None = None) -> list[tuple[int, bytes]]:
    return [(0, header or sparse()), (512, descriptor(kind, *(lines or (EXTENT,))))]


def footer_of_vmdk(header: bytes) -> tuple[int, bytes]:
    """The last 1,536 bytes of one whose header says that the rest is at the end."""
    return -1536, struct.pack("<QII496x", 1, 0, 3) + header + bytes(512)


def vdi(size: int = GiB, kind: int = 1) -> bytes:
    header = bytearray(512)
    struct.pack_into("<IIII", header, 64, 0xBEDA107F, 0x10001, 400, kind)
    struct.pack_into("<Q", header, 368, size)
    return bytes(header)


def luks(version: int = 1, payload: int = 4096) -> bytes:
    names = (b"aes", b"xts-plain64", b"sha256")
    return struct.pack(">6sH32s32s32sII20s32sI", b"LUKS\xba\xbe", version, *names, payload, 64, b"", b"", 1) + bytes(
        512
    )


def ploop(size: int = GiB, *, extended: bool = True) -> bytes:
    if extended:
        return struct.pack("<16sIIIIIQ", b"WithouFreSpacExt", 2, 16, 32, 63, 1, size // 512) + bytes(512)
    return struct.pack("<16sIIIIII", b"WithoutFreeSpace", 2, 16, 32, 63, 1, size // 512) + bytes(512)


def iso(size: int = MiB) -> tuple[int, bytes]:
    blocks = size // 2048
    volume = bytearray(2048)
    volume[:7] = b"\1CD001\1"
    volume[80:88] = struct.pack("<I", blocks) + struct.pack(">I", blocks)
    volume[128:132] = struct.pack("<H", 2048) + struct.pack(">H", 2048)
    return 32768, bytes(volume)


UDF = (32768, b"".join(struct.pack(">B5sB2041x", 0, name, 1) for name in (b"BEA01", b"NSR02", b"TEA01")))
BRIDGE = (32768 + 2048, UDF[1])
"""UDF besides ISO 9660, whose descriptors are first."""


def mbr(*partitions: tuple[int, int, bytes], boot: int = 0, code: bytes = b"") -> bytes:
    """A boot sector; of partitions kind, first block, and first cylinder, head and sector."""
    entries = b"".join(
        struct.pack("<B3sB3sII", boot, chs, kind, b"\xff\xff\xff", first, 2048) for kind, first, chs in partitions
    )
    return code.ljust(446, b"\0") + entries.ljust(64, b"\0") + b"\x55\xaa"


def gpt(chs: bytes = b"\0\2\0", *more: tuple[int, int, bytes]) -> tuple[int, bytes]:
    return 0, mbr((0xEE, 1, chs), *more) + b"EFI PART"
