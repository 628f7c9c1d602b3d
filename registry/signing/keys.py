"""Keys: Ed25519 (RFC 8032) and ECDSA on P-256 with SHA-256 (FIPS 186-5).

A key is named by the SHA-256 of its public half in DER
(SubjectPublicKeyInfo, RFC 5280), so that nobody hands out names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from registry.digest import sha256
from registry.errors import DomainError

ED25519: Final = "ed25519"
ECDSA_P256: Final = "ecdsa-p256"
ALGORITHMS: Final = (ED25519, ECDSA_P256)
ECDSA: Final = ec.ECDSA(hashes.SHA256())


class SigningKeyError(DomainError):
    """A key cannot be used; the message says why."""


@dataclass(frozen=True)
class PublicKey:
    """The half of a key that everybody may have.

    Attributes:
        key_id: SHA-256 of the DER form, 64 hex digits.
        algorithm: ``ed25519`` or ``ecdsa-p256``.
        pem: SubjectPublicKeyInfo as PEM text.
    """

    key_id: str
    algorithm: str
    pem: str
    handle: Any = field(repr=False, compare=False)

    def is_signed(self, data: bytes, signature: bytes) -> bool:
        """Whether a signature over these bytes was made by this key."""
        try:
            if self.algorithm == ED25519:
                self.handle.verify(signature, data)
            else:
                self.handle.verify(signature, data, ECDSA)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class PrivateKey:
    """The half that only the house has."""

    public: PublicKey
    handle: Any = field(repr=False, compare=False)

    def sign(self, data: bytes) -> bytes:
        """Return the signature over these bytes; ECDSA gives DER (RFC 3279)."""
        signature: bytes = self.handle.sign(data) if self.public.algorithm == ED25519 else self.handle.sign(data, ECDSA)
        return signature

    def to_pem(self) -> str:
        """Return the key as unencrypted PKCS #8 PEM; it belongs into a file of mode 0600 and nowhere else."""
        form = serialization.PrivateFormat.PKCS8
        text: bytes = self.handle.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        return text.decode("ascii")


def generate(algorithm: str = ED25519) -> PrivateKey:
    """Make a new key.

    Raises:
        SigningKeyError: there is no such algorithm.
    """
    if algorithm == ED25519:
        return _private(ed25519.Ed25519PrivateKey.generate())
    if algorithm == ECDSA_P256:
        return _private(ec.generate_private_key(ec.SECP256R1()))
    message = f"There is no algorithm “{algorithm}”. Choose one of {', '.join(ALGORITHMS)}."
    raise SigningKeyError(message)


def read_private(pem: str) -> PrivateKey:
    """Read an unencrypted private key from PEM.

    Raises:
        SigningKeyError: it is no such key.
    """
    try:
        handle = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        message = "The private key cannot be read. Give an unencrypted PKCS #8 key as PEM, Ed25519 or ECDSA P-256."
        raise SigningKeyError(message) from error
    return _private(handle)


def read_public(pem: str) -> PublicKey:
    """Read a public key from PEM.

    Raises:
        SigningKeyError: it is no such key.
    """
    try:
        handle = serialization.load_pem_public_key(pem.encode())
    except ValueError as error:
        message = "The public key cannot be read. Give SubjectPublicKeyInfo as PEM, Ed25519 or ECDSA P-256."
        raise SigningKeyError(message) from error
    return _public(handle)


def _private(handle: Any) -> PrivateKey:
    return PrivateKey(public=_public(handle.public_key()), handle=handle)


def _public(handle: Any) -> PublicKey:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    der: bytes = handle.public_bytes(serialization.Encoding.DER, form)
    pem: bytes = handle.public_bytes(serialization.Encoding.PEM, form)
    return PublicKey(key_id=sha256(der), algorithm=_algorithm(handle), pem=pem.decode("ascii"), handle=handle)


def _algorithm(handle: Any) -> str:
    if isinstance(handle, ed25519.Ed25519PublicKey):
        return ED25519
    if isinstance(handle, ec.EllipticCurvePublicKey) and isinstance(handle.curve, ec.SECP256R1):
        return ECDSA_P256
    message = "The key is neither Ed25519 nor ECDSA P-256."
    raise SigningKeyError(message)
