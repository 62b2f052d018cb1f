"""Detached signatures of images, as their owners declare them in properties: those of OpenStack, and a certificate."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

SIGNATURE = "img_signature"
HASH_METHOD = "img_signature_hash_method"
KEY_TYPE = "img_signature_key_type"
CERTIFICATE = "img_signature_certificate"
"""The certificate itself, in PEM or base64, and after it any that lead to a root.

OpenStack has the id of one instead, in its key manager, which nobody here asks.
"""
HASHES: Mapping[str, str] = {"SHA-224": "sha224", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
"""Their methods by hashlib's names."""

Properties = Mapping[str, str | None]


class Standing(StrEnum):
    """What is known of a signature: right, by somebody whom the operator trusts or by anybody; or not verified."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    UNVERIFIED = "unverified"


class Verdict(NamedTuple):
    """What a signature turned out to be. `signer` names its certificate; an `objection` says what is wrong with it."""

    standing: Standing
    signer: str | None = None
    objection: str | None = None

    @property
    def document(self) -> dict[str, str]:
        """What is kept: `{"signature": "trusted", "signature_by": "CN=Releases, …"}`."""
        return {"signature": self.standing.value, **({} if self.signer is None else {"signature_by": self.signer})}


def is_signed(properties: Properties) -> bool:
    """Whether there is a signature that can be verified, or ought to be: somebody has given a certificate."""
    return bool(properties.get(CERTIFICATE))


def digests(properties: Properties) -> frozenset[str]:
    """The digests that a signature is verified by, by hashlib's names."""
    method = HASHES.get(properties.get(HASH_METHOD) or "")
    return frozenset({method} if method and is_signed(properties) else ())
