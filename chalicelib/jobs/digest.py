"""MD5 and SHA-256 of a stream that one worker begins and another one ends.

hashlib keeps the state of its digests to itself. OpenSSL's older functions work on memory of ours, laid out alike in
all versions: chaining values, length in bits (low half first), the bytes that fill no block yet, how many these are.
"""

import _hashlib
import re
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ctypes

BLOCK = 64
LONGEST = 1 << 61
"""Both digests count bits, in 64 bits."""
ROOM = 256
"""Twice the memory that any of the functions needs."""
STATE = re.compile("([0-9]{1,19}):([0-9a-f]{32}):([0-9a-f]{64}):((?:[0-9a-f]{2})*)")


class Digest:
    """MD5 and SHA-256 of all bytes so far. Raises RuntimeError where OpenSSL's functions are not to be had."""

    def __init__(self) -> None:
        self._md5 = _Hash("MD5", 4)
        self._sha256 = _Hash("SHA256", 8)

    @classmethod
    def resumed(cls, state: str) -> Self:
        """The digest that `state` was taken of, be it on another machine. Raises ValueError for any other text."""
        found = STATE.fullmatch(state)
        length, tail = (int(found[1]), bytes.fromhex(found[4])) if found else (LONGEST, b"")
        if found is None or length >= LONGEST or len(tail) != length % BLOCK:
            raise ValueError("Not the state of a digest")
        digest = cls()
        digest._md5.load(found[2], length, tail)
        digest._sha256.load(found[3], length, tail)
        return digest

    def update(self, piece: bytes | memoryview) -> None:
        """Append a piece; other threads run meanwhile."""
        content = bytes(piece)  # bytes are not copied
        self._md5.update(content)
        self._sha256.update(content)

    @property
    def length(self) -> int:
        """How many bytes there were so far."""
        return self._md5.length

    @property
    def state(self) -> str:
        """All that `resumed` needs, in less than 300 characters."""
        return f"{self.length}:{self._md5.chain}:{self._sha256.chain}:{self._md5.tail.hex()}"

    @property
    def md5(self) -> str:
        """The MD5 of the bytes so far; more may follow."""
        return self._md5.value

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes so far; more may follow."""
        return self._sha256.value


class _Hash:
    """One of the two, in memory that OpenSSL works on and we read."""

    def __init__(self, name: str, words: int) -> None:
        begin, self._update, self._finish = _functions(name)
        self._chain = struct.Struct(f">{words}I")
        self._layout = struct.Struct(f"={words}I2I{BLOCK}sI")
        self._memory = bytearray(ROOM)
        begin(_shared(self._memory))

    def load(self, chain: str, length: int, tail: bytes) -> None:
        words = self._chain.unpack(bytes.fromhex(chain))
        high, low = divmod(length * 8, 1 << 32)
        self._layout.pack_into(self._memory, 0, *words, low, high, tail, len(tail))

    def update(self, content: bytes) -> None:
        self._update(_shared(self._memory), content, len(content))

    @property
    def chain(self) -> str:
        return self._chain.pack(*self._layout.unpack_from(self._memory)[:-4]).hex()

    @property
    def length(self) -> int:
        low, high = struct.unpack_from("=2I", self._memory, self._chain.size)
        return int(high << 32 | low) // 8

    @property
    def tail(self) -> bytes:
        *_, block, count = self._layout.unpack_from(self._memory)
        return bytes(block[:count])

    @property
    def value(self) -> str:
        result = bytearray(self._chain.size)
        self._finish(_shared(result), _shared(self._memory[:]))
        return result.hex()


def _functions(name: str) -> tuple[Callable[..., int], Callable[..., int], Callable[..., int]]:
    """What begins, updates and finishes a digest of this name."""
    from ctypes import CDLL, c_char_p, c_size_t, c_void_p  # noqa: PLC0415  # requests have no use for it

    for file in _libraries():
        with suppress(OSError, AttributeError):
            library = CDLL(file)
            begin, update, finish = (getattr(library, f"{name}_{step}") for step in ("Init", "Update", "Final"))
            begin.argtypes, update.argtypes = [c_void_p], [c_void_p, c_char_p, c_size_t]
            finish.argtypes = [c_void_p, c_void_p]
            return begin, update, finish
    raise RuntimeError(f"There is no OpenSSL with {name}_Init here, so no digest can be carried on")


def _libraries() -> Iterator[str | None]:
    """Where OpenSSL may be: in what Python's hashes are linked with, or wherever the system has it."""
    from ctypes.util import find_library  # noqa: PLC0415  # as above

    yield getattr(_hashlib, "__file__", None)  # None is the process itself: some Pythons are one piece
    yield find_library("crypto")


def _shared(memory: bytearray) -> "ctypes.Array[ctypes.c_char]":
    from ctypes import c_char  # noqa: PLC0415  # as above

    return (c_char * len(memory)).from_buffer(memory)
