"""DSSE, the Dead Simple Signing Envelope, version 1.

The rule: what is signed is the pre-authentication encoding of payload type
and payload bytes (DSSE protocol, section "Signature definition"), so that
bytes signed as one kind of statement can never be shown as another.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.errors import DomainError
from registry.signing.keys import PrivateKey, PublicKey

PLAIN: Final = str.maketrans("-_", "+/")


class EnvelopeError(DomainError):
    """An envelope cannot be read, or nobody known has signed it."""


@dataclass(frozen=True)
class Signature:
    """One signature: by which key, and the bytes."""

    key_id: str
    value: bytes


@dataclass(frozen=True)
class Envelope:
    """Payload bytes with their type and signatures."""

    payload: bytes
    payload_type: str
    signatures: tuple[Signature, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the envelope as DSSE's JSON."""
        return {
            "payload": base64.b64encode(self.payload).decode("ascii"),
            "payloadType": self.payload_type,
            "signatures": [{"keyid": one.key_id, "sig": base64.b64encode(one.value).decode("ascii")} for one in self.signatures],
        }

    def to_text(self) -> str:
        """Return the envelope as the text of a file."""
        return json.dumps(self.to_json(), indent=2) + "\n"

    @classmethod
    def from_json(cls, source: str | bytes | Mapping[str, Any]) -> Envelope:
        """Read an envelope from JSON text or from the value that it holds.

        Raises:
            EnvelopeError: it is no envelope.
        """
        try:
            body = source if isinstance(source, Mapping) else json.loads(source)
            signatures = tuple(Signature(key_id=str(one.get("keyid", "")), value=_bytes(one["sig"])) for one in body["signatures"])
            return cls(payload=_bytes(body["payload"]), payload_type=str(body["payloadType"]), signatures=signatures)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            message = "This is no DSSE envelope: it needs payload, payloadType and signatures, the first and the last in base64."
            raise EnvelopeError(message) from error


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding, the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, payload_type: str, key: PrivateKey) -> Envelope:
    """Put bytes into an envelope with one signature."""
    value = key.sign(pae(payload_type, payload))
    return Envelope(payload, payload_type, (Signature(key.public.key_id, value),))


def verify(envelope: Envelope, keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """Return the known keys that have signed an envelope.

    The key id is a hint only, as DSSE says: a signature counts when a known
    key made it.

    Raises:
        EnvelopeError: none of them has.
    """
    data = pae(envelope.payload_type, envelope.payload)
    good = tuple(key for key in keys if any(key.is_signed(data, one.value) for one in envelope.signatures))
    if not good:
        named = ", ".join(f"{one.key_id[:12]}…" for one in envelope.signatures) or "none"
        message = f"No signature was made by a known key over these bytes (the envelope names {named})."
        raise EnvelopeError(message)
    return good


def _bytes(text: str) -> bytes:
    """Decode base64, plain or for addresses; DSSE allows both."""
    return base64.b64decode(text.translate(PLAIN), validate=True)
