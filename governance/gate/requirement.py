"""One line of the gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from governance.gate.facts import WaiverFact


@dataclass(frozen=True)
class Requirement:
    """One thing that a policy asks for.

    Attributes:
        key: stable name, such as ``framework:nist_ai_rmf``.
        title: what is asked for, in a few words.
        state: met, unmet, or waived: unmet, and set aside for a time.
        reason: why, as a sentence that says what to do.
        mend: where it is mended: ``card``, ``card:…`` (a field), ``datasheet``, ``checklist:…``,
            ``evaluations``, ``contract``, ``risks``, ``preceding``, ``commit``,
            ``artifacts``, ``lineage``,
            ``review:…``, ``resubmit`` or nothing.
        waiver: what sets it aside, when it is waived.
    """

    key: str
    title: str
    state: Literal["met", "unmet", "waived"]
    reason: str
    mend: str = ""
    waiver: WaiverFact | None = None


def met(key: str, title: str, reason: str) -> Requirement:
    """Return a requirement that is met."""
    return Requirement(key, title, "met", reason)


def not_met(key: str, title: str, reason: str, mend: str) -> Requirement:
    """Return a requirement that is not met."""
    return Requirement(key, title, "unmet", reason, mend)
