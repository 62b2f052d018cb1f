"""The first bytes of the disk in an image are found wherever its tables say they are."""

import random
import struct
import zlib

import pytest

from chalicelib.jobs.guest import WANTED, first_bytes
from chalicelib.jobs.windows import Windows
from tests.jobs import disks, mapped
from tests.jobs.disks import AT_END, Disk, MiB, a_disk
from tests.jobs.mapped import CLUSTER, DATA, deflated

CONTENT = b"first" + random.Random(1).randbytes(2 * CLUSTER - 9) + b"last"  # noqa: S311  # the same each time
NOTHING = bytes(WANTED)
ALL = 0xFFFFFFFF
"""The bits of a cluster's 32 parts."""


def found(name: str, disk: Disk, size: int = 4 * MiB) -> bytes | None:
    """As little as can be known of a file beforehand."""
    return first_bytes(name, size, Windows(disk.size, b"", b"", disk.read))


def packed_qcow2(features: int = 0) -> Disk:
    content, entry = deflated(CONTENT[:CLUSTER])
    other = DATA + CLUSTER * 2
    disk = mapped.qcow2(content, *([entry, 0, other, ALL] if features & 16 else [entry, other]), features=features)
    return Disk(disk.size, {**disk.parts, other: CONTENT[CLUSTER:]}, [])


def packed_grain(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return struct.pack("<QI", 0, len(packed)) + packed


def without_entries() -> Disk:
    """A VMDK whose tables of grains have none."""
    disk = mapped.vmdk(CONTENT)
    header = disk.parts[0]
    return a_disk(*disk.parts.items(), (0, header[:44] + bytes(4) + header[48:]), size=disk.size)


def packed_vmdk(gd: int = 26) -> Disk:
    first, second = packed_grain(CONTENT[:CLUSTER]), packed_grain(CONTENT[CLUSTER:])
    content = first.ljust(CLUSTER + 1024, b"\0") + second
    return mapped.vmdk(content, DATA // 512, DATA // 512 + 130, flags=0x30003, gd=gd)


@pytest.mark.parametrize(
    ("name", "disk"),
    [
        ("qcow2", mapped.qcow2(CONTENT)),
        ("qcow2", mapped.qcow2(CONTENT, 1 << 63 | DATA, 1 << 63 | DATA + CLUSTER)),
        ("qcow2", packed_qcow2()),
        ("qcow2", packed_qcow2(features=16)),
        ("qcow2", mapped.qcow2(CONTENT, DATA, ALL, DATA + CLUSTER, ALL, features=16)),
        ("vhd", mapped.vhd(CONTENT[:WANTED])),
        ("vdi", mapped.vdi(CONTENT[:WANTED])),
        ("vdi", mapped.vdi(CONTENT[:WANTED], first=1)),
        ("vhdx", mapped.vhdx(CONTENT[:WANTED])),
        ("vmdk", mapped.vmdk(CONTENT)),
        ("vmdk", packed_vmdk()),
        ("vmdk", packed_vmdk(AT_END)),
        ("ploop", mapped.ploop(CONTENT[:WANTED])),
        ("ploop", mapped.ploop(CONTENT[:WANTED], extended=False)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_disk_is_read_by_the_tables_of_its_format(name: str, disk: Disk) -> None:
    assert found(name, disk) == CONTENT[:WANTED]


@pytest.mark.parametrize(
    ("name", "disk"),
    [
        ("qcow2", mapped.qcow2(CONTENT, 0, 0)),
        ("qcow2", mapped.qcow2(CONTENT, DATA | 1, 1)),
        ("qcow2", mapped.qcow2(CONTENT, l1=0)),
        ("qcow2", mapped.qcow2(CONTENT, l1=0, features=16)),
        ("qcow2", mapped.qcow2(CONTENT, DATA, ALL << 32, DATA, 0, features=16)),
        ("vhd", mapped.vhd(CONTENT, ALL)),
        ("vdi", mapped.vdi(CONTENT, ALL)),
        ("vdi", mapped.vdi(CONTENT, ALL - 1)),
        *(("vhdx", mapped.vhdx(CONTENT, state)) for state in (0, 1, 2, 3)),
        ("vmdk", mapped.vmdk(CONTENT, table=0)),
        ("vmdk", mapped.vmdk(CONTENT, 0, 0)),
        ("vmdk", mapped.vmdk(CONTENT, 1, 1, flags=7)),
        ("ploop", mapped.ploop(CONTENT, 0)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_not_written_is_zeros(name: str, disk: Disk) -> None:
    assert found(name, disk) == NOTHING


@pytest.mark.parametrize(
    ("name", "disk"),
    [
        ("qcow", a_disk((0, disks.qcow()))),
        ("qcow2", a_disk((0, disks.qcow2()), size=30)),
        ("qcow2", mapped.qcow2(CONTENT, bits=8)),
        ("qcow2", mapped.qcow2(CONTENT, bits=63)),
        ("qcow2", mapped.qcow2(CONTENT, bits=13, features=16)),
        ("qcow2", mapped.qcow2(CONTENT, l1=512 << 40)),
        ("qcow2", packed_qcow2(features=8)),
        ("qcow2", mapped.qcow2(b"\xff" * 1000, deflated(b"x")[1])),
        ("vhd", mapped.vhd(CONTENT, block=0)),
        ("vhdx", mapped.vhdx(CONTENT, 7)),
        ("vhdx", a_disk((0, b"vhdxfile"))),
        ("vmdk", mapped.vmdk(CONTENT, gd=AT_END, size=512)),
        ("vmdk", without_entries()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_not_guessed(name: str, disk: Disk) -> None:
    assert found(name, disk) is None


def test_a_small_disk_is_read_to_its_end() -> None:
    assert found("qcow2", mapped.qcow2(CONTENT), 700) == CONTENT[:700]


def test_what_the_file_is_too_short_for_is_zeros() -> None:
    disk = mapped.qcow2(CONTENT)

    assert found("qcow2", Disk(DATA + 5, disk.parts, [])) == b"first".ljust(WANTED, b"\0")


def test_a_disk_that_is_scattered_is_not_pieced_together() -> None:
    places = [DATA + MiB * index for index in range(200)]
    disk = mapped.qcow2(CONTENT, *places, bits=9)
    far = Disk(256 * MiB, disk.parts, [])

    assert found("qcow2", far) is None
    assert len(far.asked) <= 12


def test_a_deflated_cluster_cannot_make_more_of_itself() -> None:
    content, entry = deflated(bytes(64 * MiB), bits=21)
    disk = mapped.qcow2(content, entry, bits=21)

    assert found("qcow2", disk) == NOTHING
    assert max(length for _, length in disk.asked) <= WANTED + 1024
