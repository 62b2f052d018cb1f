"""Empty disks for demonstrations are what they are called."""

import pytest

from chalicelib.catalog.inspection import Inspection
from chalicelib.jobs.inspection import inspect
from local.blank_disks import NoBlankDisk, blank

GiB = 1 << 30


def inspected(content: bytes) -> Inspection:
    return inspect(len(content), lambda offset, length: content[offset : offset + length])


@pytest.mark.parametrize("size", [GiB, 10 * GiB, 4096 * GiB + 512])
def test_a_blank_qcow2_is_small_and_has_the_size_that_was_asked_for(size: int) -> None:
    content = blank("qcow2", size)

    assert inspected(content) == Inspection(("qcow2",), size)
    assert len(content) <= 320 << 10


def test_a_blank_raw_disk_is_as_long_as_it_was_asked_for() -> None:
    assert inspected(blank("raw", 1 << 20)) == Inspection(("raw",), 1 << 20)


def test_no_other_format_has_blank_disks() -> None:
    with pytest.raises(NoBlankDisk, match="a blank disk is raw or qcow2, not vmdk"):
        blank("vmdk", GiB)
