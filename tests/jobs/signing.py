"""Keys, certificates and signatures, made by the library that verifies them here."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 1, 2, tzinfo=UTC)
METHODS = ("SHA-224", "SHA-256", "SHA-384", "SHA-512")
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Holder(NamedTuple):
    """A key, and the certificate that it is somebody's."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


@cache
def key_of(kind: str) -> Key:
    """A key of a kind, the same each time."""
    curves: dict[str, ec.EllipticCurve] = {
        "ECC_SECP384R1": ec.SECP384R1(),
        "ECC_SECP521R1": ec.SECP521R1(),
        "ECC_SECP256R1": ec.SECP256R1(),
    }
    return rsa.generate_private_key(65537, 2048) if kind == "RSA-PSS" else ec.generate_private_key(curves[kind])


def holder(
    kind: str = "RSA-PSS",
    name: str = "Releases",
    issuer: Holder | None = None,
    since: datetime = NOW - timedelta(days=1),
    until: datetime = NOW + timedelta(days=1),
    *,
    ca: bool = False,
) -> Holder:
    """Somebody with a certificate, by an issuer or by themselves."""
    key = ec.generate_private_key(ec.SECP384R1()) if ca else key_of(kind)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = key if issuer is None else issuer.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )
    if ca:
        usage = dict.fromkeys(
            (
                *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
                *("crl_sign", "encipher_only", "decipher_only"),
            ),
            False,
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        builder = builder.add_extension(x509.KeyUsage(key_cert_sign=True, **usage), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    if issuer is not None:
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(authority, critical=False)
    return Holder(key, builder.sign(signer, hashes.SHA256()))


def signed(
    data: bytes, by: Holder | None = None, kind: str = "RSA-PSS", method: str = "SHA-256", **others: str | None
) -> dict[str, str | None]:
    """The properties of an image that has been signed."""
    by = by or holder(kind)
    made: hashes.HashAlgorithm = getattr(hashes, method.replace("-", ""))()
    if isinstance(by.key, rsa.RSAPrivateKey):
        signature = by.key.sign(data, padding.PSS(padding.MGF1(made), padding.PSS.MAX_LENGTH), made)
    else:
        signature = by.key.sign(data, ec.ECDSA(made))
    return {
        "img_signature": b64encode(signature).decode(),
        "img_signature_hash_method": method,
        "img_signature_key_type": kind,
        "img_signature_certificate": by.pem,
        **others,
    }
