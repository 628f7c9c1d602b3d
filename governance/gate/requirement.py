"""One line of the gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Requirement:
    """One thing that a policy asks for.

    Attributes:
        key: stable name, such as ``framework:nist_ai_rmf``.
        title: what is asked for, in a few words.
        state: met or unmet.
        reason: why, as a sentence that says what to do.
        mend: where it is mended: ``card``, ``datasheet``, ``checklist:…``,
            ``evaluations``, ``commit``, ``artifacts``, ``lineage``,
            ``review:…``, ``resubmit`` or nothing.
    """

    key: str
    title: str
    state: Literal["met", "unmet"]
    reason: str
    mend: str = ""


def met(key: str, title: str, reason: str) -> Requirement:
    """Return a requirement that is met."""
    return Requirement(key, title, "met", reason)


def not_met(key: str, title: str, reason: str, mend: str) -> Requirement:
    """Return a requirement that is not met."""
    return Requirement(key, title, "unmet", reason, mend)
