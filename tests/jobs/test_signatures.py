"""A signature is right for the bytes that were signed, and says by whom."""

import hashlib
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib.catalog.signature import Standing, Verdict, digests
from chalicelib.jobs.signatures import verify
from tests.jobs.signing import METHODS, NOW, Holder, holder, signed

DATA = b"an image"
NAMES = ("md5", "sha224", "sha256", "sha384", "sha512")
CURVE = "ECC_SECP384R1"


def verdict(properties: Mapping[str, str | None], roots: str = "", data: bytes = DATA) -> Verdict | None:
    found = {name: hashlib.new(name, data, usedforsecurity=False).hexdigest() for name in NAMES}
    return verify(properties, found, NOW, roots)


def objection(properties: Mapping[str, str | None], data: bytes = DATA) -> str:
    found = verdict(properties, data=data)
    assert found is not None
    assert found.standing is Standing.UNVERIFIED
    return (found.objection or "").removeprefix("The signature of the image is not valid: ")


def trusting(folder: Path, *holders: Holder) -> str:
    """A file of the certificates of whom an operator trusts."""
    file = folder / "roots.pem"
    file.write_text("".join(each.pem for each in holders))
    return str(file)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["RSA-PSS", "ECC_SECP384R1", "ECC_SECP521R1"])
def test_a_signature_of_each_kind_is_verified(kind: str, method: str) -> None:
    properties = signed(DATA, kind=kind, method=method)

    found = verdict(properties)

    assert found is not None
    assert (found.standing, found.objection) == (Standing.UNTRUSTED, None)
    assert objection(properties, b"an imagf").startswith("the bytes are not those that were signed")
    assert digests(properties) == {method.lower().replace("-", "")}


def test_a_verdict_names_the_signer() -> None:
    by = holder(name="Releases")

    found = verdict(signed(DATA, by))

    fingerprint = by.certificate.fingerprint(hashes.SHA256()).hex()
    assert found is not None
    assert found.signer == f"CN=Releases, sha256 fingerprint {fingerprint}"
    assert found.document == {"signature": "untrusted", "signature_by": found.signer}


def test_a_long_name_is_cut_and_the_fingerprint_is_not() -> None:
    by = holder(name="r" * 64)
    found = verdict(signed(DATA, by))

    assert found is not None
    assert (found.signer or "").endswith(by.certificate.fingerprint(hashes.SHA256()).hex())


def test_a_certificate_may_be_base64_of_der() -> None:
    by = holder()
    der = b64encode(by.certificate.public_bytes(Encoding.DER)).decode()

    found = verdict(signed(DATA, by, img_signature_certificate=der))

    assert found is not None
    assert found.standing is Standing.UNTRUSTED


def test_an_operator_trusts_a_certificate_by_itself(tmp_path: Path) -> None:
    by = holder()

    found = verdict(signed(DATA, by), trusting(tmp_path, by))

    assert found is not None
    assert found.standing is Standing.TRUSTED


def test_an_operator_trusts_who_is_certified_by_a_root(tmp_path: Path) -> None:
    root = holder(name="Root", ca=True)
    between = holder(name="Between", issuer=root, ca=True)
    by = holder(issuer=between)

    given = [{"img_signature_certificate": each} for each in (by.pem + between.pem, by.pem)]
    standings = [verdict({**signed(DATA, by), **certificates}, trusting(tmp_path, root)) for certificates in given]

    assert [each and each.standing for each in standings] == [Standing.TRUSTED, Standing.UNTRUSTED]


def test_a_root_of_somebody_else_is_not_trusted(tmp_path: Path) -> None:
    root, other = holder(name="Root", ca=True), holder(name="Root", ca=True)
    by = holder(issuer=other)

    found = verdict(signed(DATA, by, img_signature_certificate=by.pem + other.pem), trusting(tmp_path, root))

    assert found is not None
    assert found.standing is Standing.UNTRUSTED


def test_a_certificate_that_may_not_certify_others_is_no_link_to_a_root(tmp_path: Path) -> None:
    root = holder(name="Root", ca=True)
    between = holder(name="Between", issuer=root)
    by = holder(CURVE, issuer=between)

    properties = signed(DATA, by, CURVE, img_signature_certificate=by.pem + between.pem)
    found = verdict(properties, trusting(tmp_path, root))

    assert found is not None
    assert found.standing is Standing.UNTRUSTED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"img_signature": "%"}, "img_signature must be base64"),
        ({"img_signature": "é"}, "img_signature must be base64"),
        ({"img_signature": None}, "img_signature is missing"),
        ({"img_signature": b64encode(b"x").decode()}, "the bytes are not those that were signed"),
        (
            {"img_signature_hash_method": "MD5"},
            "img_signature_hash_method must be one of SHA-224, SHA-256, SHA-384, SHA-512, not MD5",
        ),
        ({"img_signature_hash_method": "SHA-512"}, "the bytes are not those that were signed"),
        (
            {"img_signature_key_type": "ECC_SECT571K1"},
            "img_signature_key_type must be one of RSA-PSS, ECC_SECP384R1, ECC_SECP521R1, not ECC_SECT571K1",
        ),
        (
            {"img_signature_key_type": ""},
            "img_signature_key_type must be one of RSA-PSS, ECC_SECP384R1, ECC_SECP521R1",
        ),
        ({"img_signature_key_type": CURVE}, f"the key of its certificate is not of the type {CURVE}"),
        ({"img_signature_certificate": "AA=="}, "img_signature_certificate must be a certificate in PEM"),
        ({"img_signature_certificate": "%"}, "img_signature_certificate must be base64"),
        (
            {"img_signature_certificate": "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"},
            "img_signature_certificate must be a certificate in PEM",
        ),
    ],
)
def test_what_is_wrong_with_a_signature_is_told(changes: dict[str, str | None], reason: str) -> None:
    assert objection({**signed(DATA), **changes}).startswith(reason)


def test_a_key_is_of_the_curve_that_is_named() -> None:
    weak = holder("ECC_SECP256R1")

    assert objection(signed(DATA, weak, CURVE)) == f"the key of its certificate is not of the type {CURVE}"


@pytest.mark.parametrize(
    ("kind", "right", "damaged"),
    [("RSA-PSS", b"Releases", b"\xff" * 8), (CURVE, b"\x2b\x81\x04\x00\x22", b"\x2b\x81\x04\x00\x10")],
    ids=["name", "curve"],
)
def test_a_certificate_that_cannot_be_read_is_told(kind: str, right: bytes, damaged: bytes) -> None:
    by = holder(kind)
    der = b64encode(by.certificate.public_bytes(Encoding.DER).replace(right, damaged)).decode()

    reason = objection(signed(DATA, by, kind, img_signature_certificate=der))

    assert reason == "its certificate is damaged, or its key of an unknown kind"


@pytest.mark.parametrize(
    ("right", "damaged", "reason"),
    [
        (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", "img_signature_certificate must be a certificate in PEM"),
        (b"\x0c\x08Releases", b"\x03\x08Releases", "its certificate is damaged"),
    ],
    ids=["of no version", "with a name of bits"],
)
def test_a_certificate_that_the_library_stumbles_over_is_told(right: bytes, damaged: bytes, reason: str) -> None:
    by = holder()
    der = by.certificate.public_bytes(Encoding.DER)
    at = der.rindex(right)  # the subject's name follows the issuer's
    changed = b64encode(der[:at] + damaged + der[at + len(right) :]).decode()

    assert objection(signed(DATA, by, img_signature_certificate=changed)).startswith(reason)


@pytest.mark.parametrize("content", [b"", b"no certificate", None], ids=["empty", "no PEM", "gone"])
def test_what_an_operator_trusts_by_mistake_costs_no_image(
    tmp_path: Path, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    roots = tmp_path / "roots.pem"
    if content is not None:
        roots.write_bytes(content)

    found = verdict(signed(DATA), str(roots))

    assert found is not None
    assert (found.standing, found.objection) == (Standing.UNTRUSTED, None)
    assert caplog.messages == ["SIGNATURE_ROOTS is not a PEM file of certificates: no signature is trusted"]


@pytest.mark.parametrize(("since", "until"), [(-3, -2), (2, 3)])
def test_a_certificate_is_good_between_its_dates(since: int, until: int) -> None:
    by = holder(since=NOW + timedelta(days=since), until=NOW + timedelta(days=until))
    first, last = NOW + timedelta(days=since), NOW + timedelta(days=until)

    assert objection(signed(DATA, by)) == f"its certificate is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d} only"


def test_a_signature_may_have_lines() -> None:
    properties = signed(DATA)
    text = properties["img_signature"] or ""

    found = verdict({**properties, "img_signature": f"{text[:64]}\n{text[64:]}\n"})

    assert found is not None
    assert found.objection is None
    assert b64decode(text)


@pytest.mark.parametrize("properties", [{}, {"img_signature_certificate": "", "img_signature_hash_method": "SHA-224"}])
def test_nothing_is_said_of_what_is_not_signed(properties: dict[str, str | None]) -> None:
    assert verdict(properties) is None
    assert digests(properties) == frozenset()


def test_a_certificate_in_barbican_is_not_fetched_and_its_image_says_so() -> None:
    properties = {**signed(DATA), "img_signature_certificate": None, "img_signature_certificate_uuid": "1b0f2c3e"}

    found = verdict(properties)

    assert found is not None
    assert found.document == {"signature": "unverified"}


def test_an_image_says_that_it_is_not_verified_where_there_is_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    properties = signed(DATA)
    monkeypatch.setitem(sys.modules, "cryptography", None)

    found = verdict(properties)

    assert found is not None
    assert found.document == {"signature": "unverified"}


def test_the_library_is_imported_with_the_first_signature_only() -> None:
    command = (
        "import sys; from chalicelib.jobs.worker import Worker; from chalicelib.jobs.signatures import verify;"
        "verify({}, {}, None); print('cryptography' in sys.modules)"
    )

    printed = subprocess.run([sys.executable, "-c", command], check=True, capture_output=True, text=True).stdout  # noqa: S603  # our own command

    assert printed == "False\n"
