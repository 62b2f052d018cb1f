"""The first and the last bytes of an image that is read anyway, so that they are not asked for again."""

from collections.abc import Callable

from chalicelib.jobs.inspection import HEAD, TAIL
from chalicelib.jobs.windows import Read


class Ends:
    """What was kept of a pass over an image: its last bytes, its first if it began there, and where it ends."""

    def __init__(self, begin: int) -> None:
        self.end = begin
        self._head: bytearray | None = None if begin else bytearray()
        self._tail = b""

    def take(self, piece: bytes) -> None:
        """Keep what is to be kept of the next piece."""
        if self._head is not None:
            self._head += piece[: HEAD - len(self._head)]
        self._tail = piece[-TAIL:] if len(piece) >= TAIL else (self._tail + piece)[-TAIL:]
        self.end += len(piece)

    def or_else(self, fetch: Callable[[int, int], bytes]) -> Read:
        """How to read an image whose last byte was seen: what was kept, or else what `fetch` returns."""
        kept = [(0, self._head or b""), (self.end - len(self._tail), self._tail)]

        def read(offset: int, length: int) -> bytes:
            end = min(offset + length, self.end)
            for begin, content in kept:
                if begin <= offset and end <= begin + len(content):
                    return bytes(content[offset - begin : end - begin])
            return fetch(offset, length)

        return read
