"""Who has approved, in which role, and what still stands against it.

An approval counts when it is about the present snapshot, or is limited to a
scope that has not changed since; when it is that person's latest decision in
that role; and when it comes neither from an author nor from somebody who
abstained. One person fills one role: the assignment of people to places is a
maximum bipartite matching, so that nobody's order of deciding matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from governance.gate.facts import DecisionFact, Facts
from governance.gate.policy import ApprovalRule, Policy
from governance.gate.requirement import Requirement, met, not_met
from governance.gate.scopes import is_covered, scope_title
from governance.workflow import OBJECTIONS, Step
from registry.policy import role_title

SHORT = 12


@dataclass(frozen=True)
class Approval:
    """An approval that counts.

    Attributes:
        decision: the decision.
        carried: it is about an earlier snapshot, and nothing in its scope has changed since.
    """

    decision: DecisionFact
    carried: bool = False


def approvals(policy: Policy, facts: Facts) -> Iterator[Requirement]:
    """Return one requirement for each role that the policy names."""
    given = counting(policy, facts)
    filled = _matched(policy, [one.decision for one in given])
    for rule in policy.approvals:
        key, title, mend = f"approval:{rule.role}", f"Approved by {role_title(rule.role)} review", f"review:{rule.role}"
        names = filled[rule.role]
        own = [one for one in given if one.decision.role == rule.role]
        if len(names) >= rule.quorum:
            yield met(key, title, f"Approved by {', '.join(names)}.{_carried(rule, own)}")
        else:
            elsewhere = [one.decision.person_name for one in own if one.decision.person_name not in names]
            yield not_met(
                key, title, _lacking(rule, names, elsewhere, facts) + _of_the_team(policy, rule, facts) + _carried(rule, own), mend
            )


def barred(policy: Policy, facts: Facts) -> frozenset[int]:
    """Return who approves nothing: the authors, and whoever else the policy excludes."""
    return facts.author_ids | (facts.team_ids if "team" in policy.exclude else frozenset())


def counting(policy: Policy, facts: Facts) -> list[Approval]:
    """Return the approvals that count, in the order in which they were given."""
    scopes = {rule.role: rule.scope for rule in policy.approvals}
    here = {(one.person_id, one.role): one for one in _standing(facts)}
    latest = {(one.person_id, one.role): one for one in facts.decisions}
    out = barred(policy, facts) | {one.person_id for one in here.values() if one.step is Step.ABSTAIN}
    conflicted = out | {one.person_id for one in latest.values() if one.step is Step.ABSTAIN}
    found = [Approval(one) for one in here.values() if one.step is Step.APPROVE and one.person_id not in out]
    for place, one in latest.items():
        if place in here or one.step is not Step.APPROVE or one.person_id in conflicted:
            continue
        scope = scopes.get(one.role, ())
        if scope and is_covered(scope, one.parts, facts.parts):
            found.append(Approval(one, carried=True))
    return sorted(found, key=lambda approval: facts.decisions.index(approval.decision))


def stale(policy: Policy, facts: Facts) -> list[DecisionFact]:
    """Return each person's latest approval in a role that is about an earlier snapshot and does not stand for the present one."""
    here = {(one.person_id, one.role) for one in _standing(facts)}
    carried = {(one.decision.person_id, one.decision.role) for one in counting(policy, facts)}
    latest = {(one.person_id, one.role): one for one in facts.decisions}
    return [one for place, one in latest.items() if one.step is Step.APPROVE and place not in here and place not in carried]


def objections(facts: Facts) -> Requirement:
    """Return whether a refusal of the present snapshot still stands."""
    against = standing_objections(facts)
    title = "No standing objection"
    if not against:
        return met("objections", title, "Nobody objects to this content.")
    names = ", ".join(f"{one.person_name} ({role_title(one.role)})" for one in against)
    text = f"{names} did not approve. Only they can lift that; or mend what they name and submit again."
    return not_met("objections", title, text, "resubmit")


def comments(facts: Facts) -> Requirement:
    """Return whether a reviewer's comment still blocks."""
    title = "No comment that blocks"
    if not facts.blocking:
        return met("comments", title, "No reviewer's comment is open that blocks.")
    told = "; ".join(f"{one.person_name} on {one.anchor}" for one in facts.blocking)
    text = f"Open: {told}. Mend what they name; who made a comment, or another reviewer who wrote nothing of it, resolves it."
    return not_met("comments", title, text, "comments")


def standing_objections(facts: Facts) -> list[DecisionFact]:
    """Return the refusals of the present snapshot that those who made them have not lifted."""
    return [one for one in _standing(facts) if one.step in OBJECTIONS]


def abstentions(facts: Facts) -> list[DecisionFact]:
    """Return the abstentions on the present snapshot that those who made them have not replaced."""
    return [one for one in _standing(facts) if one.step is Step.ABSTAIN]


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


def _carried(rule: ApprovalRule, given: Sequence[Approval]) -> str:
    """Say which approvals are about an earlier snapshot and stand all the same, with its digest."""
    told = [f"{one.decision.person_name} (snapshot {one.decision.snapshot_digest[:SHORT]}…)" for one in given if one.carried]
    if not told:
        return ""
    return f" Given on an earlier snapshot and still standing: {', '.join(told)}; {scope_title(rule.scope)}: unchanged since."


def _lacking(rule: ApprovalRule, names: list[str], elsewhere: list[str], facts: Facts) -> str:
    """Say who is waited for, and why approvals that were given do not fill the place."""
    wanted = "a person" if rule.quorum == 1 else f"{rule.quorum} people"
    text = f"Waits for {wanted} in the role “{role_title(rule.role)}” who wrote nothing of it."
    if names:
        text = f"Approved by {', '.join(names)}; {rule.quorum - len(names)} more needed in the role “{role_title(rule.role)}”."
    if elsewhere:
        text += f" {', '.join(sorted(elsewhere))} approved in this role too, but fills another, and one person fills one role."
    return text + _spent(rule, {*names, *elsewhere}, facts)


def _spent(rule: ApprovalRule, counted: set[str], facts: Facts) -> str:
    """Say which approvals in a role do not count, and why."""
    given = [one for one in facts.decisions if one.role == rule.role and one.step is Step.APPROVE]
    now = {one.person_id for one in facts.decisions if one.snapshot_digest == facts.snapshot_digest and one.role == rule.role}
    away = {one.person_id for one in abstentions(facts)}
    text = ""
    if authors := sorted({one.person_name for one in given if one.person_id in facts.author_ids and one.person_id in now}):
        text += f" The approval by {', '.join(authors)} does not count: authors do not decide on their own work."
    if conflicted := sorted({one.person_name for one in given if one.person_id in away and one.person_id in now}):
        text += f" The approval by {', '.join(conflicted)} does not count: they abstained because of a conflict of interest."
    if gone := sorted({one.person_name for one in given if one.person_id not in now} - counted):
        text += f" The approval by {', '.join(gone)} is about an earlier snapshot."
    return text


def _of_the_team(policy: Policy, rule: ApprovalRule, facts: Facts) -> str:
    """Say which approvals do not count because they come from the team that owns the model."""
    out = barred(policy, facts) - facts.author_ids
    given = {one.person_name for one in facts.decisions if one.role == rule.role and one.step is Step.APPROVE and one.person_id in out}
    if not given:
        return ""
    return f" The approval by {', '.join(sorted(given))} does not count: this policy excludes the people of the model's own team."
