"""The page about security says what is so."""

import re
from math import log2
from pathlib import Path

from chalicelib.catalog.token import SECRET_BYTES
from chalicelib.storage.blobs import LINK_SECONDS as DOWNLOAD_SECONDS
from chalicelib.storage.identities import TRUSTED_FOR
from chalicelib.storage.multiparts import LINK_SECONDS as PART_SECONDS
from tests.deploy.files import read

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
YEAR = 365 * 24 * 60 * 60

CEILING = 10_000
"""Requests that API Gateway lets an account have a second, unless more were asked for."""


def test_every_proof_is_a_suite_that_there_is() -> None:
    named = re.findall(r"`(tests/[a-z0-9_/]+\.py)`", PAGE)
    own = {str(file.relative_to(ROOT)) for file in (ROOT / "tests" / "security").glob("test_*.py")}

    assert [name for name in named if not (ROOT / name).is_file()] == []
    assert own - set(named) == {"tests/security/test_page.py"}


def test_every_threat_has_a_proof() -> None:
    table = PAGE.partition("| Threat |")[2].partition("\n\n")[0]
    threats = [
        line for line in table.splitlines() if line.startswith("| ") and "---" not in line and "Proof" not in line
    ]

    assert len(threats) > 15
    assert [line for line in threats if "`tests/" not in line and "see below" not in line] == []


def test_the_arithmetic_of_guessing_is_right() -> None:
    rate = int(read("resources.json")["Parameters"]["RequestsPerSecond"]["Default"])
    guesses = CEILING * YEAR

    assert f"lets through {rate} requests a second" in PAGE
    assert f"{CEILING:,} a second" in PAGE
    assert f"{guesses / 10**9:.1f} billion guesses a year" in PAGE
    assert f"has {8 * SECRET_BYTES} bits" in PAGE
    assert f"tokens is {guesses * 10**6 / 2 ** (8 * SECRET_BYTES):.0e}." in PAGE
    assert log2(guesses * 10**6) < 8 * SECRET_BYTES / 2


def test_times_are_those_of_the_code() -> None:
    assert f"Trusted for {TRUSTED_FOR.seconds} seconds at most" in PAGE
    assert f"{DOWNLOAD_SECONDS // 60} minutes for downloads" in PAGE
    assert PART_SECONDS == 60 * 60
    assert "an hour for a part" in PAGE
