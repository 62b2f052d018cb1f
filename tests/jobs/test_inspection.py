"""What images are found to be: sizes, formats and backing files as `qemu-img info` has them."""

from typing import NamedTuple

import pytest

from chalicelib.catalog.inspection import Finding, Inspection
from chalicelib.jobs.inspection import HEAD, TAIL, inspect
from tests.jobs import disks
from tests.jobs.disks import AT_END, EXTENT, Disk, GiB, MiB, a_disk, gpt, iso, mbr, vmdk


class Case(NamedTuple):
    disk: Disk
    formats: tuple[str, ...]
    virtual_size: int | None
    findings: tuple[Finding, ...] = ()


FIXED = (-512, disks.vhd(63 * MiB, 2))
FOOTED = disks.sparse(gd=AT_END)
CASES = {
    "raw": Case(a_disk(size=GiB), ("raw",), GiB),
    "empty": Case(a_disk(size=0), ("raw",), None),
    "one byte": Case(a_disk((0, b"x"), size=1), ("raw",), 1),
    "text": Case(a_disk((0, b"text\n" * 1000 + b"\xe9"), size=5001), ("raw",), 5001),
    "luks": Case(a_disk((0, disks.luks()), size=66 * MiB), ("luks",), 64 * MiB),
    "luks, cut short": Case(a_disk((0, disks.luks()), size=MiB), ("luks",), None),
    "luks 2": Case(a_disk((0, disks.luks(2))), ("luks",), None, (Finding.LUKS2,)),
    "luks, less than its header": Case(
        a_disk((0, b"LUKS\xba\xbe\0\1"), size=8), ("luks",), None, (Finding.UNINSPECTABLE,)
    ),
    "vhdx": Case(a_disk(*disks.vhdx(100 * MiB), size=8 * MiB), ("vhdx",), 100 * MiB),
    "vhdx, its tables far behind": Case(
        a_disk(*disks.vhdx(100 * MiB, metadata=64 * MiB), size=80 * MiB), ("vhdx",), 100 * MiB
    ),
    "vhdx with a parent": Case(
        a_disk(*disks.vhdx(MiB, parent=True), size=8 * MiB), ("vhdx",), MiB, (Finding.BACKING_FILE,)
    ),
    "vhdx, cut short": Case(a_disk(*disks.vhdx(MiB), size=MiB), ("vhdx",), None, (Finding.UNINSPECTABLE,)),
    "vhdx without tables": Case(a_disk((0, b"vhdxfile")), ("vhdx",), None, (Finding.UNINSPECTABLE,)),
    "vhdx without regions": Case(
        a_disk((0, b"vhdxfile"), (192 << 10, b"regi")), ("vhdx",), None, (Finding.UNINSPECTABLE,)
    ),
    "qed": Case(a_disk((0, disks.qed())), ("qed",), GiB, (Finding.OBSOLETE_FORMAT,)),
    "qed with a backing file": Case(
        a_disk((0, disks.qed(features=1))), ("qed",), GiB, (Finding.BACKING_FILE, Finding.OBSOLETE_FORMAT)
    ),
    "vhd, rounded up to a geometry": Case(a_disk((0, disks.vhd(10514432, 3))), ("vhd",), 10514432),
    "vhd, exact": Case(a_disk((0, disks.vhd(5243392, 3))), ("vhd",), 5243392),
    "vhd, resized": Case(a_disk((0, disks.vhd(2 * GiB, 3, original=GiB))), ("vhd",), 2 * GiB),
    "vhd with a parent": Case(a_disk((0, disks.vhd(GiB, 4))), ("vhd",), GiB, (Finding.BACKING_FILE,)),
    "vhd, fixed": Case(a_disk(FIXED, size=63 * MiB + 512), ("vhd",), 63 * MiB),
    "vhd, fixed, of a partitioned disk": Case(a_disk(gpt(), FIXED, size=63 * MiB + 512), ("vhd",), 63 * MiB),
    "vhd, fixed and small": Case(a_disk((-512, disks.vhd(MiB, 2)), size=MiB + 512), ("vhd",), MiB),
    "a footer of another kind": Case(a_disk((-512, disks.vhd(MiB, 3)), size=MiB), ("raw",), MiB),
    "vmdk": Case(a_disk(*vmdk()), ("vmdk",), GiB),
    "vmdk, a descriptor alone": Case(
        a_disk((0, disks.descriptor("monolithicFlat", 'RW 2097152 FLAT "disk-flat.vmdk" 0')), size=512),
        ("vmdk",),
        None,
        (Finding.EXTERNAL_EXTENTS,),
    ),
    "vmdk, a descriptor without its first line": Case(
        a_disk((0, b'createType="monolithicFlat"\nRW 1 FLAT "/etc/passwd" 0'.ljust(600, b"\n")), size=600),
        ("vmdk",),
        None,
        (Finding.EXTERNAL_EXTENTS,),
    ),
    "vmdk, a descriptor that is not ASCII": Case(
        a_disk((0, disks.descriptor("monolithicFlat").ljust(600) + b"\xe9"), size=601),
        ("vmdk",),
        None,
        (Finding.EXTERNAL_EXTENTS,),
    ),
    "vmdk, one extent of several": Case(
        a_disk((0, disks.sparse(described=False))), ("vmdk",), None, (Finding.NO_DESCRIPTOR,)
    ),
    "vmdk of ESX": Case(a_disk((0, b"COWD")), ("vmdk",), None, (Finding.NO_DESCRIPTOR,)),
    "vmdk with a parent": Case(
        a_disk(*vmdk("monolithicSparse", 'parentFileNameHint="/etc/passwd"', EXTENT)),
        ("vmdk",),
        GiB,
        (Finding.BACKING_FILE,),
    ),
    "vmdk that names a file elsewhere": Case(
        a_disk(*vmdk("monolithicSparse", 'RW 1 SPARSE "/etc/passwd"')), ("vmdk",), GiB, (Finding.BAD_DESCRIPTOR,)
    ),
    "vmdk without extents": Case(
        a_disk(*vmdk("monolithicSparse", "ddb.x = 1")), ("vmdk",), GiB, (Finding.BAD_DESCRIPTOR,)
    ),
    "vmdk of a version to come": Case(
        a_disk(*vmdk(header=disks.sparse(version=9))), ("vmdk",), None, (Finding.NO_DESCRIPTOR,)
    ),
    "vmdk, one stream": Case(a_disk(*vmdk("streamOptimized", header=disks.sparse(version=3))), ("vmdk",), GiB),
    "vmdk, one stream with a footer": Case(
        a_disk(*vmdk("streamOptimized", header=FOOTED), disks.footer_of_vmdk(disks.sparse()), size=8 * MiB),
        ("vmdk",),
        GiB,
    ),
    "vmdk, one small stream with a footer": Case(
        a_disk(*vmdk("streamOptimized", header=FOOTED), disks.footer_of_vmdk(disks.sparse())), ("vmdk",), GiB
    ),
    "vmdk, its footer another one": Case(
        a_disk(*vmdk("streamOptimized", header=FOOTED), disks.footer_of_vmdk(disks.sparse(version=2)), size=8 * MiB),
        ("vmdk",),
        GiB,
        (Finding.BAD_FOOTER,),
    ),
    "vdi": Case(a_disk((0, disks.vdi())), ("vdi",), GiB),
    "vdi with a parent": Case(a_disk((0, disks.vdi(kind=4))), ("vdi",), GiB, (Finding.BACKING_FILE,)),
    "qcow": Case(a_disk((0, disks.qcow())), ("qcow",), GiB, (Finding.OBSOLETE_FORMAT,)),
    "qcow, encrypted, with a backing file": Case(
        a_disk((0, disks.qcow(backing=48, crypt=1))),
        ("qcow",),
        GiB,
        (Finding.BACKING_FILE, Finding.ENCRYPTED, Finding.OBSOLETE_FORMAT),
    ),
    "qcow2": Case(a_disk((0, disks.qcow2())), ("qcow2",), GiB),
    "qcow2, its size none": Case(a_disk((0, disks.qcow2(0))), ("qcow2",), None),
    "qcow2, its size impossible": Case(a_disk((0, disks.qcow2(2**64 - 1))), ("qcow2",), None),
    "qcow2, compat 0.10": Case(a_disk((0, disks.qcow2(version=2))), ("qcow2",), GiB),
    "qcow2, zstd": Case(a_disk((0, disks.qcow2(features=8))), ("qcow2",), GiB),
    "qcow2, extended L2": Case(a_disk((0, disks.qcow2(features=16))), ("qcow2",), GiB, (Finding.EXTENDED_L2,)),
    "qcow2, unknown features": Case(
        a_disk((0, disks.qcow2(features=16 + 32))), ("qcow2",), GiB, (Finding.UNKNOWN_FEATURES,)
    ),
    "qcow2, version 4": Case(a_disk((0, disks.qcow2(version=4))), ("qcow2",), GiB, (Finding.UNKNOWN_FEATURES,)),
    "qcow2 with a backing file": Case(a_disk((0, disks.qcow2(backing=512))), ("qcow2",), GiB, (Finding.BACKING_FILE,)),
    "qcow2 with a data file": Case(a_disk((0, disks.qcow2(features=4))), ("qcow2",), GiB, (Finding.DATA_FILE,)),
    "qcow2, encrypted": Case(a_disk((0, disks.qcow2(crypt=2))), ("qcow2",), GiB, (Finding.ENCRYPTED,)),
    "qcow2 with snapshots": Case(a_disk((0, disks.qcow2(snapshots=1))), ("qcow2",), GiB, (Finding.SNAPSHOTS,)),
    "qcow2, less than its header": Case(
        a_disk((0, disks.qcow2()), size=100), ("qcow2",), None, (Finding.UNINSPECTABLE,)
    ),
    "ploop": Case(a_disk((0, disks.ploop())), ("ploop",), GiB),
    "ploop, the older kind": Case(a_disk((0, disks.ploop(extended=False))), ("ploop",), GiB),
    "iso": Case(a_disk(iso()), ("iso",), MiB),
    "hybrid iso": Case(a_disk(gpt(), iso()), ("iso",), MiB),
    "hybrid iso whose MBR has several partitions": Case(
        a_disk(gpt(b"\0\2\0", (0xEF, 64, b"\0\0\0")), iso()), ("iso",), MiB
    ),
    "two formats": Case(a_disk((0, disks.qcow2()), iso()), ("iso", "qcow2"), None, (Finding.SEVERAL_FORMATS,)),
    "gpt": Case(a_disk(gpt()), ("raw",), MiB),
    "gpt of gpt-image": Case(a_disk(gpt(b"\0\1\0")), ("raw",), MiB, (Finding.UNUSUAL_GPT,)),
    "gpt with more partitions in its mbr": Case(
        a_disk(gpt(b"\0\1\0", (0x83, 64, b"\0\0\0"))), ("raw",), MiB, (Finding.HYBRID_MBR,)
    ),
    "gpt whose protective partition is not the first": Case(
        a_disk((0, mbr((0x83, 64, b"\0\0\0"), (0xEE, 1, b"\0\2\0")) + b"EFI PART")),
        ("raw",),
        MiB,
        (Finding.HYBRID_MBR,),
    ),
    "gpt whose protective partition begins elsewhere": Case(
        a_disk((0, mbr((0xEE, 2, b"\0\2\0")) + b"EFI PART")), ("raw",), MiB, (Finding.BAD_PARTITIONS,)
    ),
    "mbr": Case(a_disk((0, mbr((0x83, 2048, b"\x20\x21\0")))), ("raw",), MiB),
    "mbr with an impossible flag": Case(
        a_disk((0, mbr((0x83, 2048, b"\0\0\0"), boot=7))), ("raw",), MiB, (Finding.BAD_PARTITIONS,)
    ),
    "boot sector": Case(a_disk((0, mbr())), ("raw",), MiB, (Finding.NO_PARTITIONS,)),
    "ntfs": Case(a_disk((0, mbr(code=b"\xebR\x90NTFS    "))), ("raw",), MiB, (Finding.BARE_FILESYSTEM,)),
    "fat": Case(
        a_disk((0, mbr(code=b"\xeb<\x90mkfs.fat".ljust(16, b"\0") + b"\2\0\0\0\0\xf8".ljust(38, b"\0") + b"FAT16   "))),
        ("raw",),
        MiB,
    ),
    "udf": Case(a_disk(disks.UDF), ("raw",), MiB),
    "udf bridge": Case(a_disk(iso(), disks.BRIDGE), ("iso",), MiB),
    "tar": Case(a_disk((257, b"ustar\x0000")), ("tar",), None),
    "gzip": Case(a_disk((0, b"\x1f\x8b\x08")), (), None),
    "gzip and iso": Case(a_disk((0, b"\x1f\x8b\x08"), iso()), ("iso",), MiB, (Finding.SEVERAL_FORMATS,)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_an_image_is_what_it_is(case: Case) -> None:
    found = inspect(case.disk.size, case.disk.read)

    assert (found.formats, found.virtual_size, found.findings) == (case.formats, case.virtual_size, case.findings)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_three_reads_of_five_megabytes_are_enough(case: Case) -> None:
    case.disk.asked.clear()

    inspect(case.disk.size, case.disk.read)

    assert len(case.disk.asked) <= 4
    assert sum(length for _, length in case.disk.asked) <= HEAD + TAIL + (1 << 20) + (64 << 10)


@pytest.mark.parametrize(
    ("case", "table"),
    [
        *(("hybrid iso", "gpt"), ("gpt", "gpt"), ("vhd, fixed, of a partitioned disk", "gpt"), ("mbr", "mbr")),
        *((name, None) for name in ("raw", "ntfs", "fat", "boot sector", "iso", "empty")),
    ],
)
def test_the_partition_table_is_told(case: str, table: str | None) -> None:
    disk = CASES[case].disk

    assert inspect(disk.size, disk.read).partition_table == table


@pytest.mark.parametrize(
    ("part", "filesystem"),
    [
        ((1080, b"\x53\xef"), "ext"),
        ((0, b"XFSB"), "xfs"),
        ((0x10040, b"_BHRfS_M"), "btrfs"),
        ((0, b"hsqs"), "squashfs"),
        ((3, b"EXFAT   "), "exfat"),
        ((3, b"NTFS    "), "ntfs"),
        ((54, b"FAT12   "), "fat"),
        ((82, b"FAT32   "), "fat"),
        (disks.UDF, "udf"),
        (disks.BRIDGE, "udf"),
        ((0, b"x"), None),
    ],
)
def test_the_file_system_is_told(part: tuple[int, bytes], filesystem: str | None) -> None:
    disk = a_disk(part)

    assert inspect(disk.size, disk.read).filesystem == filesystem


@pytest.mark.parametrize(
    ("magic", "name"),
    [
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"BZh91AY&SY", "bzip2"),
        (b"BZh9\x17rE8P\x90", "bzip2"),
        (b"BZh0", None),
    ],
)
def test_compression_is_named_and_not_unpacked(magic: bytes, name: str | None) -> None:
    disk = a_disk((0, magic))

    found = inspect(disk.size, disk.read)

    assert (found.compression, found.formats) == (name, () if name else ("raw",))


def test_an_inspection_is_stored_without_what_is_not_there() -> None:
    assert Inspection().document == {}
    assert Inspection(("iso",), 5, partition_table="gpt").document == {
        "formats": ["iso"],
        "partition_table": "gpt",
    }
