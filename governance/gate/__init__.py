"""The gate: policy and facts in, requirements with state and reason out.

The rule: pure, and only able to say *not yet*. When it is silent a person
may approve or promote. Every answer is a whole sentence that says what to do.
"""

from __future__ import annotations

from governance.gate.approvals import standing_objections
from governance.gate.facts import (
    DecisionFact,
    DocumentFact,
    EvaluationFact,
    Facts,
    FindingFact,
    FrameworkFact,
)
from governance.gate.policy import Policy, PolicyError, load_policy, policies, policy_for
from governance.gate.requirements import (
    OpenState,
    Requirement,
    is_open,
    may_promote,
    requirements,
    unmet,
)

__all__ = [
    "DecisionFact",
    "DocumentFact",
    "EvaluationFact",
    "Facts",
    "FindingFact",
    "FrameworkFact",
    "OpenState",
    "Policy",
    "PolicyError",
    "Requirement",
    "is_open",
    "load_policy",
    "may_promote",
    "policies",
    "policy_for",
    "requirements",
    "standing_objections",
    "unmet",
]
