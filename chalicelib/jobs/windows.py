"""Reads here and there in a file: few, and little, whatever its tables say."""

from collections.abc import Callable

Read = Callable[[int, int], bytes]
"""Bytes from an offset on, and how many of them."""

WINDOW = 72 << 10
"""Bytes that are read at least, as what is next to them is wanted next."""
MAX_READS = 12


class Scattered(ValueError):
    """What is looked for is in more places than anybody looks at."""


class Windows:
    """A file of so many bytes, its first and its last ones known: it is called as `read` is, which it seldom calls.

    What there is no more of at the end of the file is not returned. Raises Scattered, and what `read` raises.
    """

    def __init__(self, size: int, head: bytes, tail: bytes, read: Read) -> None:
        self.size = size
        self._kept = [(0, head), (size - len(tail), tail)]
        self._read = read
        self._left = MAX_READS

    def __call__(self, offset: int, length: int) -> bytes:
        end = min(offset + length, self.size)
        for begin, content in self._kept:
            if begin <= offset and end <= begin + len(content):
                return content[offset - begin : max(0, end - begin)]
        if not self._left:
            raise Scattered
        self._left -= 1
        self._kept.append((offset, self._read(offset, min(max(length, WINDOW), self.size - offset))))
        return self._kept[-1][1][: end - offset]
