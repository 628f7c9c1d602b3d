"""What a reviewer puts their name to: one text for each step, composed from exactly what is decided on.

The rule: the same release, snapshot, role, step and conflict give the same
text, letter by letter, so that what was shown, what came back and what is
stored can be compared. It is stored with the decision; nothing is composed
again from a template that may have changed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from governance.gate.policy import ApprovalRule, Policy
from governance.gate.scopes import scope_title
from governance.workflow import Step
from registry.policy import role_title

CONFLICTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "team": "I work or worked with the team on this model",
        "reporting": "I report to somebody who wrote it, or they report to me",
        "gain": "I, or somebody close to me, gain from its release or from its refusal",
        "personal": "I am close to somebody who wrote it",
        "other": "another interest, which my comment names",
    }
)
PROOFS: Final[Mapping[str, str]] = MappingProxyType({"password": "my password", "second-factor": "my second factor"})


@dataclass(frozen=True)
class Matter:
    """What is decided on.

    Attributes:
        release: number of the release.
        environment: where it would be promoted to.
        digest: SHA-256 of the snapshot, hex.
        content: the snapshot.
    """

    release: int
    environment: str
    digest: str
    content: Mapping[str, Any]


def consent_text(matter: Matter, *, role: str, step: Step, conflict: str = "") -> str:
    """Return the text that a reviewer consents to.

    Args:
        matter: what is decided on.
        role: the reviewing role.
        step: one of the decisions.
        conflict: key of ``CONFLICTS``, for an abstention.
    """
    policy = Policy.from_json(matter.content["policy"])
    rule = next((one for one in policy.approvals if one.role == role), ApprovalRule(role, 1))
    name = f"{matter.content['asset']['name']} {matter.content['version']['name']}"
    lines = [
        f"Release {matter.release}: {name} to {matter.environment}.",
        f"Snapshot sha256:{matter.digest}.",
        f"Policy “{policy.title}”, version {policy.version}, sha256:{policy.digest}.",
        f"I decide in the role “{role_title(role)}”.",
        *_said(rule, matter.environment, step, conflict),
        "My decision, this text and my comment are kept for good, with my name.",
    ]
    if policy.reauthenticate:
        lines.append(f"I showed {PROOFS[policy.reauthenticate]} at the moment of this decision.")
    return "\n".join(lines)


def _said(rule: ApprovalRule, environment: str, step: Step, conflict: str) -> tuple[str, ...]:
    stands = "This stands until I lift it myself or the content is submitted again."
    if step is Step.APPROVE:
        covers = (
            f"My approval covers {scope_title(rule.scope)}, with the model's tier and the policy. "
            "It stands for a later snapshot in which none of these has changed."
            if rule.scope
            else "My approval covers everything in this snapshot, and no other snapshot."
        )
        return (
            f"I approve: I have read what my role judges, and I agree that it is promoted to {environment}.",
            "I wrote none of it, and I have no conflict of interest.",
            covers,
        )
    if step is Step.REQUEST_CHANGES:
        return ("I do not approve this content, and I ask for the changes that my comment names.", stands)
    if step is Step.REJECT:
        return ("I reject this content, for the reason that my comment gives.", stands)
    return (
        f"I abstain because of a conflict of interest: {CONFLICTS[conflict]}.",
        "No approval of mine counts for this snapshot unless I decide again in this role.",
    )
