"""Limited random reads in a file, whatever its tables say."""

from collections.abc import Callable

Read = Callable[[int, int], bytes]
"""`read(offset, length)` returns bytes of a file, fewer at its end."""

WINDOW = 72 << 10
"""The fewest bytes to read at once, as those next to them are usually wanted next."""
MAX_READS = 12


class TooManyReads(ValueError):
    """More than MAX_READS reads would be needed."""


class Windows:
    """A reader with a cache, which has the file's first and last bytes from the start.

    Calling it raises TooManyReads, and the errors of `read`.
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
            raise TooManyReads
        self._left -= 1
        self._kept.append((offset, self._read(offset, min(max(length, WINDOW), self.size - offset))))
        return self._kept[-1][1][: end - offset]
