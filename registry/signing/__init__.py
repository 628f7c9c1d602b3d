"""Signatures: keys, and envelopes that anybody can check.

The rule: pure. A signature covers stored bytes, never a structure that would
have to be built again, and says by which key it was made.
"""

from __future__ import annotations

from registry.signing.envelope import Envelope, EnvelopeError, sign, verify
from registry.signing.keys import ALGORITHMS, PrivateKey, PublicKey, SigningKeyError, generate, read_private, read_public

__all__ = [
    "ALGORITHMS",
    "Envelope",
    "EnvelopeError",
    "PrivateKey",
    "PublicKey",
    "SigningKeyError",
    "generate",
    "read_private",
    "read_public",
    "sign",
    "verify",
]
