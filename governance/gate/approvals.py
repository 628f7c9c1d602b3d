"""Who has approved, in which role, and what still stands against it.

An approval counts when it is about the present snapshot, is that person's
latest decision in that role on it, and does not come from an author. One
person fills one role: the assignment of people to places is a maximum
bipartite matching, so that nobody's order of deciding matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from governance.gate.facts import DecisionFact, Facts
from governance.gate.policy import ApprovalRule, Policy
from governance.gate.requirement import Requirement, met, not_met
from governance.workflow import OBJECTIONS, Step
from registry.policy import role_title


def approvals(policy: Policy, facts: Facts) -> Iterator[Requirement]:
    """Return one requirement for each role that the policy names."""
    standing = _standing(facts)
    given = [one for one in standing if one.step is Step.APPROVE and one.person_id not in facts.author_ids]
    filled = _matched(policy, given)
    for rule in policy.approvals:
        key, title, mend = f"approval:{rule.role}", f"Approved by {role_title(rule.role)} review", f"review:{rule.role}"
        names = filled[rule.role]
        if len(names) >= rule.quorum:
            yield met(key, title, f"Approved by {', '.join(names)}.")
        else:
            elsewhere = [one.person_name for one in given if one.role == rule.role and one.person_name not in names]
            yield not_met(key, title, _lacking(rule, names, elsewhere, facts), mend)


def objections(facts: Facts) -> Requirement:
    """Return whether a refusal of the present snapshot still stands."""
    against = standing_objections(facts)
    title = "No standing objection"
    if not against:
        return met("objections", title, "Nobody objects to this content.")
    names = ", ".join(f"{one.person_name} ({role_title(one.role)})" for one in against)
    text = f"{names} did not approve. Only they can lift that; or mend what they name and submit again."
    return not_met("objections", title, text, "resubmit")


def standing_objections(facts: Facts) -> list[DecisionFact]:
    """Return the refusals of the present snapshot that those who made them have not lifted."""
    return [one for one in _standing(facts) if one.step in OBJECTIONS]


def _standing(facts: Facts) -> list[DecisionFact]:
    """Return each person's latest decision in each role on the present snapshot."""
    latest: dict[tuple[int, str], DecisionFact] = {}
    for decision in facts.decisions:
        if decision.snapshot_digest == facts.snapshot_digest:
            latest[decision.person_id, decision.role] = decision
    return list(latest.values())


def _matched(policy: Policy, given: list[DecisionFact]) -> Mapping[str, list[str]]:
    """Return who fills which role, each person at most one place (Kuhn's augmenting paths)."""
    places = [(rule.role, number) for rule in policy.approvals for number in range(rule.quorum)]
    roles: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    for one in given:
        roles.setdefault(one.person_id, []).append(one.role)
        names[one.person_id] = one.person_name
    holder: dict[tuple[str, int], int] = {}

    def seat(person: int, seen: set[tuple[str, int]]) -> bool:
        for place in places:
            if place[0] not in roles[person] or place in seen:
                continue
            seen.add(place)
            if place not in holder or seat(holder[place], seen):
                holder[place] = person
                return True
        return False

    for person in roles:
        seat(person, set())
    filled: dict[str, list[str]] = {rule.role: [] for rule in policy.approvals}
    for (role, _), person in sorted(holder.items()):
        filled[role].append(names[person])
    return filled


def _lacking(rule: ApprovalRule, names: list[str], elsewhere: list[str], facts: Facts) -> str:
    """Say who is waited for, and why approvals that were given do not fill the place."""
    wanted = "a person" if rule.quorum == 1 else f"{rule.quorum} people"
    text = f"Waits for {wanted} in the role “{role_title(rule.role)}” who wrote nothing of it."
    if names:
        text = f"Approved by {', '.join(names)}; {rule.quorum - len(names)} more needed in the role “{role_title(rule.role)}”."
    if elsewhere:
        text += f" {', '.join(sorted(elsewhere))} approved in this role too, but fills another, and one person fills one role."
    given = [one for one in facts.decisions if one.role == rule.role and one.step is Step.APPROVE]
    now = {one.person_id for one in facts.decisions if one.snapshot_digest == facts.snapshot_digest and one.role == rule.role}
    if authors := sorted({one.person_name for one in given if one.person_id in facts.author_ids and one.person_id in now}):
        text += f" The approval by {', '.join(authors)} does not count: authors do not decide on their own work."
    if stale := sorted({one.person_name for one in given if one.person_id not in now}):
        text += f" The approval by {', '.join(stale)} is about an earlier snapshot."
    return text
