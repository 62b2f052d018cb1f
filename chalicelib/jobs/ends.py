"""The first and the last bytes of an image, kept while it is read, so that they need not be fetched again."""

from collections.abc import Callable

from chalicelib.jobs.inspection import HEAD, TAIL
from chalicelib.jobs.windows import Read


class Ends:
    """The last bytes of an image that is read, its first if reading began there, and its `end` so far."""

    def __init__(self, begin: int) -> None:
        self.end = begin
        self._head: bytearray | None = None if begin else bytearray()
        self._tail = b""

    def take(self, piece: bytes) -> None:
        """Keep the ends of the bytes so far, including the next piece."""
        if self._head is not None:
            self._head += piece[: HEAD - len(self._head)]
        self._tail = piece[-TAIL:] if len(piece) >= TAIL else (self._tail + piece)[-TAIL:]
        self.end += len(piece)

    def or_else(self, fetch: Callable[[int, int], bytes]) -> Read:
        """A reader of the whole image, once its last byte was taken: of kept bytes, or else by `fetch`."""
        kept = [(0, self._head or b""), (self.end - len(self._tail), self._tail)]

        def read(offset: int, length: int) -> bytes:
            end = min(offset + length, self.end)
            for begin, content in kept:
                if begin <= offset and end <= begin + len(content):
                    return bytes(content[offset - begin : end - begin])
            return fetch(offset, length)

        return read
