"""Every URL with every role: one table, walked in full.

A URL name that the table does not know fails the test, so that a new page
joins it by itself. ``login`` is the redirect to the sign-in page; other
numbers are statuses. A cell is a GET unless the row says POST.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from governance.demo.triages import NOTHING
from governance.models import Assessment, Dossier, Evaluation, Evidence, JobState, PolicyEdition, Predictions, Release
from governance.reports.choices import USUAL
from governance.reports.ll144 import Choices
from governance.services import (
    assignments,
    bulk,
    bundles,
    decisions,
    delegations,
    dossiers,
    evaluations,
    evidence,
    incidents,
    mappings,
    policyeditions,
    predictions,
    promotions,
    registers,
    releases,
    riskactions,
    risks,
    summaries,
    tieroverrides,
    triages,
)
from governance.workflow import Step
from registry.catalog.loader import frameworks, template
from registry.models import Person, Version
from registry.policy import SYSTEM, Role, TeamRole
from registry.services import assignments as sections
from registry.services import comments, tokens, versions
from registry.services.checkpoints import take_checkpoint
from tests import factories

ROLES = ("anonymous", "stranger", "viewer", "contributor", "owner", "reviewer", "auditor", "administrator")
LOGIN = "login"


def row(*statuses: Any) -> dict[str, Any]:
    return dict(zip(ROLES, statuses, strict=True))


#                 anonymous stranger viewer contributor owner reviewer auditor administrator
READ = row(LOGIN, 404, 200, 200, 200, 200, 200, 200)
EVERYBODY = row(LOGIN, 200, 200, 200, 200, 200, 200, 200)
WRITE = row(LOGIN, 404, 403, 302, 302, 403, 403, 403)
OWN = row(LOGIN, 404, 403, 403, 302, 403, 403, 403)
ADMINISTRATE = row(LOGIN, 403, 403, 403, 403, 403, 403, 200)
# Roles of this table that nobody of it holds; tests/web/test_policy_permissions.py walks who does.
NOBODY = row(LOGIN, 403, 403, 403, 403, 403, 403, 403)
AUDIT = row(LOGIN, 403, 403, 403, 403, 403, 200, 200)
LISTED = row(401, 200, 200, 200, 200, 200, 200, 200)
HOUSE = row(LOGIN, 403, 403, 403, 403, 200, 200, 200)
OPEN = row(200, 200, 200, 200, 200, 200, 200, 200)


@dataclass(frozen=True)
class Call:
    """One request of the table."""

    statuses: dict[str, Any]
    args: str = ""
    post: dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict)


LL144 = {
    "sex": "sex",
    "race": "",
    "rate": "selection",
    "exclude": "no",
    "audited_on": "2026-11-20",
    "distributed_on": "2027-01-02",
    "source": "Held-out applications.",
}
PRINTED = {"paper": "a4", "language": "en"}
CONTRACT = {
    "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-name": "sex", "form-0-kind": "text", "is_blocking": "on",
}  # fmt: skip
APPROVE = {"role": "ml", "comment": "Fine.", "digest": "@digest", "consent": "@consent"}
RISK = {
    "title": "It may go wrong", "inherent_likelihood": "4", "inherent_impact": "4", "treatment": "reduce", "owner": "@owner",
}  # fmt: skip
INCIDENT = {"title": "It went wrong", "happened_on": "2026-11-20", "what": "So.", "impact": "3"}
TABLE: dict[str, list[Call]] = {
    "home": [Call(EVERYBODY)],
    "health": [Call(OPEN)],
    "model-list": [Call(EVERYBODY)],
    "dataset-list": [Call(EVERYBODY)],
    "release-list": [Call(EVERYBODY)],
    "policy-list": [Call(EVERYBODY)],
    "policy": [Call(EVERYBODY, "policy")],
    "policy-edition": [Call(EVERYBODY, "policy-edition"), Call(row(LOGIN, 404, 404, 404, 404, 404, 404, 404), "draft")],
    "edition-begin": [Call(NOBODY), Call(NOBODY, post={"tier": "high", "environment": "staging"})],
    "edition-edit": [Call(NOBODY, "draft"), Call(NOBODY, "draft", {"text": "x", "based_on": "1"})],
    "edition-simulate": [Call(NOBODY, "draft"), Call(NOBODY, "policy-edition")],
    "edition-step": [Call(row(LOGIN, 404, 404, 404, 404, 404, 404, 404), "propose", {})],
    "environment-list": [Call(EVERYBODY)],
    "environment-add": [Call(NOBODY), Call(NOBODY, post={"title": "Canary", "key": "canary", "mode": "prevent"})],
    "environment-edit": [Call(NOBODY, "environment"), Call(NOBODY, "environment", {"title": "Canary", "mode": "warn"})],
    "environment-move": [Call(NOBODY, "environment", {"towards": "later"})],
    "tokens": [Call(EVERYBODY), Call(EVERYBODY, post={"name": "pipeline", "days": "5"})],
    "notices": [Call(EVERYBODY)],
    "notices-read": [Call(row(LOGIN, 302, 302, 302, 302, 302, 302, 302), post={"up_to": "1"})],
    "notice-choices": [Call(EVERYBODY), Call(row(LOGIN, 422, 422, 422, 422, 422, 422, 422), post={"other": "loud"})],
    "notice-open": [Call(row(LOGIN, 404, 404, 404, 302, 404, 404, 404), "notice", {})],
    "notice-read": [Call(row(LOGIN, 404, 404, 404, 302, 404, 404, 404), "notice", {})],
    "calendar": [Call(EVERYBODY), Call(EVERYBODY, query={"whose": "all", "by": "week", "model": "@slug"})],
    "calendar-file": [Call(EVERYBODY)],
    "delegations": [
        Call(EVERYBODY),
        Call(
            row(LOGIN, 422, 422, 422, 422, 302, 422, 422),
            post={"role": "ml", "delegate_id": "@other", "starts_on": "2100-01-01", "ends_on": "2100-01-02"},
        ),
    ],
    "delegation-take-back": [Call(row(LOGIN, 404, 404, 404, 404, 302, 404, 404), "delegation", {})],
    "token-revoke": [Call(row(LOGIN, 404, 404, 404, 302, 404, 404, 404), "token", {})],
    "journal": [
        Call(AUDIT),
        Call(AUDIT, query={"subject": "model", "actor": "Somebody", "action": "asset.register", "since": "2026-01-01"}),
    ],
    "journal-export": [Call(AUDIT)],
    "journal-entry": [Call(AUDIT, "entry")],
    "journal-proof": [Call(AUDIT, "entry")],
    "journal-subject": [Call(row(LOGIN, 403, 403, 403, 403, 403, 302, 302), query={"subject": "@subject"})],
    "checkpoint-list": [Call(AUDIT), Call(row(LOGIN, 403, 403, 403, 403, 403, 302, 302), post={})],
    "checkpoint-download": [Call(AUDIT, "checkpoint")],
    "people": [Call(ADMINISTRATE)],
    "organisation": [Call(ADMINISTRATE)],
    "person-add": [Call(ADMINISTRATE)],
    "person-edit": [Call(ADMINISTRATE, "person")],
    "team-add": [Call({**ADMINISTRATE, "administrator": 302}, post={"name": "New team"})],
    "asset-new": [
        Call(EVERYBODY, "kind"),
        Call(
            row(LOGIN, 422, 422, 302, 302, 422, 422, 422),
            "kind",
            {"name": "New", "team": "@team", "tier": "minimal", "tier_reason": "So."},
        ),
    ],
    "asset": [Call(READ, "asset")],
    "asset-edit": [
        Call(READ, "asset"),
        Call(
            row(LOGIN, 404, 403, 403, 302, 403, 403, 403),
            "asset",
            {"name": "Other"},
        ),
    ],
    "triage": [Call(READ, "judged")],
    "triage-answer": [Call(READ, "judged"), Call(row(LOGIN, 404, 403, 403, 422, 403, 403, 403), "judged", {})],
    "triage-past": [Call(READ, "triage")],
    "tier-propose": [Call(row(LOGIN, 404, 403, 403, 422, 403, 403, 403), "judged", {})],
    "tier-answer": [Call(row(LOGIN, 404, 403, 403, 403, 403, 403, 403), "override", {"comment": "So."})],
    "tier-withdraw": [Call(row(LOGIN, 404, 403, 403, 302, 403, 403, 403), "override", {})],
    "overview": [Call(EVERYBODY)],
    "version-coverage": [Call(READ, "version")],
    "key-dates": [Call(EVERYBODY), Call(row(LOGIN, 403, 403, 403, 403, 403, 403, 403), post={})],
    "version-new": [Call(READ, "asset"), Call(WRITE, "asset", {"name": "9.9"})],
    "version": [Call(READ, "version")],
    "version-data": [Call(READ, "version")],
    "version-edit": [Call(READ, "version"), Call(WRITE, "version", {"commit": "abcdef1"})],
    "artifact-add": [Call(WRITE, "version", {"name": "b", "sha256": "cd" * 32})],
    "artifact-remove": [Call(WRITE, "artifact", {})],
    "lineage-add": [Call(WRITE, "version", {"relation": "evaluated-on", "source": "@data"})],
    "lineage-remove": [Call(WRITE, "lineage", {})],
    "document": [Call(READ, "version")],
    "document-history": [Call(READ, "version")],
    "document-compare": [Call(READ, "version"), Call(READ, "version", query={"from": "1", "to": "1"})],
    "document-since-approved": [Call(READ, "version")],
    "document-restore": [Call(row(LOGIN, 404, 403, 409, 409, 403, 403, 403), "version", {"number": "1", "based_on": "99"})],
    "document-confirm": [Call(row(LOGIN, 404, 403, 422, 422, 403, 403, 403), "version", {"field": "overview"})],
    "comment-people": [Call(READ, "version", query={"start": "A"})],
    "comments": [Call(READ, "anchor"), Call(row(LOGIN, 404, 302, 302, 302, 302, 302, 302), "anchor", {"text": "Why?"})],
    "section-assign": [Call(row(LOGIN, 404, 403, 302, 302, 403, 403, 403), "section", {"person": "@writer"})],
    "assignment-done": [Call(WRITE, "assignment", {})],
    "document-import": [
        Call(READ, "version"),
        Call(row(LOGIN, 404, 403, 200, 200, 403, 403, 403), "version", {"file": "@card"}),
        Call(WRITE, "version", {"text": "# Mine\n\nIt sorts.", "based_on": "1", "take": "overview"}),
    ],
    "document-export": [Call(READ, "version")],
    "document-download": [Call(READ, "format")],
    "document-edit": [
        Call(READ, "section"),
        Call(WRITE, "section", {"based_on": "1", "primary_uses": "To test."}),
    ],
    "document-autosave": [
        Call(row(LOGIN, 404, 403, 200, 200, 403, 403, 403), "section", {"based_on": "1", "session": "a-session", "primary_uses": "To."})
    ],
    "document-presence": [Call(row(LOGIN, 404, 403, 200, 200, 403, 403, 403), "section", {"session": "a-session"})],
    "document-preview": [Call(READ, "section", {"text": "**So**"})],
    "document-template": [
        Call(READ, "version"),
        Call(row(LOGIN, 404, 403, 409, 409, 403, 403, 403), "version", {"digest": "", "based_on": "1"}),
    ],
    "document-annex-iv": [Call(READ, "version")],
    "template-list": [Call(EVERYBODY)],
    "template": [Call(EVERYBODY, "template")],
    "template-edition": [Call(EVERYBODY, "edition")],
    "template-yaml": [Call(EVERYBODY, "edition")],
    "template-field-add": [Call(NOBODY, "template", {})],
    "template-field-mark": [Call(NOBODY, "template", {"mark": "hide tags"})],
    "template-field-words": [Call(NOBODY, "template-field"), Call(NOBODY, "template-field", {})],
    "template-section-add": [Call(NOBODY, "template", {})],
    "template-upload": [Call(NOBODY, "template", {})],
    "template-publish": [Call(NOBODY, "template", {"digest": ""})],
    "template-discard": [Call(NOBODY, "template", {})],
    "api-template-schema": [Call(LISTED, "template")],
    "api-template-version-schema": [Call(LISTED, "edition")],
    "version-journal": [Call(READ, "version")],
    "checklist-list": [Call(READ, "version")],
    "checklist": [Call(READ, "framework")],
    "checklist-item": [Call(READ, "item"), Call(WRITE, "item", {"value": "yes", "justification": "So."})],
    "answer-clear": [Call(WRITE, "item", {})],
    "evidence-add": [Call(WRITE, "item", {"title": "Note", "url": "https://example.org/"})],
    "answer-pass-on": [Call(WRITE, "item", {"to": "oecd_ai_principles/1.2.a"})],
    "item-exhibits": [Call(row(LOGIN, 404, 403, 422, 422, 403, 403, 403), "item", {})],
    "version-crosswalk": [Call(READ, "version")],
    "crosswalk": [Call(EVERYBODY)],
    "organisation-checklists": [Call(EVERYBODY)],
    "organisation-item": [Call(EVERYBODY, "house-item"), Call(NOBODY, "house-item", {"value": "yes", "justification": "So."})],
    "organisation-clear": [Call(NOBODY, "house-item", {})],
    "organisation-evidence": [Call(EVERYBODY, "house-evidence")],
    "organisation-evidence-keep": [Call(NOBODY, "house-evidence"), Call(NOBODY, "house-evidence", {})],
    "organisation-evidence-use": [Call(NOBODY, "house-item", {})],
    "organisation-evidence-remove": [Call(NOBODY, "house-evidence", {})],
    "evidence": [Call(READ, "evidence")],
    "evidence-remove": [Call(WRITE, "evidence", {})],
    "evidence-list": [Call(READ, "version")],
    "evidence-use": [Call(WRITE, "item", {"piece": "@piece"})],
    "evidence-off": [Call(WRITE, "supported", {})],
    "checklist-bulk": [
        Call(WRITE, "framework", {"action": "answer", "value": "partly", "item": "map-1-1@"}),
        Call(row(LOGIN, 404, 403, 422, 422, 403, 403, 403), "framework", {"action": "confirm", "item": "map-1-1@"}),
        Call(row(LOGIN, 404, 403, 422, 422, 403, 403, 403), "framework", {}),
    ],
    "checklist-move": [Call(row(LOGIN, 404, 403, 409, 409, 403, 403, 403), "framework", {"digest": ""})],
    "framework-list": [Call(EVERYBODY)],
    "framework": [Call(EVERYBODY, "catalog")],
    "framework-yaml": [Call(EVERYBODY, "catalog")],
    "framework-upload": [Call(NOBODY), Call(NOBODY, post={"text": "x"})],
    "framework-hide": [Call(NOBODY, "catalog", {"item": "GOVERN 1.1"})],
    "framework-add": [Call(NOBODY, "catalog", {})],
    "framework-publish": [Call(NOBODY, "catalog", {"digest": ""})],
    "framework-discard": [Call(NOBODY, "catalog", {})],
    "framework-retire": [Call(NOBODY, "catalog", {"reason": "x"})],
    "framework-bring-back": [Call(NOBODY, "catalog", {})],
    "checklist-undo": [Call(OWN, "change", {})],
    "item-assignment-done": [Call(WRITE, "item-asked", {})],
    "evaluation-list": [Call(READ, "version")],
    "predictions-upload": [
        Call(READ, "version"),
        Call(WRITE, "version", {"name": "Again", "file": "@predictions", "whole": "yes"}),
    ],
    "predictions-map": [
        Call(READ, "predictions"),
        Call(
            WRITE,
            "predictions",
            {"name": "n", "label": "y_true", "prediction": "y_pred", "favourable": "1", "attributes": ["sex"]},
        ),
    ],
    "data-contract": [
        Call(READ, "version"),
        Call(WRITE, "version", CONTRACT),
        Call(row(LOGIN, 404, 403, 422, 422, 403, 403, 403), "version", {}),
    ],
    "contract-delete": [Call(WRITE, "version", {})],
    "mapping-list": [Call(READ, "version")],
    "mapping-rename": [Call(WRITE, "mapping", {"name": "Another"}), Call(row(LOGIN, 404, 403, 422, 422, 403, 403, 403), "mapping", {})],
    "mapping-delete": [Call(WRITE, "mapping", {})],
    "evaluation": [Call(READ, "evaluation")],
    "evaluation-newest": [Call(row(LOGIN, 404, 302, 302, 302, 302, 302, 302), "version")],
    "evaluation-figures": [Call(READ, "version")],
    "evaluation-compare": [Call(READ, "version")],
    "evaluation-groups": [Call(READ, "groups")],
    "evaluation-counts": [Call(READ, "evaluation")],
    "ll144": [Call(READ, "evaluation"), Call(WRITE, "evaluation", LL144)],
    "ll144-download": [Call(READ, "summary")],
    "evaluation-retry": [Call(WRITE, "failed", {})],
    "evaluation-cancel": [Call(WRITE, "queued", {}), Call(row(LOGIN, 404, 403, 409, 409, 403, 403, 403), "failed", {})],
    "version-releases": [Call(READ, "version")],
    "release-submit": [Call(READ, "version"), Call(WRITE, "version", {"environment": "production"})],
    "release": [Call(READ, "release")],
    "release-review": [Call(READ, "release")],
    "release-snapshot": [Call(READ, "release")],
    "release-resubmit": [Call(row(LOGIN, 404, 403, 302, 302, 403, 403, 403), "release", {"reason": "x"})],
    "release-assign": [
        Call(row(LOGIN, 404, 403, 302, 302, 302, 403, 403), "release", {"role": "ml", "person_id": "@reviewer"}),
        Call(row(LOGIN, 404, 302, 302, 302, 302, 302, 302), "release", {"role": "nobody"}),
        Call(row(LOGIN, 404, 403, 422, 422, 422, 403, 403), "release", {"role": "ml", "person_id": "@owner"}),
    ],
    "reviewer-move": [
        Call(row(LOGIN, 404, 403, 302, 302, 302, 403, 403), "reviewer", {"person_id": "@reviewer"}),
        Call(row(LOGIN, 404, 403, 422, 422, 422, 403, 403), "reviewer", {"person_id": "@owner"}),
    ],
    "reviewer-end": [Call(row(LOGIN, 404, 403, 302, 302, 302, 403, 403), "reviewer", {"reason": "x"})],
    "release-step": [
        Call(row(LOGIN, 404, 403, 302, 302, 403, 403, 403), "withdraw", {"reason": "x"}),
        Call(row(LOGIN, 404, 422, 422, 422, 200, 422, 422), "approve", {"role": "ml", "comment": "Fine.", "digest": "@digest"}),
        Call(row(LOGIN, 404, 422, 422, 422, 302, 422, 422), "approve", APPROVE),
        Call(row(LOGIN, 404, 403, 403, 409, 403, 403, 403), "promote", {}),
        Call(row(LOGIN, 404, 403, 403, 409, 409, 403, 403), "revoke", {"reason": "x"}),
        Call(row(LOGIN, 404, 403, 403, 302, 302, 403, 403), "suspend", {"reason": "x"}),
        Call(row(LOGIN, 404, 403, 403, 403, 302, 403, 403), "resume", {"reason": "x"}),
        Call(row(LOGIN, 404, 403, 403, 302, 403, 403, 403), "roll-back", {"reason": "x"}),
    ],
    "emergency-ask": [Call(row(LOGIN, 404, 403, 403, 302, 403, 403, 403), "lacking", {"reason": "x"})],
    "emergency-answer": [
        Call(row(LOGIN, 404, 403, 403, 403, 302, 403, 403), "asked", {"answer": "confirm", "comment": "x"}),
        Call(row(LOGIN, 404, 403, 403, 403, 302, 403, 403), "asked", {"answer": "refuse", "comment": "x"}),
        Call(row(LOGIN, 404, 422, 422, 422, 422, 422, 422), "asked", {}),
    ],
    "emergency-withdraw": [Call(row(LOGIN, 404, 403, 403, 302, 403, 403, 403), "asked", {})],
    "emergency-review": [
        Call(row(LOGIN, 404, 422, 422, 422, 302, 422, 422), "owed", {"role": "ml", "step": "approve", "comment": "x"}),
    ],
    "waiver-request": [
        Call(WRITE, "release", {"requirement": "framework:oecd_ai_principles", "days": "5", "reason": "x"}),
        Call(row(LOGIN, 404, 422, 422, 422, 422, 422, 422), "release", {}),
    ],
    "waiver-answer": [
        Call(row(LOGIN, 404, 403, 403, 403, 302, 403, 403), "waiver", {"answer": "grant", "days": "5", "comment": "x"}),
        Call(row(LOGIN, 404, 422, 422, 422, 422, 422, 422), "waiver", {}),
    ],
    "waiver-withdraw": [Call(WRITE, "waiver", {})],
    "waiver-revoke": [Call(row(LOGIN, 404, 403, 403, 403, 302, 403, 403), "granted", {"reason": "x"})],
    "dossier": [Call(READ, "release"), Call(row(LOGIN, 404, 302, 302, 302, 302, 302, 302), "release", {})],
    "dossier-edition": [Call(row(LOGIN, 404, 200, 200, 200, 200, 200, 200), "release", {"form": "md", "kind": "card"})],
    "dossier-download": [Call(READ, "dossier")],
    "api-predictions": [
        Call(row(401, 404, 403, 422, 422, 403, 403, 403), "slug", {"file": "x"}),
        Call(row(401, 405, 405, 405, 405, 405, 405, 405), "slug"),
    ],
    "api-assets": [Call(LISTED)],
    "api-versions": [Call(LISTED)],
    "api-evaluations": [Call(LISTED)],
    "api-evaluation": [Call({**LISTED, "stranger": 404}, "id")],
    "api-document": [
        Call(row(401, 404, 200, 200, 200, 200, 200, 200), query={"kind": "model", "asset": "@slug", "version": "1.0.0", "as": "json"}),
        Call(
            row(401, 404, 403, 200, 200, 403, 403, 403),
            post={"kind": "model", "asset": "@slug", "version": "1.0.0", "file": "@card"},
        ),
    ],
    "api-releases": [Call(LISTED)],
    "framework-choose": [Call(WRITE, "further", {}), Call(WRITE, "further", {"drop": "1"})],
    "risk-list": [Call(READ, "version"), Call(READ, "version", query={"show": "unaccepted"})],
    "risk-new": [Call(row(LOGIN, 404, 403, 200, 200, 403, 403, 403), "version"), Call(WRITE, "version", RISK)],
    "risk-import": [
        Call(row(LOGIN, 404, 403, 200, 200, 403, 403, 403), "version"),
        Call(WRITE, "version", {"file": "@risks"}),
    ],
    "risk-csv": [Call(READ, "version")],
    "risk-register": [Call(EVERYBODY), Call(EVERYBODY, query={"show": "above", "q": "wrong"})],
    "risk-register-csv": [Call(EVERYBODY)],
    "risk-scale": [Call(EVERYBODY), Call(row(LOGIN, 403, 403, 403, 403, 403, 403, 403), post={})],
    "risk": [Call(READ, "risk")],
    "risk-edit": [Call(row(LOGIN, 404, 403, 200, 200, 403, 403, 403), "risk"), Call(WRITE, "risk", RISK)],
    "risk-accept": [Call(row(LOGIN, 404, 403, 403, 403, 403, 403, 403), "risk", {"reason": "So.", "until": "@tomorrow"})],
    "risk-close": [Call(WRITE, "risk", {"reason": "Gone."})],
    "risk-reopen": [Call(row(LOGIN, 404, 403, 302, 302, 403, 403, 403), "closed-risk", {"reason": "Back."})],
    "risk-action-add": [Call(WRITE, "risk", {"text": "Do.", "owner": "@owner"})],
    "risk-action-done": [Call(WRITE, "risk-action", {})],
    "incident-list": [Call(EVERYBODY)],
    "incident-new": [
        Call(row(LOGIN, 404, 403, 200, 200, 200, 403, 403), "version"),
        Call(row(LOGIN, 404, 403, 302, 302, 302, 403, 403), "version", INCIDENT),
    ],
    "incident": [Call(READ, "incident")],
    "incident-close": [Call(row(LOGIN, 404, 403, 302, 302, 302, 403, 403), "incident", {"reason": "Mended."})],
    "incident-action-add": [Call(row(LOGIN, 404, 403, 302, 302, 302, 403, 403), "incident", {"text": "Do.", "owner": "@owner"})],
    "evidence-keep": [
        Call(row(LOGIN, 404, 403, 200, 200, 403, 403, 403), "evidence"),
        Call(WRITE, "evidence", {"owner": "@owner", "expires_on": ""}),
    ],
    "assay-keys": [Call(OPEN)],
    "bundle-list": [Call(EVERYBODY), Call(dict.fromkeys(EVERYBODY, 422) | {"anonymous": LOGIN}, post={})],
    "bundle-download": [Call(row(LOGIN, 404, 404, 404, 409, 404, 404, 404), "bundle")],
    "register-list": [Call(HOUSE), Call({role: 302 if status == 200 else status for role, status in HOUSE.items()}, post=PRINTED)],
    "register-download": [Call({role: 409 if status == 200 else status for role, status in HOUSE.items()}, "register")],
    "register-csv": [Call({role: 409 if status == 200 else status for role, status in HOUSE.items()}, "register")],
    "pdf-verify": [Call(OPEN), Call(dict.fromkeys(OPEN, 422), post={})],
    "pdf-address": [Call(OPEN, "short")],
    "attestation-verify": [Call(OPEN), Call(OPEN, post={"text": "{}"})],
    "release-attestation": [Call(READ, "attestation")],
    "api-attestation": [Call(row(401, 404, 200, 200, 200, 200, 200, 200), "promoted")],
    "api-dossier": [
        Call(row(401, 404, 200, 200, 200, 200, 200, 200), "promoted", query={"form": "html", "kind": "summary"}),
        Call(row(401, 422, 422, 422, 422, 422, 422, 422), "promoted", query={"form": "pdf"}),
    ],
    "api-journal": [Call(row(401, 403, 403, 403, 403, 403, 200, 200))],
    "api-schema": [Call(LISTED)],
    "api-gate": [
        Call(row(401, 404, 200, 200, 200, 200, 200, 200), query={"model": "@slug", "version": "1.0.0", "environment": "staging"}),
        Call(row(401, 422, 422, 422, 422, 422, 422, 422)),
    ],
}
ELSEWHERE = ("admin:", "account_", "mfa_")


@dataclass
class World:
    """A model in review, and a person for each role."""

    people: dict[str, Person]
    args: dict[str, list[Any]]
    words: dict[str, Any]

    def client(self, role: str) -> Client:
        client = Client()
        if role != "anonymous":
            client.force_login(self.people[role])
        return client

    def call(self, role: str, name: str, call: Call) -> Any:
        address = reverse(name, args=self.args[call.args])
        if call.post is None:
            query = {key: self.word(value) for key, value in call.query.items()}
            response = self.client(role).get(address, query)
        else:
            response = self.client(role).post(address, {key: self.word(value) for key, value in call.post.items()})
        for close in response._resource_closers:  # the files; closing the response would close the database too
            close()
        if response.status_code == 302 and response["Location"].startswith(reverse("account_login")):
            return LOGIN
        return response.status_code

    def word(self, value: Any) -> Any:
        if value == "@predictions":
            stream = io.BytesIO(factories.predictions_csv(40))
            stream.name = "p.csv"
            return stream
        if value == "@risks":
            stream = io.BytesIO(b"title,inherent_likelihood,inherent_impact\nIt may go wrong,2,2\n")
            stream.name = "risks.csv"
            return stream
        if value == "@card":
            stream = io.BytesIO(b"# Mine\n\nIt sorts.\n")
            stream.name = "card.md"
            return stream
        return self.words.get(value, value) if isinstance(value, str) else value


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ring no bell: the table is about permission, not about work."""
    monkeypatch.setattr("celery.app.task.Task.delay", lambda *_, **__: None)


@pytest.fixture
def world(db: None, no_broker: None) -> World:
    team = factories.team()
    people = {
        "stranger": factories.person(member_of=factories.team()),
        "viewer": factories.person(member_of=team, team_role=TeamRole.VIEWER),
        "contributor": factories.person(member_of=team, team_role=TeamRole.CONTRIBUTOR),
        "owner": factories.person(member_of=team),
        "reviewer": factories.person(roles=[Role.REVIEWER_ML]),
        "auditor": factories.person(roles=[Role.AUDITOR]),
        "administrator": factories.person(roles=[Role.ADMINISTRATOR]),
    }
    people["stranger"] = Person.objects.get(pk=people["stranger"].pk)
    owner = people["owner"].actor()
    return furnish(owner, people, team.pk)


def furnish(owner: Any, people: dict[str, Person], team: int) -> World:
    data = factories.version(owner, kind="dataset", name="1")
    made = factories.version(owner, tier="limited")
    artifact = versions.add_artifact(actor=owner, version_id=made.pk, name="a", sha256="ab" * 32, size=1)
    link = versions.link_source(actor=owner, version_id=made.pk, source_id=data.pk, relation="trained-on")
    item = next(iter(frameworks()["nist_ai_rmf"].items))
    factories.answer_one(owner, made, item.slug)
    piece = evidence.attach_file(
        actor=owner,
        version_id=made.pk,
        framework_key="nist_ai_rmf",
        item_slug=item.slug,
        title="Note",
        filename="note.txt",
        stream=io.BytesIO(b"note"),
        most_bytes=100,
    )
    at_item = {"actor": owner, "version_id": made.pk, "framework_key": "nist_ai_rmf"}
    change = bulk.answer_items(**at_item, seen={"map-1-2": ""}, value="yes")
    bulk.assign_items(**at_item, seen={"map-1-3": ""}, person_id=people["contributor"].pk)
    done = factories.evaluation(owner, made, rows=40)
    kept = predictions.upload_predictions(
        actor=owner, version_id=made.pk, filename="p.csv", stream=io.BytesIO(factories.predictions_csv(44)), most_bytes=10**6
    )
    failed = evaluations.request_evaluation(actor=owner, predictions_id=kept.pk, name="Broken", columns=factories.COLUMNS)
    mapping = mappings.save_mapping(actor=owner, asset_id=made.asset_id, name="Usual", columns=factories.COLUMNS)
    queued = evaluations.request_evaluation(actor=owner, predictions_id=kept.pk, name="Waits", columns=factories.COLUMNS)
    Evaluation.objects.filter(pk=failed.pk).update(state=JobState.FAILED, error="For a test.")
    release = releases.submit(actor=owner, version_id=made.pk, environment="staging")
    other = factories.reviewer("ml")
    assignment = assignments.assign(actor=owner, release_id=release.pk, role="ml", person_id=other.id)
    tomorrow = timezone.localdate() + timedelta(days=1)
    delegation = delegations.delegate(
        actor=people["reviewer"].actor(), role="ml", delegate_id=other.id, starts_on=tomorrow, ends_on=tomorrow
    )
    versions.describe_version(actor=owner, version_id=made.pk, commit="0123abc", notes="Changed since.")
    dossier = dossiers.request_dossier(actor=owner, release_id=release.pk)
    dossiers.carry_out(dossier.pk)
    bundle = bundles.request_bundle(actor=owner, choices=USUAL, only_promoted=False)
    register = registers.request_register(actor=SYSTEM)
    chosen = Choices.from_json(LL144 | {"exclude": False, "reason": "", "unknown": []})
    summary = summaries.request_summary(actor=owner, evaluation_id=done.pk, choices=chosen)
    summaries.carry_out(summary.pk)
    token, _ = tokens.create_token(actor=owner, name="t", days=1)
    notice = factories.notice(owner)
    promoted = factories.promotion(owner, factories.filled_version(owner))
    suspended = factories.promotion(owner, factories.filled_version(owner))
    promotions.suspend(actor=owner, release_id=suspended.pk, reason="For a test.")
    superseded = factories.promotion(owner, factories.filled_version(owner))
    later = factories.next_version(owner, superseded.version, "2")
    factories.promotion(owner, later)
    risk = factories.risk(owner, made)
    closed = factories.risk(owner, made)
    risks.close_risk(actor=owner, risk_id=closed.pk, reason="For a test.")
    action = riskactions.add_action(actor=owner, risk_id=risk.pk, text="Do.", owner_id=owner.id, due_on=None)
    incident = incidents.report_incident(
        actor=owner, asset_id=made.asset_id, title="It broke", happened_on=timezone.localdate(), what="So.", impact=2, risk_ids=[risk.pk]
    )
    asked = sections.assign_section(actor=owner, version_id=made.pk, section="intended_use", person_id=people["contributor"].pk)
    comments.write_comment(actor=owner, version_id=made.pk, anchor="document/overview", text="Why?")
    pending = factories.waiver(owner, release, "document:model_card")
    granted = factories.waiver(
        owner,
        factories.release(owner, factories.version(owner, tier="limited")),
        "document:model_card",
        granted_by=factories.reviewer(),
    )
    lacking, asked_in_emergency, owed = (factories.emergency_of(owner, step) for step in ("", "asked", "confirmed"))
    judged = factories.asset(owner)
    triage = triages.answer_triage(actor=owner, asset_id=judged.pk, answers=NOTHING, based_on=None)
    override = tieroverrides.propose_tier(actor=owner, asset_id=judged.pk, tier="high", reason="So.")
    checkpoint = take_checkpoint()
    draft = policyeditions.begin(actor=factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor(), tier="high", environment="staging")
    house = factories.organisation_answer("govern-1-1")
    assert checkpoint is not None
    at = list(made.url_args)
    return World(
        people,
        {
            "": [],
            "policy": ["high-staging"],
            "environment": ["staging"],
            "template": ["model_card"],
            "template-field": ["model_card", "overview"],
            "edition": ["model_card", template("model_card").version],
            "policy-edition": ["high-staging", PolicyEdition.objects.in_force().get(key="high-staging").pk],
            "draft": [draft.key, draft.pk],
            "propose": [draft.key, draft.pk, "propose"],
            "token": [token.pk],
            "notice": [notice.pk],
            "person": [people["viewer"].pk],
            "kind": ["model"],
            "asset": at[:2],
            "version": at,
            "judged": [judged.kind, judged.slug],
            "triage": [judged.kind, judged.slug, triage.pk],
            "override": [judged.kind, judged.slug, override.pk],
            "slug": at[1:],
            "artifact": [*at, artifact.pk],
            "lineage": [*at, link.pk],
            "format": [*at, "huggingface"],
            "section": [*at, "intended_use"],
            "assignment": [*at, asked.pk],
            "anchor": [*at, "document/overview"],
            "framework": [*at, "nist_ai_rmf"],
            "catalog": ["nist_ai_rmf"],
            "item": [*at, "nist_ai_rmf", item.slug],
            "house-item": ["nist_ai_rmf", "govern-1-1"],
            "house-evidence": [house.evidence.get().pk],
            "evidence": [*at, piece.pk],
            "supported": [*at, "nist_ai_rmf", item.slug, piece.pk],
            "change": [*at, "nist_ai_rmf", change.pk],
            "item-asked": [*at, made.item_assignments.get().pk],
            "predictions": [*at, kept.pk],
            "evaluation": [*at, done.pk],
            "groups": [*at, done.pk, 1],
            "id": [done.pk],
            "summary": [*at, done.pk, summary.pk],
            "mapping": [*at, mapping.pk],
            "failed": [*at, failed.pk],
            "queued": [*at, queued.pk],
            "release": [*at, release.pk],
            "reviewer": [*at, release.pk, assignment.pk],
            "delegation": [delegation.pk],
            "withdraw": [*at, release.pk, Step.WITHDRAW],
            "approve": [*at, release.pk, Step.APPROVE],
            "promote": [*at, release.pk, Step.PROMOTE],
            "revoke": [*at, release.pk, Step.REVOKE],
            "suspend": [*promoted.version.url_args, promoted.pk, Step.SUSPEND],
            "resume": [*suspended.version.url_args, suspended.pk, Step.RESUME],
            "roll-back": [*superseded.version.url_args, superseded.pk, Step.ROLL_BACK],
            "dossier": [*at, release.pk, dossier.pk],
            "bundle": [bundle.pk],
            "register": [register.pk],
            "short": [dossier.content_digest[:16]],
            "lacking": [*lacking.version.url_args, lacking.pk],
            "asked": [*asked_in_emergency.version.url_args, asked_in_emergency.pk, asked_in_emergency.emergencies.get().pk],
            "owed": [*owed.version.url_args, owed.pk, owed.emergencies.get().pk],
            "waiver": [*at, release.pk, pending.pk],
            "granted": [*granted.release.version.url_args, granted.release_id, granted.pk],
            "attestation": [*promoted.version.url_args, promoted.pk, promoted.attestations.get().pk],
            "promoted": [promoted.pk],
            "further": [*at, "iso_42001"],
            "risk": [risk.pk],
            "closed-risk": [closed.pk],
            "risk-action": [action.pk],
            "incident": [incident.pk],
            "entry": [1],
            "checkpoint": [checkpoint.pk],
        },
        {
            "@writer": people["contributor"].pk,
            "@reviewer": people["reviewer"].pk,
            "@other": other.id,
            "@owner": owner.id,
            "@piece": piece.pk,
            "@team": team,
            "@data": data.pk,
            "@digest": release.snapshot.digest,
            "@consent": decisions.consent_for(release, role="ml", step=Step.APPROVE),
            "@slug": at[1],
            "@subject": made.subject,
            "@tomorrow": (timezone.localdate() + timedelta(days=1)).isoformat(),
        },
    )


def names(resolver: URLResolver | None = None, prefix: str = "") -> set[str]:
    """Every URL name of the product, as the URL configuration has it."""
    found: set[str] = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            found |= names(pattern, space)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.add(f"{prefix}{pattern.name}")
    return found


def test_every_url_is_in_the_table():
    ours = {name for name in names() if not name.startswith(ELSEWHERE)}
    assert ours == set(TABLE)


def test_every_role_gets_what_the_table_says(world):
    wrong = []
    for name, calls in TABLE.items():
        for call in calls:
            for role in ROLES:
                with transaction.atomic():
                    got = world.call(role, name, call)
                    transaction.set_rollback(True)
                if got != call.statuses[role]:
                    verb = "GET" if call.post is None else "POST"
                    wrong.append(f"{verb} {name} {call.args} as {role}: {got}, not {call.statuses[role]}")
    assert wrong == [], "\n".join(wrong)


def test_the_admin_is_closed_to_everybody_but_staff_and_writes_nothing(world):
    for role in ROLES[1:]:
        assert world.client(role).get("/admin/").status_code == 302
    staff = Person.objects.create_superuser("root@test.example", factories.PASSWORD, name="Root")
    client = Client()
    client.force_login(staff)
    for model in (Version, Release, Assessment, Evidence, Predictions, Dossier):
        label = model._meta.label_lower.replace(".", "/")
        assert client.get(f"/admin/{label}/").status_code == 200
        assert client.get(f"/admin/{label}/add/").status_code == 403
        first = model.objects.first()
        assert first is not None
        assert client.post(f"/admin/{label}/{first.pk}/delete/").status_code == 403
        assert client.post(f"/admin/{label}/{first.pk}/change/", {}).status_code == 403
