"""How a machine can boot from a disk is told by partitions, boot code and boot catalogues."""

import struct
from uuid import UUID

import pytest

from chalicelib.jobs.inspection import HEAD, inspect
from tests.jobs import mapped
from tests.jobs.disks import Disk, MiB, a_disk, gpt, iso, mbr

ESP = UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
BIOS_BOOT = UUID("21686148-6449-6e6f-744e-656564454649")
LINUX = UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")
CODE = b"\xeb\x63"
PROTECTIVE = (0xEE, 1, b"\0\2\0")
LEGACY = 4


def entries(*kinds: UUID, size: int = 128, attributes: int = 0) -> bytes:
    return b"".join((kind.bytes_le + struct.pack("<32xQ", attributes)).ljust(size, b"\0") for kind in kinds)


def a_gpt(
    *kinds: UUID, sector: int = 512, begin: int = 2, size: int = 128, attributes: int = 0, code: bytes = b""
) -> Disk:
    header = b"EFI PART".ljust(72, b"\0") + struct.pack("<QII", begin, 128, size)
    table = (begin * sector, entries(*kinds, size=max(size, 56), attributes=attributes))
    return a_disk((0, mbr(PROTECTIVE, code=code)), (sector, header), table, size=8 * MiB)


def an_iso(*catalogue: tuple[int, int], at: int = 20, mark: int = 1, size: int = MiB) -> Disk:
    """The identifier and the platform of each entry of its boot catalogue."""
    record = b"\0CD001\1EL TORITO SPECIFICATION".ljust(71, b"\0") + struct.pack("<I", at)
    table = b"".join(bytes(each).ljust(32, b"\0") for each in ((mark, catalogue[0][1]), *catalogue[1:]))
    return a_disk(iso(), (17 * 2048, record.ljust(2048, b"\0")), (at * 2048, table.ljust(2048, b"\0")), size=size)


@pytest.mark.parametrize(
    ("disk", "modes"),
    [
        (a_gpt(ESP), ("uefi",)),
        (a_gpt(LINUX, BIOS_BOOT, ESP), ("bios", "uefi")),
        (a_gpt(BIOS_BOOT, sector=4096), ("bios",)),
        (a_gpt(LINUX, ESP, size=256), ("uefi",)),
        (a_gpt(ESP, begin=(5 * MiB) // 512), ("uefi",)),
        (a_gpt(ESP, begin=1 << 60), ()),
        (a_gpt(ESP, size=0), ()),
        (a_gpt(LINUX), ()),
        (a_gpt(LINUX, attributes=LEGACY, code=CODE), ("bios",)),
        (a_gpt(LINUX, attributes=LEGACY), ()),
        (a_gpt(LINUX, code=CODE), ()),
        (a_disk(gpt(), size=520), ()),
    ],
)
def test_a_gpt_tells_by_the_types_of_its_partitions(disk: Disk, modes: tuple[str, ...]) -> None:
    found = inspect(disk.size, disk.read)

    assert (found.partition_table, found.boot_modes) == ("gpt", modes)


@pytest.mark.parametrize(
    ("sector", "modes"),
    [
        (mbr((0x83, 2048, b"\0\0\0"), boot=0x80, code=CODE), ("bios",)),
        (mbr((0x83, 2048, b"\0\0\0"), boot=0x80), ()),
        (mbr((0x83, 2048, b"\0\0\0"), boot=0x80, code=bytes(440) + b"disk"), ()),
        (mbr((0x83, 2048, b"\0\0\0"), code=CODE), ()),
        (mbr((0xEF, 2048, b"\0\0\0")), ("uefi",)),
        (mbr((0xEF, 2048, b"\0\0\0"), boot=0x80, code=CODE), ("bios", "uefi")),
    ],
)
def test_an_mbr_tells_by_its_code_and_the_partition_that_it_starts(sector: bytes, modes: tuple[str, ...]) -> None:
    disk = a_disk((0, sector))

    found = inspect(disk.size, disk.read)

    assert (found.partition_table, found.boot_modes) == ("mbr", modes)


@pytest.mark.parametrize(
    ("disk", "modes"),
    [
        (an_iso((1, 0), (0x88, 0)), ("bios",)),
        (an_iso((1, 0xEF), (0x88, 0)), ("uefi",)),
        (an_iso((1, 0), (0x88, 0), (0x91, 0xEF), (0x88, 0)), ("bios", "uefi")),
        (an_iso((1, 0), (0, 0), (0x90, 0xEF), (0x88, 0), (0x91, 2), (0x88, 0)), ("uefi",)),
        (an_iso((1, 0), (0x88, 0), at=HEAD // 2048, size=2 * HEAD), ("bios",)),
        (an_iso((1, 0), (0x88, 0), mark=2), ()),
        (an_iso((1, 0), (0x88, 0), size=20 * 2048), ()),
        (an_iso((1, 0), (0x88, 0), size=18 * 2048 - 1), ()),
        (a_disk(iso()), ()),
    ],
)
def test_a_cd_tells_by_its_boot_catalogue(disk: Disk, modes: tuple[str, ...]) -> None:
    found = inspect(disk.size, disk.read)

    assert (found.formats, found.boot_modes) == (("iso",), modes)


def test_a_hybrid_cd_tells_by_its_partitions_too() -> None:
    cd = an_iso((1, 0), (0x88, 0))
    disk = Disk(cd.size, {**cd.parts, 0: mbr((0xEF, 100, b"\0\0\0"))}, [])

    assert inspect(disk.size, disk.read).boot_modes == ("bios", "uefi")


def test_what_is_in_an_image_is_told_as_of_a_disk() -> None:
    content = a_gpt(ESP, BIOS_BOOT).read(0, 72 << 10)

    for disk in (mapped.qcow2(content), mapped.vhd(content), mapped.vmdk(content), mapped.vhdx(content)):
        found = inspect(disk.size, disk.read)
        assert (found.partition_table, found.boot_modes, found.findings) == ("gpt", ("bios", "uefi"), ())


def test_a_file_system_in_an_image_is_told() -> None:
    disk = mapped.vdi(bytes(0x10040) + b"_BHRfS_M")

    assert inspect(disk.size, disk.read).filesystem == "btrfs"


def test_an_unsafe_image_is_not_read_for_its_disk() -> None:
    disk = mapped.qcow2(a_gpt(ESP).read(0, 72 << 10), features=32)

    found = inspect(disk.size, disk.read)

    assert found.unsafe
    assert (found.partition_table, found.boot_modes) == (None, ())


def test_an_image_that_cannot_be_read_is_told_of_all_the_same() -> None:
    disk = mapped.qcow2(b"", bits=8)

    found = inspect(disk.size, disk.read)

    assert (found.formats, found.virtual_size, found.partition_table) == (("qcow2",), MiB, None)
