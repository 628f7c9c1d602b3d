"""Setting a requirement aside: which may be, by which waiver, and what is then said of it.

The rule: a waiver is for one requirement of one snapshot, from the role that
the policy names, for no longer than it allows, and never from an author or
from who asked for it. Approvals, objections, the tier and a forbidden release
are of no kind that a policy could name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from governance.gate.facts import Facts, WaiverFact
from governance.gate.policy import Policy
from governance.gate.requirement import Requirement
from governance.gate.shape import WAIVABLE
from registry.policy import role_title


def is_waivable(policy: Policy, key: str) -> bool:
    """Whether the policy lets somebody set aside a requirement with this key."""
    kind = key.partition(":")[0]
    return policy.waivers is not None and kind in WAIVABLE and kind in policy.waivers.requirements


def waived(policy: Policy, facts: Facts, found: Iterable[Requirement]) -> tuple[Requirement, ...]:
    """Return the requirements, those that are unmet and set aside as waived."""
    return tuple(_with_waiver(policy, facts, one) if one.state == "unmet" and is_waivable(policy, one.key) else one for one in found)


def fault_of(policy: Policy, facts: Facts, waiver: WaiverFact) -> str:
    """Return why a granted waiver does not hold, as a sentence, or nothing."""
    who = f"The waiver by {waiver.person_name}"
    if policy.waivers is None or waiver.role != policy.waivers.role:
        return f"{who} does not count: the policy names another role."
    if waiver.person_id in facts.author_ids or waiver.person_id == waiver.requested_by_id:
        return f"{who} does not count: nobody sets aside what their own work lacks."
    if waiver.until - waiver.granted_at > timedelta(days=policy.waivers.longest_days):
        return f"{who} does not count: it is longer than the {policy.waivers.longest_days} days that the policy allows."
    if waiver.snapshot_digest != facts.snapshot_digest:
        return f"{who} is about an earlier snapshot."
    if waiver.until <= facts.now:
        return f"{who} ended on {waiver.until:%-d %B %Y}."
    return ""


def _with_waiver(policy: Policy, facts: Facts, unmet: Requirement) -> Requirement:
    faults = []
    for waiver in reversed([one for one in facts.waivers if one.requirement == unmet.key]):
        fault = fault_of(policy, facts, waiver)
        if not fault:
            text = f"Waived by {waiver.person_name} ({role_title(waiver.role)}) until {waiver.until:%-d %B %Y}: {waiver.reason}"
            return replace(unmet, state="waived", reason=f"{text} What is lacking: {unmet.reason}", waiver=waiver)
        faults.append(fault)
    return replace(unmet, reason=" ".join([unmet.reason, *faults[:1]]))
