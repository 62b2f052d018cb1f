"""Damaged and hostile images never stop an inspection, nor make it long."""

import gc
import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.catalog.inspection import LARGEST
from chalicelib.jobs.guest import WANTED
from chalicelib.jobs.inspection import HEAD, inspect
from chalicelib.jobs.windows import MAX_READS
from tests.jobs import disks, mapped
from tests.jobs.disks import AT_END, Disk, MiB, a_disk
from tests.jobs.test_inspection import CASES

CONTENT = b"content".ljust(WANTED, b"\0")
MAPPED = [
    *(mapped.qcow2(CONTENT), mapped.qcow2(*mapped.deflated(CONTENT, bits=17), bits=17)),
    *(write(CONTENT) for write in (mapped.vhd, mapped.vdi, mapped.vhdx, mapped.vmdk, mapped.ploop)),
    *(mapped.vmdk(CONTENT, flags=0x30003), mapped.vmdk(CONTENT, gd=AT_END)),
]
TABLES = st.sampled_from([512, 1536, mapped.CLUSTER, 2 * mapped.CLUSTER, 26 * 512, 32 * 512, 3 * MiB])
STRUCTURED = TABLES | st.integers(0, 600) | st.integers(32768, 34816) | st.integers(192 << 10, (192 << 10) + 100)


@st.composite
def damaged(draw: st.DrawFn) -> Disk:
    """A disk of one of many formats, with a few bytes changed, and cut off somewhere."""
    disk = draw(st.sampled_from([*(case.disk for case in CASES.values()), *MAPPED]))
    changes = draw(
        st.dictionaries(STRUCTURED | st.integers(0, max(0, disk.size - 1)), st.binary(min_size=1, max_size=16))
    )
    size = draw(st.just(disk.size) | st.integers(0, min(disk.size, 40_000)) | st.integers(0, disk.size))
    return Disk(size, {**disk.parts, **_merged(disk, changes)}, [])


def _merged(disk: Disk, changes: dict[int, bytes]) -> dict[int, bytes]:
    """Changes at the beginning of a part are made inside it."""
    return {at: change + disk.parts.get(at, b"")[len(change) :] for at, change in changes.items()}


@given(damaged())
@settings(max_examples=300)
def test_a_damaged_image_is_inspected_all_the_same(disk: Disk) -> None:
    found = inspect(disk.size, disk.read)

    assert found.virtual_size is None or 0 < found.virtual_size <= LARGEST
    assert len(json.dumps(found.document)) < 1000
    assert sum(length for _, length in disk.asked) <= 2 * HEAD
    assert len(disk.asked) <= 2 + MAX_READS


@given(st.binary(max_size=2000))
@settings(max_examples=200)
def test_any_bytes_are_inspected(content: bytes) -> None:
    disk = Disk(len(content), {0: content}, [])

    found = inspect(disk.size, disk.read)

    assert found.formats or found.compression


LINES = b'createType="x"\n'.ljust(HEAD, b"\n")


@pytest.mark.parametrize(
    "disk",
    [
        a_disk((0, LINES), size=HEAD),
        a_disk((0, b"\xff" * HEAD), size=64 * MiB),
        a_disk((0, disks.sparse()), (512, LINES), (HEAD, b"\xff" * HEAD), size=64 * MiB),
        a_disk(*disks.vhdx(MiB, metadata=8 * MiB), (9 * MiB, b"\xff" * HEAD), size=64 * MiB),
        mapped.qcow2(*mapped.deflated(bytes(512 * MiB), bits=21), bits=21),
    ],
    ids=["a descriptor of empty lines", "noise", "a long descriptor", "tables far behind", "a bomb"],
)
def test_a_hostile_image_takes_little_memory(disk: Disk) -> None:
    """Beside what has been read for its digests."""
    tracemalloc.start()

    inspect(disk.size, disk.read)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 64 * MiB


def test_nothing_of_an_image_is_held_once_it_is_inspected() -> None:
    """Not even until cycles are collected, which takes many images."""
    inspect(0, Disk(0, {}, []).read)
    gc.collect()
    gc.disable()
    tracemalloc.start()

    for disk in (case.disk for case in CASES.values()):
        inspect(disk.size, disk.read)

    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gc.enable()
    assert left < MiB
