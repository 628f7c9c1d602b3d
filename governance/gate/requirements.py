"""From policy and facts to requirements, each met or unmet with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from governance.gate.approvals import approvals, comments, objections
from governance.gate.claims import claims
from governance.gate.datacontract import contract
from governance.gate.emergencies import owed_reviews
from governance.gate.facts import Facts
from governance.gate.fairness import fairness
from governance.gate.policy import DocumentRule, FrameworkRule, Policy
from governance.gate.preceding import preceding
from governance.gate.register import risks
from governance.gate.requirement import Requirement, met, not_met
from governance.gate.waiving import waived
from governance.workflow import State

NAMES: Final = {"nist_ai_rmf": "NIST AI RMF", "oecd_ai_principles": "OECD AI Principles"}
HOLDS: Final = {"yes", "partly"}

__all__ = ["OpenState", "Requirement", "is_open", "may_promote", "requirements", "unmet"]


@dataclass(frozen=True)
class OpenState:
    """Whether the gate is open, and why not."""

    allowed: bool
    reasons: tuple[str, ...] = ()


def requirements(policy: Policy, facts: Facts) -> tuple[Requirement, ...]:
    """Return every requirement of a policy, content first and people last.

    The newest finished evaluation counts; older ones are history.
    """
    if policy.forbidden:
        return (not_met("forbidden", "May be released at all", policy.forbidden, ""),)
    return waived(policy, facts, _all(policy, facts))


def unmet(found: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """Return the requirements that are neither met nor waived."""
    return tuple(requirement for requirement in found if requirement.state == "unmet")


def may_promote(policy: Policy, facts: Facts) -> tuple[Requirement, ...]:
    """Return what stands in the way of a promotion; nothing means that a person may promote."""
    return unmet(requirements(policy, facts))


def is_open(state: State, promoted_at: datetime | None, expires_at: datetime | None, now: datetime) -> OpenState:
    """Say whether programs are told yes, by state and clock."""
    if state is State.PROMOTED and promoted_at and expires_at and promoted_at <= now < expires_at:
        return OpenState(allowed=True)
    if state is State.PROMOTED and expires_at and now >= expires_at:
        return OpenState(allowed=False, reasons=(f"The approval ended on {expires_at:%-d %B %Y}. Submit the version again.",))
    return OpenState(allowed=False, reasons=(REASONS[state],))


REASONS: Final = {
    State.IN_REVIEW: "The release is still in review.",
    State.CHANGES_REQUESTED: "A reviewer has asked for changes.",
    State.REJECTED: "The release was rejected.",
    State.WITHDRAWN: "The release was withdrawn.",
    State.PROMOTED: "The promotion is not complete.",
    State.SUSPENDED: "The promotion is suspended until what happened is cleared.",
    State.SUPERSEDED: "A later release has taken its place in this environment.",
    State.REVOKED: "The promotion was revoked.",
}


def _all(policy: Policy, facts: Facts) -> Iterator[Requirement]:
    yield _tier(facts)
    for document in policy.documents:
        yield _document(document, facts)
    for framework in policy.frameworks:
        yield _framework(framework, facts)
    if policy.evaluations is not None:
        yield from fairness(policy.evaluations, facts)
    if policy.data_contract:
        yield contract(facts)
    if policy.risks is not None:
        yield risks(policy.risks, facts)
    yield from _origin(policy, facts)
    yield from claims(facts)
    if policy.preceding is not None:
        yield preceding(policy.preceding, facts)
    yield from approvals(policy, facts)
    yield objections(facts)
    yield comments(facts)
    yield from owed_reviews(facts)


def _tier(facts: Facts) -> Requirement:
    title = "Tier unchanged since submission"
    if facts.tier == facts.tier_now:
        return met("tier", title, f"The model is in the tier “{facts.tier}”.")
    if facts.tier_now == "prohibited":
        text = "The model is in the tier “prohibited” now. Nothing of it is promoted, whoever approves."
        return not_met("tier", title, text, "")
    text = (
        f"It was submitted in the tier “{facts.tier}” and is in “{facts.tier_now}” now. Submit it again, so that the right policy applies."
    )
    return not_met("tier", title, text, "resubmit")


def _document(rule: DocumentRule, facts: Facts) -> Requirement:
    found = [document for document in facts.documents if document.template == rule.template]
    is_card = rule.template == "model_card"
    key, mend = f"document:{rule.template}", "card" if is_card else "datasheet"
    title = "Model card complete" if is_card else "Datasheets complete"
    short = [document for document in found if document.percent < rule.essential_percent]
    if not found:
        text = "Link the dataset versions it was trained on; each brings its datasheet."
        return not_met(key, title, text if not is_card else "Write the model card.", mend)
    if short:
        lacking = "; ".join(f"{one.label} has {one.filled} of {one.total} essential fields" for one in short)
        return not_met(key, title, f"{lacking}; at least {rule.essential_percent} % must be filled.", mend)
    filled, total = sum(one.filled for one in found), sum(one.total for one in found)
    return met(key, title, f"{filled} of {total} essential fields are filled.")


def _framework(rule: FrameworkRule, facts: Facts) -> Requirement:
    found = next((one for one in facts.frameworks if one.framework == rule.framework), None)
    name = NAMES.get(rule.framework, rule.framework)
    key, mend, title = f"framework:{rule.framework}", f"checklist:{rule.framework}", f"{name} answered"
    answered, items = (len(found.values), found.items) if found else (0, 0)
    if found is None or not items or answered * 100 < rule.answered_percent * items:
        waiting = f" {found.to_confirm} more were carried forward and wait to be confirmed." if found and found.to_confirm else ""
        text = f"{answered} of {items} items are answered; at least {rule.answered_percent} % must be answered.{waiting}"
        return not_met(key, title, text, mend)
    if missed := [item for item in rule.must_hold if found.values.get(item) not in HOLDS]:
        text = f"{', '.join(missed)} must be answered yes or partly; mend what the item asks about."
        return not_met(key, title, text, mend)
    if missed := [item for item in rule.must_be_yes if found.values.get(item) != "yes"]:
        text = f"{', '.join(missed)} must be answered yes; mend what the item asks about."
        return not_met(key, title, text, mend)
    house = f", {found.inherited} of them by the organisation" if found.inherited else ""
    return met(key, title, f"{answered} of {items} items are answered{house}.")


def _origin(policy: Policy, facts: Facts) -> Iterator[Requirement]:
    if policy.git_commit:
        title = "Git commit given"
        text = "Give the commit that the version was built from."
        yield met("commit", title, facts.git_commit) if facts.git_commit else not_met("commit", title, text, "commit")
    if policy.artifacts:
        yield _enough("artifacts", "Artifacts named by digest", "artifact", facts.artifacts, policy.artifacts)
    if policy.training_datasets:
        linked, wanted = facts.training_datasets, policy.training_datasets
        yield _enough("lineage", "Training data linked", "training dataset version", linked, wanted)


def _enough(key: str, title: str, noun: str, there: int, wanted: int) -> Requirement:
    things = noun if there == 1 else f"{noun}s"
    if there >= wanted:
        return met(key, title, f"{there} {things} named.")
    return not_met(key, title, f"{there} {things} named; at least {wanted} must be.", key)
