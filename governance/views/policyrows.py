"""What a policy asks for, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from governance.fairness.gaps import EVERY_METRIC
from governance.gate import Policy
from governance.gate.policy import ApprovalRule
from governance.services import catalog
from registry.catalog.loader import frameworks, template
from registry.policy import role_title

PROOFS = {"password": "their password again", "second-factor": "their second factor again"}


def facts_of(policy: Policy) -> list[dict[str, Any]]:
    """Return what names a policy, for the list at the side."""
    facts: list[dict[str, Any]] = [
        {"label": "Key", "value": policy.key, "mono": True},
        {"label": "Version", "value": policy.version},
        {"label": "Digest", "value": policy.digest, "digest": True},
    ]
    if not policy.forbidden:
        facts.append({"label": "An approval is valid for", "value": f"{policy.validity_days} days"})
    return facts


def rows(policy: Policy) -> list[dict[str, str]]:
    """Return everything that a policy asks for, as about and asked."""
    asked = [*papers(policy), *_measured(policy), *_origin(policy), *rules(policy), *review(policy)]
    return [{"about": about, "asked": text} for about, text in asked]


def papers(policy: Policy) -> Iterator[tuple[str, str]]:
    """Return which documents and checklists must be filled, and how far."""
    for document in policy.documents:
        yield template(document.template).title, f"{document.essential_percent} % of the essential fields"
    for rule in policy.frameworks:
        asked = f"{rule.answered_percent} % of the items answered"
        if rule.must_hold:
            asked += f"; yes or partly to {', '.join(rule.must_hold)}"
        if rule.must_be_yes:
            asked += f"; yes to {', '.join(rule.must_be_yes)}"
        yield _title(rule.framework), asked


def _title(key: str) -> str:
    shipped = frameworks().get(key)
    return shipped.title if shipped else catalog.newest(key).title


def _origin(policy: Policy) -> Iterator[tuple[str, str]]:
    if policy.git_commit:
        yield "Git commit", "given"
    if policy.artifacts:
        yield "Artifacts", f"at least {policy.artifacts}, by SHA-256"
    if policy.training_datasets:
        yield "Training data", f"at least {policy.training_datasets} dataset version linked"


def rules(policy: Policy) -> Iterator[tuple[str, str]]:
    """Return what must hold besides the papers: the data contract, risks, and a period elsewhere."""
    if policy.data_contract:
        yield "Data contract", "written, and kept by the file of the newest evaluation"
    if policy.risks is not None:
        most = policy.risks.above_appetite
        yield "Risks", f"{'none' if most == 0 else f'at most {most}'} open above the appetite, unless accepted for a time"
    if policy.preceding is not None:
        place, number = policy.preceding.environment, policy.preceding.days
        yield f"First in {place}", f"the same artifacts live there for {days(number)}" if number else "the same artifacts promoted there"


def review(policy: Policy) -> Iterator[tuple[str, str]]:
    """Return who judges, how they show who they are, what may be set aside, and when it is looked at again."""
    for approval in policy.approvals:
        yield f"Approval, {role_title(approval.role)} review", _approval(policy, approval)
    if policy.approvals and policy.reauthenticate:
        yield "At the moment of decision", f"reviewers show {PROOFS[policy.reauthenticate]}"
    if policy.waivers is not None:
        longest, kinds = days(policy.waivers.longest_days), ", ".join(policy.waivers.requirements)
        yield "Waivers", f"by {role_title(policy.waivers.role)} review, for {longest} at most; may set aside: {kinds}"
    if policy.emergency is not None:
        rule = policy.emergency
        yield (
            "Emergency promotion",
            f"confirmed by {role_title(rule.role)} review, valid for {days(rule.validity_days)}, reviewed within {days(rule.review_days)}",
        )
    if policy.rereview_days and policy.approvals:
        yield "Review again", f"begun {days(policy.rereview_days)} before an approval ends"


def days(number: int) -> str:
    """Return a number of days in words."""
    return "1 day" if number == 1 else f"{number} days"


def _approval(policy: Policy, rule: ApprovalRule) -> str:
    people = "1 person" if rule.quorum == 1 else f"{rule.quorum} people"
    text = f"{people} who wrote nothing of it{' and are not in the team' if 'team' in policy.exclude else ''}, within {days(rule.due_days)}"
    return f"{text}; judges {', '.join(rule.scope)}" if rule.scope else text


def _measured(policy: Policy) -> Iterator[tuple[str, str]]:
    rule = policy.evaluations
    if rule is None:
        return
    yield (
        "Evaluation",
        f"at most {rule.max_age_days} days old, {rule.minimum_rows:,} records, "
        f"{rule.minimum_attributes} sensitive attribute{'s' if rule.minimum_attributes > 1 else ''}"
        f"{', among them ' + ', '.join(rule.attributes) if rule.attributes else ''}",
    )
    kept = rule.keep_predictions_days
    yield (
        "Files of predictions",
        f"deleted {kept} days after the run; the counts stay" if kept else "deleted after the run; the counts stay",
    )
    for key, threshold in rule.metrics.items():
        metric = EVERY_METRIC[key]
        bound = "at least" if metric.is_ratio else "at most"
        yield metric.title, f"{bound} {float(threshold):g}; an inconclusive interval is {WORDS[rule.on_inconclusive]}"


WORDS = {"block": "not enough", "allow": "accepted"}
