"""The gate: policy and facts in, requirements with state and reason out.

The rule: pure, and only able to say *not yet*. When it is silent a person
may approve or promote. Every answer is a whole sentence that says what to do.
"""

from __future__ import annotations

from governance.gate.approvals import Approval, abstentions, counting, stale, standing_objections
from governance.gate.consent import CONFLICTS, Matter, consent_text
from governance.gate.emergencies import is_reviewed, skippable, unskippable
from governance.gate.facts import (
    ClaimFact,
    CommentFact,
    ContractFact,
    DecisionFact,
    DocumentFact,
    EvaluationFact,
    Facts,
    FindingFact,
    FrameworkFact,
    LiveFact,
    OwedFact,
    RiskFact,
    WaiverFact,
)
from governance.gate.policy import Policy, PolicyError
from governance.gate.requirements import (
    OpenState,
    Requirement,
    is_open,
    may_promote,
    requirements,
    unmet,
)
from governance.gate.scopes import PARTS, part_digests, scope_digest, scope_title
from governance.gate.shipped import policies, policy_for
from governance.gate.source import load_policy
from governance.gate.tiers import is_stricter, outgrown
from governance.gate.waiving import is_waivable

__all__ = [
    "CONFLICTS",
    "PARTS",
    "Approval",
    "ClaimFact",
    "CommentFact",
    "ContractFact",
    "DecisionFact",
    "DocumentFact",
    "EvaluationFact",
    "Facts",
    "FindingFact",
    "FrameworkFact",
    "LiveFact",
    "Matter",
    "OpenState",
    "OwedFact",
    "Policy",
    "PolicyError",
    "Requirement",
    "RiskFact",
    "WaiverFact",
    "abstentions",
    "consent_text",
    "counting",
    "is_open",
    "is_reviewed",
    "is_stricter",
    "is_waivable",
    "load_policy",
    "may_promote",
    "outgrown",
    "part_digests",
    "policies",
    "policy_for",
    "requirements",
    "scope_digest",
    "scope_title",
    "skippable",
    "stale",
    "standing_objections",
    "unmet",
    "unskippable",
]
