"""MD5, SHA-256 and SHA-512 of a stream, resumable by another worker.

hashlib does not expose the state of its digests. OpenSSL's older functions work on memory of ours, with the same layout
in all versions: chaining values, length in bits (low half first), the bytes of the incomplete block, their number.
"""

import _hashlib
import re
import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    import ctypes

BLOCK = 128
"""Bytes of the longest block, a multiple of the others."""
LONGEST = 1 << 61
"""The longest stream: all digests count its bits, MD5 in 64 bits."""
ROOM = 512
"""Twice the memory that any of the functions needs."""
STATE = re.compile("([0-9]{1,19}):((?:[0-9a-f]{2})*)((?::[a-z0-9]{3,6}=[0-9a-f]{32,128})+)")


class Kind(NamedTuple):
    """A digest: the prefix of OpenSSL's functions, type and number of words, its size, and its block's, in bytes."""

    functions: str
    word: str
    words: int
    size: int
    block: int

    @property
    def chain(self) -> struct.Struct:
        """The chaining values, as they are stored."""
        return struct.Struct(f">{self.words}{self.word}")

    @property
    def layout(self) -> struct.Struct:
        """The memory that OpenSSL works on."""
        return struct.Struct(f"={self.words}{self.word}2{self.word}{self.block}sI")


KINDS: Mapping[str, Kind] = {
    "md5": Kind("MD5", "I", 4, 16, 64),
    "sha224": Kind("SHA224", "I", 8, 28, 64),
    "sha256": Kind("SHA256", "I", 8, 32, 64),
    "sha384": Kind("SHA384", "Q", 8, 48, 128),
    "sha512": Kind("SHA512", "Q", 8, 64, 128),
}
"""Digests by hashlib's names."""
ALWAYS = frozenset({"md5", "sha256", "sha512"})
"""The digests of every image."""


class Digest:
    """The digests of all bytes so far: those of `ALWAYS`, and `more`.

    Raises RuntimeError without OpenSSL's functions.
    """

    def __init__(self, more: Collection[str] = ()) -> None:
        self._hashes = {name: _Hash(KINDS[name]) for name in sorted(ALWAYS.union(more))}
        self.length = 0
        """How many bytes there were so far."""

    @classmethod
    def resumed(cls, state: str, more: Collection[str] = ()) -> Self:
        """The digest with this `state`, which may be from another machine.

        Raises ValueError for an invalid state, and for one of other digests.
        """
        found = STATE.fullmatch(state)
        length, tail = (int(found[1]), bytes.fromhex(found[2])) if found else (LONGEST, b"")
        if found is None or length >= LONGEST or len(tail) != length % BLOCK:
            raise ValueError("Not the state of a digest")
        chains = dict(each.split("=") for each in found[3][1:].split(":"))
        digest = cls(more)
        if [(name, 2 * each.chain_size) for name, each in digest._hashes.items()] != [
            (name, len(chain)) for name, chain in chains.items()
        ]:
            raise ValueError("Not the state of a digest of this kind")
        for name, chain in chains.items():
            digest._hashes[name].load(chain, length, tail)
        digest.length = length
        return digest

    def update(self, piece: bytes | memoryview) -> None:
        """Append a piece; other threads run meanwhile."""
        content = bytes(piece)  # no copy if it is bytes already
        for each in self._hashes.values():
            each.update(content)
        self.length += len(content)

    @property
    def state(self) -> str:
        """The state for `resumed`, in less than 1,300 characters."""
        tail = self._hashes["sha512"].tail
        chains = "".join(f":{name}={each.chain}" for name, each in self._hashes.items())
        return f"{self.length}:{tail.hex()}{chains}"

    @property
    def values(self) -> Mapping[str, str]:
        """The digests of the bytes so far, by hashlib's names; more bytes may follow."""
        return {name: each.value for name, each in self._hashes.items()}


class _Hash:
    """One digest, in memory that OpenSSL works on and we read."""

    def __init__(self, kind: Kind) -> None:
        begin, self._update, self._finish = _functions(kind.functions)
        self._kind = kind
        self._chain, self._layout = kind.chain, kind.layout
        self._memory = bytearray(ROOM)
        begin(_shared(self._memory))

    def load(self, chain: str, length: int, tail: bytes) -> None:
        words = self._chain.unpack(bytes.fromhex(chain))
        high, low = divmod(length * 8, 1 << self._chain.size * 8 // self._kind.words)
        rest = tail[len(tail) - length % self._kind.block :]
        self._layout.pack_into(self._memory, 0, *words, low, high, rest, len(rest))

    def update(self, content: bytes) -> None:
        self._update(_shared(self._memory), content, len(content))

    @property
    def chain_size(self) -> int:
        return self._chain.size

    @property
    def chain(self) -> str:
        return self._chain.pack(*self._layout.unpack_from(self._memory)[:-4]).hex()

    @property
    def tail(self) -> bytes:
        *_, block, count = self._layout.unpack_from(self._memory)
        return bytes(block[:count])

    @property
    def value(self) -> str:
        result = bytearray(self._chain.size)
        self._finish(_shared(result), _shared(self._memory[:]))
        return result[: self._kind.size].hex()


def _functions(name: str) -> tuple[Callable[..., int], Callable[..., int], Callable[..., int]]:
    """The functions `…_Init`, `…_Update` and `…_Final` of a digest."""
    from ctypes import CDLL, c_char_p, c_size_t, c_void_p  # noqa: PLC0415  # requests do not need it

    for file in _libraries():
        with suppress(OSError, AttributeError):
            library = CDLL(file)
            begin, update, finish = (getattr(library, f"{name}_{step}") for step in ("Init", "Update", "Final"))
            begin.argtypes, update.argtypes = [c_void_p], [c_void_p, c_char_p, c_size_t]
            finish.argtypes = [c_void_p, c_void_p]
            return begin, update, finish
    raise RuntimeError(f"Found no OpenSSL with {name}_Init, which resuming digests needs")


def _libraries() -> Iterator[str | None]:
    """The libraries that may be OpenSSL: the one that Python's hashes are linked with, or the system's."""
    from ctypes.util import find_library  # noqa: PLC0415  # as above

    yield getattr(_hashlib, "__file__", None)  # None is the process itself: some Pythons are one piece
    yield find_library("crypto")


def _shared(memory: bytearray) -> "ctypes.Array[ctypes.c_char]":
    from ctypes import c_char  # noqa: PLC0415  # as above

    return (c_char * len(memory)).from_buffer(memory)
