"""Detached signatures of images, declared in OpenStack's properties and one of our own for the certificate."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

SIGNATURE = "img_signature"
HASH_METHOD = "img_signature_hash_method"
KEY_TYPE = "img_signature_key_type"
CERTIFICATE = "img_signature_certificate"
"""The certificate itself, in PEM or base64, followed by any intermediate ones.

OpenStack declares the id of a certificate in its key manager instead, which is not supported.
"""
HASHES: Mapping[str, str] = {"SHA-224": "sha224", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
"""Hash methods, with hashlib's names for them."""

Properties = Mapping[str, str | None]


class Standing(StrEnum):
    """A signature is valid, with or without a certificate that the operator trusts, or it was not verified."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    UNVERIFIED = "unverified"


class Verdict(NamedTuple):
    """The result of verifying a signature. `signer` is the subject of its certificate, `objection` what is wrong."""

    standing: Standing
    signer: str | None = None
    objection: str | None = None

    @property
    def document(self) -> dict[str, str]:
        """What is stored: `{"signature": "trusted", "signature_by": "CN=Releases, …"}`."""
        return {"signature": self.standing.value, **({} if self.signer is None else {"signature_by": self.signer})}


def is_signed(properties: Properties) -> bool:
    """Whether a signature has to be verified: the properties have a certificate."""
    return bool(properties.get(CERTIFICATE))


def digests(properties: Properties) -> frozenset[str]:
    """The digests that verifying the signature needs, by hashlib's names."""
    method = HASHES.get(properties.get(HASH_METHOD) or "")
    return frozenset({method} if method and is_signed(properties) else ())
