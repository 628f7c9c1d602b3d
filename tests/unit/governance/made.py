"""Facts that meet the strictest policy; a test takes one of them away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from governance.gate import DecisionFact, DocumentFact, EvaluationFact, Facts, FindingFact, FrameworkFact, policy_for
from governance.workflow import State, Step

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DIGEST, EARLIER = "a" * 64, "b" * 64
AUTHOR, ML, PRIVACY, LEGAL = 1, 2, 3, 4
NAMES = {AUTHOR: "Ines Engel", ML: "Marek Lind", PRIVACY: "Priya Rao", LEGAL: "Lena Vogt"}
POLICY = policy_for("high", "production")
ATTRIBUTES = ("sex", "age_group")


def decided(person: int, role: str, step: Step = Step.APPROVE, digest: str = DIGEST, at: datetime = NOW) -> DecisionFact:
    return DecisionFact(person, NAMES.get(person, f"Person {person}"), role, step, at, digest)


def found(metric: str, attribute: str, value: str, low: str, high: str) -> FindingFact:
    return FindingFact(metric, attribute, Fraction(value), Fraction(low), Fraction(high), incomplete=False)


EVALUATION = EvaluationFact(
    name="Held-out",
    finished_at=NOW - timedelta(days=1),
    rows=5000,
    attributes=ATTRIBUTES,
    findings=tuple(
        found(metric, attribute, *numbers)
        for metric, numbers in {"dp_ratio": ("0.95", "0.9", "0.99"), "eopp_difference": ("0.02", "0.01", "0.05")}.items()
        for attribute in ATTRIBUTES
    ),
    witness_agrees=True,
)
FACTS = Facts(
    snapshot_digest=DIGEST,
    tier="high",
    tier_now="high",
    documents=(DocumentFact("model_card", "Loans 1.0", 100, 31, 31), DocumentFact("datasheet", "Data 1", 100, 20, 20)),
    frameworks=tuple(
        FrameworkFact(rule.framework, len(rule.must_hold), dict.fromkeys(rule.must_hold, "yes")) for rule in POLICY.frameworks
    ),
    evaluations=(EVALUATION,),
    artifacts=1,
    git_commit="0123abc",
    training_datasets=1,
    author_ids=frozenset({AUTHOR}),
    decisions=(decided(ML, "ml"), decided(PRIVACY, "privacy"), decided(LEGAL, "legal")),
    state=State.IN_REVIEW,
    promoted_at=None,
    expires_at=None,
    now=NOW,
    risks=(),
)


def measured(**changes: Any) -> Facts:
    """The facts with another evaluation."""
    return replace(FACTS, evaluations=(replace(EVALUATION, **changes),))
