"""Promotions in an emergency: what they may skip, and what is owed for them afterwards.

The rule: an emergency skips approvals that are missing and nothing else. What
the policy asks of the content must be met or waived, nobody may object, and no
earlier emergency of the model may be overdue for its review.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from governance.gate.approvals import approvals, standing_objections
from governance.gate.facts import Facts
from governance.gate.policy import Policy
from governance.gate.requirement import Requirement, met, not_met

SKIPPED = "approval:"


def skippable(found: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """Return the unmet requirements that an emergency may skip."""
    return tuple(one for one in found if one.state == "unmet" and one.key.startswith(SKIPPED))


def unskippable(found: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """Return the unmet requirements that stand in the way of an emergency too."""
    return tuple(one for one in found if one.state == "unmet" and not one.key.startswith(SKIPPED))


def is_reviewed(policy: Policy, facts: Facts) -> bool:
    """Whether the normal review is done: every role that the policy names has approved, and nobody objects."""
    return all(one.state == "met" for one in approvals(policy, facts)) and not standing_objections(facts)


def owed_reviews(facts: Facts) -> Iterator[Requirement]:
    """Return a requirement while the review of an earlier emergency of the model is owed; unmet once it is overdue."""
    if not facts.owed:
        return
    key, title = "emergency-review", "Earlier emergencies reviewed"
    late = [one for one in facts.owed if one.due <= facts.now]
    if late:
        names = "; ".join(f"{one.name}, promoted in an emergency, was to be reviewed by {one.due:%-d %B %Y}" for one in late)
        yield not_met(key, title, f"{names}. Nothing of this model is promoted until that review is done.", f"release:{late[0].release_id}")
    else:
        names = "; ".join(f"{one.name} until {one.due:%-d %B %Y}" for one in facts.owed)
        yield met(key, title, f"A review is owed: {names}. After that day nothing of this model is promoted without it.")
