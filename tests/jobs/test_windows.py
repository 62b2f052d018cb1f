"""What is next to what was read is not read again, and few reads are made at all."""

import pytest

from chalicelib.jobs.windows import MAX_READS, WINDOW, TooManyReads, Windows
from tests.jobs.disks import Disk, MiB, a_disk


def windows(disk: Disk) -> Windows:
    """Its first and last 10 bytes are known."""
    return Windows(disk.size, disk.read(0, 10), disk.read(disk.size - 10, 10), disk.read)


def test_what_is_known_is_not_read_again() -> None:
    disk = a_disk((0, b"first"), (500, b"more"), (500 + WINDOW - 4, b"and more"), (-4, b"last"))
    read = windows(disk)

    assert [read(0, 5), read(500, 4), read(500 + WINDOW - 4, 4), read(disk.size - 4, 4)] == [
        *(b"first", b"more"),
        *(b"and ", b"last"),
    ]
    assert disk.asked == [(0, 10), (disk.size - 10, 10), (500, WINDOW)]


def test_what_is_larger_than_a_window_is_read_at_once() -> None:
    disk = a_disk((100, b"x" * WINDOW + b"y"))

    assert windows(disk)(100, WINDOW + 1) == b"x" * WINDOW + b"y"


def test_beyond_the_end_there_is_nothing() -> None:
    disk = a_disk((-14, b"abcd"), size=1000)
    read = windows(disk)

    assert [read(985, 100), read(986, 100), read(1000, 5), read(5000, 5), read(3, 0)] == [
        b"\0abcd" + bytes(10),
        b"abcd" + bytes(10),
        *(b"", b"", b""),
    ]
    assert disk.asked[2:] == [(985, 15)]


def test_no_more_is_read_than_is_worth_it() -> None:
    disk = a_disk(size=64 * MiB)
    read = windows(disk)
    for index in range(1, MAX_READS + 1):
        read(index * MiB, 8)

    with pytest.raises(TooManyReads):
        read(50 * MiB, 8)

    assert read(MiB, 8) == bytes(8)
