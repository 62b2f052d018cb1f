"""Verifying the signature of an image: a pure function of its properties and the digests of its bytes.

The library is imported only to verify a signature. The algorithms are those of OpenStack's services, which share a
library of their own: PSS with MGF1 of the same hash and the longest salt, ECDSA in ASN.1.
"""

import binascii
import logging
import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.catalog.signature import (
    CERTIFICATE,
    HASH_METHOD,
    HASHES,
    KEY_TYPE,
    SIGNATURE,
    Properties,
    Standing,
    Verdict,
    is_signed,
)

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

RSA_PSS = "RSA-PSS"
CURVES: Mapping[str, str] = {"ECC_SECP384R1": "secp384r1", "ECC_SECP521R1": "secp521r1"}
"""Those of OpenStack's curves that the library still supports, which excludes the binary ones, `SECT…`."""
LONGEST_SIGNER = 255

_log = logging.getLogger(__name__)


class BadSignature(Exception):
    """The signature does not match the bytes, or is malformed; the text says what is wrong."""


def verify(properties: Properties, digests: Mapping[str, str], now: datetime, roots: str = "") -> Verdict | None:
    """Verify an image's signature by the digests of its bytes, in hexadecimal, by hashlib's names.

    `roots` is the path of a PEM file of certificates that the operator trusts, or empty. Returns None if the image is
    not signed; the verdict is `unverified` without a certificate in its properties, or without the library.
    """
    if not is_signed(properties):
        return Verdict(Standing.UNVERIFIED) if properties.get(SIGNATURE) else None
    try:
        return _verified(properties, digests, now, roots)
    except ModuleNotFoundError:
        return Verdict(Standing.UNVERIFIED)
    except BadSignature as error:
        return Verdict(Standing.UNVERIFIED, objection=f"The signature of the image is not valid: {error}")


def _verified(properties: Properties, digests: Mapping[str, str], now: datetime, roots: str) -> Verdict:
    method = _choice(properties, HASH_METHOD, HASHES)
    _choice(properties, KEY_TYPE, (RSA_PSS, *CURVES))
    signature = _decoded(SIGNATURE, properties.get(SIGNATURE) or "")
    certificate, *others = _certificates(properties.get(CERTIFICATE) or "")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        raise BadSignature(f"its certificate is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d} only")
    digest = bytes.fromhex(digests[HASHES[method]])
    signer = _signer(certificate, properties.get(KEY_TYPE) or "", HASHES[method], signature, digest)
    trusted = _is_trusted(certificate, others, now, roots)
    return Verdict(Standing.TRUSTED if trusted else Standing.UNTRUSTED, signer)


def _choice(properties: Properties, name: str, offered: "Mapping[str, str] | tuple[str, ...]") -> str:
    found = properties.get(name) or ""
    if found not in offered:
        raise BadSignature(f"{name} must be one of {', '.join(offered)}" + (f", not {found[:50]}" if found else ""))
    return found


def _decoded(name: str, text: str) -> bytes:
    try:
        found = b64decode(re.sub(r"\s", "", text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature(f"{name} must be base64") from error
    if not found:
        raise BadSignature(f"{name} is missing")
    return found


def _certificates(text: str) -> "list[Certificate]":
    from cryptography import x509  # noqa: PLC0415  # few images are signed

    try:
        if "-----BEGIN" in text:
            return x509.load_pem_x509_certificates(text.encode())
        return [x509.load_der_x509_certificate(_decoded(CERTIFICATE, text))]
    except (ValueError, x509.InvalidVersion) as error:
        raise BadSignature(f"{CERTIFICATE} must be a certificate in PEM, or base64 of DER") from error


def _signer(certificate: "Certificate", key_type: str, method: str, signature: bytes, digest: bytes) -> str:
    """The signer's name: the certificate's subject. Raises BadSignature unless its key has signed the digest."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415  # as above
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415  # as above
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils  # noqa: PLC0415  # as above

    made: hashes.HashAlgorithm = getattr(hashes, method.upper())()
    prehashed = utils.Prehashed(made)
    try:
        key = certificate.public_key()
        if key_type == RSA_PSS and isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(made), padding.PSS.MAX_LENGTH)
            key.verify(signature, digest, pss, prehashed)
        elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == CURVES.get(key_type):
            key.verify(signature, digest, ec.ECDSA(prehashed))
        else:
            raise BadSignature(f"the key of its certificate is not of the type {key_type}")
        fingerprint = f"sha256 fingerprint {certificate.fingerprint(hashes.SHA256()).hex()}"
        return f"{certificate.subject.rfc4514_string()[: LONGEST_SIGNER - len(fingerprint) - 2]}, {fingerprint}"
    except InvalidSignature as error:
        raise BadSignature("the bytes are not those that were signed, or another key has signed them") from error
    except (UnsupportedAlgorithm, ValueError, TypeError) as error:  # a bad subject raises TypeError
        raise BadSignature("its certificate is damaged, or its key of an unknown kind") from error


def _is_trusted(certificate: "Certificate", others: "list[Certificate]", now: datetime, roots: str) -> bool:
    """Whether a certificate is a trusted one, or has a chain to one."""
    from cryptography.x509.verification import (  # noqa: PLC0415  # as above
        ExtensionPolicy,
        PolicyBuilder,
        Store,
        VerificationError,
    )

    trusted = _roots(roots)
    if not trusted or certificate in trusted:
        return bool(trusted)
    anything = ExtensionPolicy.permit_all()
    policy = PolicyBuilder().store(Store(trusted)).time(now)
    verifier = policy.extension_policies(
        ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=anything
    ).build_client_verifier()
    try:
        verifier.verify(certificate, others)
    except (VerificationError, ValueError):
        return False
    return True


def _roots(roots: str) -> "list[Certificate]":
    """The operator's trusted certificates. An unreadable file does not fail uploads: then nothing is trusted."""
    from cryptography import x509  # noqa: PLC0415  # as above

    try:
        return x509.load_pem_x509_certificates(Path(roots).read_bytes()) if roots else []
    except (OSError, ValueError, x509.InvalidVersion):
        _log.exception("SIGNATURE_ROOTS is not a PEM file of certificates: no signature is trusted")
        return []
