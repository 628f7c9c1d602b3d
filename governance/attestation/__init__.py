"""Attestations: what a promotion rested on, as a statement that a stranger can check.

The rule: pure. Statements are in-toto Statement v1 in DSSE envelopes; whoever
has the public keys checks one without our database, our code or our word.
"""

from __future__ import annotations

from governance.attestation.checks import Check, Claims, check, claims_of
from governance.attestation.statement import (
    PAYLOAD_TYPE,
    WAIVER,
    WAIVER_TIMES,
    decision,
    emergency,
    end,
    fingerprint,
    instant,
    promotion,
    waiver,
)

__all__ = [
    "PAYLOAD_TYPE",
    "WAIVER",
    "WAIVER_TIMES",
    "Check",
    "Claims",
    "check",
    "claims_of",
    "decision",
    "emergency",
    "end",
    "fingerprint",
    "instant",
    "promotion",
    "waiver",
]
