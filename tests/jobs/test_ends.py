"""What is kept of an image while it is read."""

import pytest

from chalicelib.jobs.ends import Ends
from chalicelib.jobs.inspection import HEAD, TAIL
from tests.dialects.glance_v1.sending import content

DATA = content(HEAD + 3 * TAIL)


def read(ends: Ends, offset: int, length: int) -> tuple[bytes, bool]:
    """What is read, and whether it was kept."""
    asked = []

    def fetch(offset: int, length: int) -> bytes:
        asked.append(offset)
        return DATA[offset : offset + length]

    return ends.or_else(fetch)(offset, length), not asked


@pytest.mark.parametrize("step", [100, TAIL, 1 << 20, len(DATA)])
def test_both_ends_of_a_whole_pass_are_kept(step: int) -> None:
    ends = Ends(0)

    for begin in range(0, len(DATA), step):
        ends.take(DATA[begin : begin + step])

    assert ends.end == len(DATA)
    assert read(ends, 0, HEAD) == (DATA[:HEAD], True)
    assert read(ends, len(DATA) - TAIL, TAIL) == (DATA[-TAIL:], True)
    assert read(ends, HEAD, TAIL) == (DATA[HEAD : HEAD + TAIL], False)
    assert read(ends, HEAD - 1, 2) == (DATA[HEAD - 1 : HEAD + 1], False)


def test_a_small_image_is_kept_whole() -> None:
    ends = Ends(0)

    ends.take(b"small")

    assert read(ends, 0, HEAD) == (b"small", True)


def test_of_the_last_part_of_a_pass_its_end_is_kept() -> None:
    ends = Ends(HEAD)

    ends.take(DATA[HEAD:])

    assert read(ends, 0, HEAD) == (DATA[:HEAD], False)
    assert read(ends, len(DATA) - TAIL, TAIL) == (DATA[-TAIL:], True)


def test_of_no_pass_nothing_is_kept() -> None:
    ends = Ends(len(DATA))

    assert read(ends, 0, HEAD) == (DATA[:HEAD], False)
    assert read(ends, len(DATA) - TAIL, TAIL) == (DATA[-TAIL:], False)
