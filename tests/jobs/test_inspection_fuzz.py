"""Damaged and hostile images never stop an inspection, nor make it long."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.catalog.inspection import LARGEST
from chalicelib.jobs.inspection import HEAD, inspect
from tests.jobs.disks import Disk
from tests.jobs.test_inspection import CASES

STRUCTURED = st.integers(0, 600) | st.integers(32768, 34816) | st.integers(192 << 10, (192 << 10) + 100)


@st.composite
def damaged(draw: st.DrawFn) -> Disk:
    """A disk of one of many formats, with a few bytes changed, and cut off somewhere."""
    disk = draw(st.sampled_from([case.disk for case in CASES.values()]))
    changes = draw(
        st.dictionaries(STRUCTURED | st.integers(0, max(0, disk.size - 1)), st.binary(min_size=1, max_size=16))
    )
    size = draw(st.just(disk.size) | st.integers(0, min(disk.size, 40_000)) | st.integers(0, disk.size))
    return Disk(size, {**disk.parts, **_merged(disk, changes)}, [])


def _merged(disk: Disk, changes: dict[int, bytes]) -> dict[int, bytes]:
    """Changes at the beginning of a part are made inside it."""
    return {at: change + disk.parts.get(at, b"")[len(change) :] for at, change in changes.items()}


@given(damaged())
@settings(max_examples=300, deadline=None)
def test_a_damaged_image_is_inspected_all_the_same(disk: Disk) -> None:
    found = inspect(disk.size, disk.read)

    assert found.virtual_size is None or 0 < found.virtual_size <= LARGEST
    assert len(json.dumps(found.document)) < 1000
    assert sum(length for _, length in disk.asked) <= 2 * HEAD


@given(st.binary(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_inspected(content: bytes) -> None:
    disk = Disk(len(content), {0: content}, [])

    found = inspect(disk.size, disk.read)

    assert found.formats or found.compression
