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
CHAINS = (
    "md5=67452301efcdab8998badcfe10325476:sha256=6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19:"
    "sha512=6a09e667f3bcc908bb67ae8584caa73b3c6ef372fe94f82ba54ff53a5f1d36f1"
    "510e527fade682d19b05688c2b3e6c1f1f83d9abfb41bd6b5be0cd19137e2179"
)
MORE = ("sha224", "sha384")
ABOUT_BLOCKS = [0, 1, *range(55, 66), *range(111, 130), *range(183, 194), *range(239, 258), 1000]
ZEROS = "00" * 127
BEYOND_32_BITS = {
    "bits": (
        (
            f"536870911:{ZEROS}:md5=459d57e08ffbe704eb9e8c7114838f80:"
            "sha256=70e51bf97a691b708432a251df0e6d25eb7d37d913df91fec58549ea81461308:"
            "sha512=9ba1793d432c2edee33cf0b4876b9be3037a7ce3fad19f2db1b2afd01b6ee255"
            "dfc7c62526218873e417b33b12d968d26e28168e46a8c008cd4a5fe1287d641f"
        ),
        "264b509bd02f66bc479f3edb4dcd450c",
        "2c99dde81d183b6f1618942e0a63cd72f0e60d69ffe830ef149c4e98f8174ade",
        (
            "b04bac8e3df70ed9bb28924cf54f67dca84c4207e33cca249837012ef812c015"
            "5696dd8003b0a83cccee1a1f00fc55a26323644c5269680291e9ea197d1a888b"
        ),
    ),
    "bytes": (
        (
            f"4294967295:{ZEROS}:md5=aea7a59b5c1a30504fab861d79f58f93:"
            "sha256=8e5d5c75160cb1a0490dab486b3cb6f43e5727a35d1b35d51e630964239c1d85:"
            "sha512=19e52dfeafaf947592701ff973c36e0caeb20bc75cb2ebb984b0cacf2b13b290"
            "635d6b9e0d42c233f85b401253825cad51d21bc96b97555e3e314606a529f9f1"
        ),
        "774a957bfbebae3c05e1f8e1173c499e",
        "4d0cc130569dd1cbbec4144258e4deedb98697492b326eaadaebc9e118e4f53d",
        (
            "1f00435deb8d213b59c610174a94668e1dd9af49b82f4f98881bdc55d1f9dddf"
            "9a2c0a8b39dfbc8fc9ea94cf69bbe86b8e82b3cb5b04feea1d6c03b96b2e9ec0"
        ),
    ),
}
"""States after 2**29 - 1 and 2**32 - 1 zeros, and the digests if `end` follows, as md5sum and its kin print them."""


def digests(content: bytes, *more: str) -> dict[str, str]:
    """What hashlib makes of it."""
    names = ("md5", "sha256", "sha512", *more)
    return {name: hashlib.new(name, content, usedforsecurity=False).hexdigest() for name in names}


@pytest.mark.parametrize("length", ABOUT_BLOCKS)
def test_the_digests_are_those_of_hashlib(length: int) -> None:
    digest = Digest()

    digest.update(CONTENT[:length])

    assert digest.values == digests(CONTENT[:length])
    assert digest.length == length


@given(st.binary(max_size=400), st.lists(st.integers(0, 400)))
def test_it_does_not_matter_how_a_stream_is_parted(content: bytes, cuts: list[int]) -> None:
    digest = Digest()

    for start, end in pairwise([0, *sorted(cuts), 400]):
        digest.update(memoryview(content)[start:end])
        digest = Digest.resumed(digest.state)

    assert digest.values == digests(content)
    assert digest.length == len(content)


def test_a_digest_is_resumed_at_any_byte() -> None:
    digest = Digest()

    for place in range(200):
        resumed = Digest.resumed(digest.state)
        resumed.update(CONTENT[place:])
        digest.update(CONTENT[place : place + 1])

        assert resumed.values == digests(CONTENT)


@pytest.mark.parametrize("length", ABOUT_BLOCKS)
def test_a_state_is_short_and_is_the_state_of_what_it_resumes(length: int) -> None:
    digest = Digest()
    digest.update(CONTENT[:length])

    assert Digest.resumed(digest.state).state == digest.state
    assert Digest.resumed(digest.state).length == length
    assert len(digest.state) < 1000
    assert digest.state.isascii()


def test_a_state_is_the_same_text_on_every_machine() -> None:
    digest = Digest()
    digest.update(b"abc")

    assert f"0::{CHAINS}" == EMPTY
    assert digest.state == f"3:616263:{CHAINS}"


def test_a_digest_that_was_asked_for_goes_on() -> None:
    digest = Digest()
    digest.update(CONTENT[:100])

    assert digest.values == digest.values == digests(CONTENT[:100])
    digest.update(CONTENT[100:])
    assert digest.values == digests(CONTENT)


@pytest.mark.parametrize("content", [CONTENT, memoryview(CONTENT), memoryview(bytearray(CONTENT))[::2]])
def test_pieces_may_be_of_any_kind(content: bytes | memoryview) -> None:
    digest = Digest()

    digest.update(content)

    assert digest.values == digests(bytes(content))


@pytest.mark.parametrize(("state", "md5", "sha256", "sha512"), BEYOND_32_BITS.values(), ids=BEYOND_32_BITS)
def test_lengths_beyond_32_bits_are_counted(state: str, md5: str, sha256: str, sha512: str) -> None:
    digest = Digest.resumed(state)

    digest.update(b"end")

    assert digest.values == {"md5": md5, "sha256": sha256, "sha512": sha512}
    assert digest.length == int(state.partition(":")[0]) + 3
    assert Digest.resumed(digest.state).values == digest.values


@pytest.mark.parametrize(
    "state",
    [
        "",
        "0",
        "state",
        EMPTY[:-1],
        EMPTY + "\n",
        EMPTY + "00",
        EMPTY + ":sha384=00",
        EMPTY.replace("0:", "1:", 1),
        EMPTY.replace("0:", "-128:", 1),
        EMPTY.replace("0:", f"{1 << 61}:", 1),
        EMPTY.replace("0::", f"128:{'00' * 128}:", 1),
        EMPTY.replace("0::", "1:0:", 1),
        EMPTY.replace("md5", "sha224"),
        EMPTY.upper(),
        "0:67452301efcdab8998badcfe10325476:6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19:",
    ],
)
def test_what_is_no_state_is_refused(state: str) -> None:
    with pytest.raises(ValueError, match="state of a digest"):
        Digest.resumed(state)


@pytest.mark.parametrize("length", ABOUT_BLOCKS)
def test_more_digests_are_made_where_they_are_asked_for(length: int) -> None:
    digest = Digest(MORE)
    digest.update(CONTENT[:length])

    resumed = Digest.resumed(digest.state, MORE)
    resumed.update(CONTENT[length:])

    assert resumed.values == digests(CONTENT, *MORE)
    assert len(digest.state) < 1300


@pytest.mark.parametrize(("had", "wanted"), [((), MORE), (MORE, ())])
def test_a_state_of_other_digests_is_refused(had: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="state of a digest"):
        Digest.resumed(Digest(had).state, wanted)


def test_the_longest_stream_is_resumed() -> None:
    longest = (1 << 61) - 128

    assert Digest.resumed(EMPTY.replace("0:", f"{longest}:", 1)).length == longest


def test_openssl_is_found_where_python_is_not_linked_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("_hashlib.__file__", ctypes.util.find_library("c"))
    digest = Digest()

    digest.update(CONTENT)

    assert digest.values == digests(CONTENT)


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
