"""Compare digests whose state can be stored with those of hashlib."""

import hashlib
import math
import struct
import subprocess
import sys
from collections.abc import Callable
from statistics import median
from timeit import Timer

from bench.parts.repeats import repeats
from chalicelib.jobs.digest import Digest

MIB = 1 << 20
PIECES = 256
PIECE = hashlib.shake_256(b"an image").digest(MIB)
PROCESSES = 7
TIMES = 1000
SLOW = PIECE[: 1 << 18]
SINES = [int(abs(math.sin(number + 1)) * (1 << 32)) for number in range(64)]
ROTATIONS = ((7, 12, 17, 22), (5, 9, 14, 20), (4, 11, 16, 23), (6, 10, 15, 21))


def main() -> None:
    """Measure everything in one run and print a table."""
    hashlibs, ours = (_seconds(function, PIECES) for function in (_hashlib, _ours))
    print(f"MD5, SHA-256 and SHA-512 of {PIECES} MiB in pieces of 1 MiB")
    print(f"{'hashlib, MB/s':32}{PIECES * MIB / 1e6 / hashlibs:>12.0f}")
    print(f"{'ours, MB/s':32}{PIECES * MIB / 1e6 / ours:>12.0f}")
    print(f"{'ours / hashlib, time':32}{ours / hashlibs:>12.2f}")
    print(f"{'MD5 alone in Python, MB/s':32}{len(SLOW) / 1e6 / _seconds(_in_python, 1):>12.1f}")
    print(f"{'one state taken and resumed, µs':32}{_seconds(_carried, TIMES) / TIMES * 1e6:>12.1f}")
    print(f"{'import of the module, ms':32}{_import('chalicelib.jobs.digest'):>12.2f}")
    print(f"{'import of ctypes, ms':32}{_import('ctypes, ctypes.util'):>12.2f}")


def _seconds(function: Callable[[int], None], count: int) -> float:
    return min(Timer(lambda: function(count)).repeat(3, 1))


def _hashlib(count: int) -> None:
    digests = hashlib.md5(usedforsecurity=False), hashlib.sha256(), hashlib.sha512()
    for _ in range(count):
        for digest in digests:
            digest.update(PIECE)


def _ours(count: int) -> None:
    digest = Digest()
    for _ in range(count):
        digest.update(PIECE)


def _in_python(_: int) -> None:
    """MD5 in Python (RFC 1321), without the padding, whose cost is negligible."""
    words: tuple[int, ...] = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
    for block in struct.iter_unpack("<16I", SLOW):
        words = _block(words, block)


def _block(words: tuple[int, ...], block: tuple[int, ...]) -> tuple[int, ...]:
    a, b, c, d = words
    for step, sine in enumerate(SINES):
        match step >> 4:
            case 0:
                mixed, place = d ^ (b & (c ^ d)), step
            case 1:
                mixed, place = c ^ (d & (b ^ c)), 5 * step + 1
            case 2:
                mixed, place = b ^ c ^ d, 3 * step + 5
            case _:
                mixed, place = c ^ (b | (d ^ 0xFFFFFFFF)), 7 * step
        total = (a + mixed + sine + block[place & 15]) & 0xFFFFFFFF
        left = ROTATIONS[step >> 4][step & 3]
        a, b, c, d = d, (b + (total << left | total >> (32 - left))) & 0xFFFFFFFF, b, c
    return tuple((old + new) & 0xFFFFFFFF for old, new in zip(words, (a, b, c, d), strict=True))


def _carried(count: int) -> None:
    digest = Digest()
    digest.update(PIECE[:63])
    for _ in range(count):
        digest = Digest.resumed(digest.state)


def _import(modules: str) -> float:
    """The milliseconds that importing modules adds to a fresh process."""
    program = f"import chalicelib.bootstrap; from time import perf_counter as now; start = now(); import {modules}"
    command = [sys.executable, "-c", program + "; print(now() - start)"]
    return median(float(subprocess.check_output(command)) for _ in range(repeats(PROCESSES))) * 1000  # noqa: S603  # our own


if __name__ == "__main__":
    main()
