"""Digests that one worker begins and another one ends."""

import ctypes
import ctypes.util
import hashlib
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.jobs.digest import Digest

CONTENT = hashlib.shake_256(b"an image").digest(1000)
EMPTY = Digest().state
ABOUT_BLOCKS = [0, 1, *range(55, 66), *range(119, 130), 1000]
ZEROS = "00" * 63
BEYOND_32_BITS = {
    "bits": (
        "536870911:459d57e08ffbe704eb9e8c7114838f80:70e51bf97a691b708432a251df0e6d25eb7d37d913df91fec58549ea81461308:",
        "264b509bd02f66bc479f3edb4dcd450c",
        "2c99dde81d183b6f1618942e0a63cd72f0e60d69ffe830ef149c4e98f8174ade",
    ),
    "bytes": (
        "4294967295:aea7a59b5c1a30504fab861d79f58f93:8e5d5c75160cb1a0490dab486b3cb6f43e5727a35d1b35d51e630964239c1d85:",
        "774a957bfbebae3c05e1f8e1173c499e",
        "4d0cc130569dd1cbbec4144258e4deedb98697492b326eaadaebc9e118e4f53d",
    ),
}
"""States after 2**29 - 1 and 2**32 - 1 zeros, and the digests if `end` follows, as md5sum and sha256sum print them."""


def digests(content: bytes) -> tuple[str, str]:
    """What hashlib makes of it."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest(), hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("length", ABOUT_BLOCKS)
def test_the_digests_are_those_of_hashlib(length: int) -> None:
    digest = Digest()

    digest.update(CONTENT[:length])

    assert (digest.md5, digest.sha256) == digests(CONTENT[:length])
    assert digest.length == length


@given(st.binary(max_size=400), st.lists(st.integers(0, 400)))
def test_it_does_not_matter_how_a_stream_is_parted(content: bytes, cuts: list[int]) -> None:
    digest = Digest()

    for start, end in pairwise([0, *sorted(cuts), 400]):
        digest.update(memoryview(content)[start:end])
        digest = Digest.resumed(digest.state)

    assert (digest.md5, digest.sha256) == digests(content)
    assert digest.length == len(content)


def test_a_digest_is_resumed_at_any_byte() -> None:
    digest = Digest()

    for place in range(200):
        resumed = Digest.resumed(digest.state)
        resumed.update(CONTENT[place:])
        digest.update(CONTENT[place : place + 1])

        assert (resumed.md5, resumed.sha256) == digests(CONTENT)


@pytest.mark.parametrize("length", ABOUT_BLOCKS)
def test_a_state_is_short_and_is_the_state_of_what_it_resumes(length: int) -> None:
    digest = Digest()
    digest.update(CONTENT[:length])

    assert Digest.resumed(digest.state).state == digest.state
    assert Digest.resumed(digest.state).length == length
    assert len(digest.state) < 300
    assert digest.state.isascii()


def test_a_state_is_the_same_text_on_every_machine() -> None:
    digest = Digest()
    digest.update(b"abc")

    assert EMPTY == (
        "0:67452301efcdab8998badcfe10325476:6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19:"
    )
    assert digest.state == EMPTY.replace("0:", "3:", 1) + "616263"


def test_a_digest_that_was_asked_for_goes_on() -> None:
    digest = Digest()
    digest.update(CONTENT[:100])

    assert (digest.md5, digest.sha256) == (digest.md5, digest.sha256) == digests(CONTENT[:100])
    digest.update(CONTENT[100:])
    assert (digest.md5, digest.sha256) == digests(CONTENT)


@pytest.mark.parametrize("content", [CONTENT, memoryview(CONTENT), memoryview(bytearray(CONTENT))[::2]])
def test_pieces_may_be_of_any_kind(content: bytes | memoryview) -> None:
    digest = Digest()

    digest.update(content)

    assert (digest.md5, digest.sha256) == digests(bytes(content))


@pytest.mark.parametrize(("state", "md5", "sha256"), BEYOND_32_BITS.values(), ids=BEYOND_32_BITS)
def test_lengths_beyond_32_bits_are_counted(state: str, md5: str, sha256: str) -> None:
    digest = Digest.resumed(state + ZEROS)

    digest.update(b"end")

    assert (digest.md5, digest.sha256) == (md5, sha256)
    assert digest.length == int(state.partition(":")[0]) + 3
    assert Digest.resumed(digest.state).sha256 == sha256


@pytest.mark.parametrize(
    "state",
    [
        "",
        "0",
        "state",
        EMPTY[:-1],
        EMPTY + "\n",
        EMPTY + "00",
        EMPTY.replace("0:", "1:", 1),
        EMPTY.replace("0:", "-64:", 1),
        EMPTY.replace("0:", f"{1 << 61}:", 1),
        EMPTY.replace("0:", "64:", 1) + "00" * 64,
        EMPTY.replace("0:", "1:", 1) + "0",
        EMPTY.upper(),
    ],
)
def test_what_is_no_state_is_refused(state: str) -> None:
    with pytest.raises(ValueError, match="state of a digest"):
        Digest.resumed(state)


def test_the_longest_stream_is_resumed() -> None:
    longest = (1 << 61) - 64

    assert Digest.resumed(EMPTY.replace("0:", f"{longest}:", 1)).length == longest


def test_openssl_is_found_where_python_is_not_linked_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("_hashlib.__file__", ctypes.util.find_library("c"))
    digest = Digest()

    digest.update(CONTENT)

    assert (digest.md5, digest.sha256) == digests(CONTENT)


def test_a_machine_without_openssl_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("_hashlib.__file__", "/nowhere/libcrypto.so")
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: None)
    monkeypatch.setattr(ctypes, "CDLL", refuse)

    with pytest.raises(RuntimeError, match="OpenSSL with MD5_Init"):
        Digest()


def refuse(_: str | None) -> None:
    """What the loader does with a library that is not there."""
    raise OSError("cannot open shared object file")


def test_ctypes_is_loaded_with_the_first_digest_only() -> None:
    command = (
        "import sys; from chalicelib.jobs.digest import Digest; before = 'ctypes' in sys.modules;"
        "Digest(); print(before, 'ctypes' in sys.modules)"
    )

    printed = subprocess.run([sys.executable, "-c", command], check=True, capture_output=True, text=True).stdout  # noqa: S603  # our own command

    assert printed == "False True\n"
