"""The policies, for everybody to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from governance.fairness.gaps import EVERY_METRIC
from governance.gate import Policy, policies
from registry.catalog.loader import framework, template
from registry.http import Request
from registry.policy import role_title


@require_GET
def policy_list(request: Request) -> HttpResponse:
    """List the policy of each tier and environment."""
    return render(request, "governance/policy_list.html", {"policies": list(policies().values())})


@require_GET
def policy_detail(request: Request, key: str) -> HttpResponse:
    """Show one policy."""
    policy = policies().get(key)
    if policy is None:
        message = "No such policy"
        raise Http404(message)
    context = {
        "policy": policy,
        "rows": [{"about": about, "asked": asked} for about, asked in _rows(policy)],
        "facts": _facts(policy),
        "breadcrumb": [{"label": "Policies", "url": reverse("policy-list")}],
    }
    return render(request, "governance/policy_detail.html", context)


def _facts(policy: Policy) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": "Key", "value": policy.key, "mono": True},
        {"label": "Version", "value": policy.version},
        {"label": "Digest", "value": policy.digest, "digest": True},
    ]
    if not policy.forbidden:
        facts.append({"label": "An approval is valid for", "value": f"{policy.validity_days} days"})
    return facts


def _rows(policy: Policy) -> Iterator[tuple[str, str]]:
    for document in policy.documents:
        yield template(document.template).title, f"{document.essential_percent} % of the essential fields"
    for rule in policy.frameworks:
        asked = f"{rule.answered_percent} % of the items answered"
        if rule.must_hold:
            asked += f"; yes or partly to {', '.join(rule.must_hold)}"
        yield framework(rule.framework).title, asked
    yield from _measured(policy)
    if policy.git_commit:
        yield "Git commit", "given"
    if policy.artifacts:
        yield "Artifacts", f"at least {policy.artifacts}, by SHA-256"
    if policy.training_datasets:
        yield "Training data", f"at least {policy.training_datasets} dataset version linked"
    for approval in policy.approvals:
        people = "1 person" if approval.quorum == 1 else f"{approval.quorum} people"
        yield f"Approval, {role_title(approval.role)} review", f"{people} who wrote nothing of it"


def _measured(policy: Policy) -> Iterator[tuple[str, str]]:
    rule = policy.evaluations
    if rule is None:
        return
    yield (
        "Evaluation",
        f"at most {rule.max_age_days} days old, {rule.minimum_rows:,} records, "
        f"{rule.minimum_attributes} sensitive attribute{'s' if rule.minimum_attributes > 1 else ''}",
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
