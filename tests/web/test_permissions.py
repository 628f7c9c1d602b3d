"""Every URL with every role: one table, walked in full.

A URL name that the table does not know fails the test, so that a new page
joins it by itself. ``login`` is the redirect to the sign-in page; other
numbers are statuses. A cell is a GET unless the row says POST.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from governance.models import Assessment, Dossier, Evaluation, Evidence, JobState, Predictions, Release
from governance.reports.ll144 import Choices
from governance.services import dossiers, evaluations, evidence, mappings, predictions, promotions, releases, summaries
from governance.workflow import Step
from registry.catalog.loader import frameworks
from registry.models import Person, Version
from registry.policy import Role, TeamRole
from registry.services import tokens, versions
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
AUDIT = row(LOGIN, 403, 403, 403, 403, 403, 200, 200)
LISTED = row(401, 200, 200, 200, 200, 200, 200, 200)
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
CONTRACT = {
    "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-name": "sex", "form-0-kind": "text", "is_blocking": "on",
}  # fmt: skip
TABLE: dict[str, list[Call]] = {
    "home": [Call(EVERYBODY)],
    "health": [Call(OPEN)],
    "model-list": [Call(EVERYBODY)],
    "dataset-list": [Call(EVERYBODY)],
    "release-list": [Call(EVERYBODY)],
    "policy-list": [Call(EVERYBODY)],
    "policy": [Call(EVERYBODY, "policy")],
    "tokens": [Call(EVERYBODY), Call(EVERYBODY, post={"name": "pipeline", "days": "5"})],
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
            {"name": "Other", "tier": "minimal", "tier_reason": "For a test."},
        ),
    ],
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
    "version-journal": [Call(READ, "version")],
    "checklist-list": [Call(READ, "version")],
    "checklist": [Call(READ, "framework")],
    "checklist-item": [Call(READ, "item"), Call(WRITE, "item", {"value": "yes", "justification": "So."})],
    "answer-clear": [Call(WRITE, "item", {})],
    "evidence-add": [Call(WRITE, "item", {"title": "Note", "url": "https://example.org/"})],
    "evidence": [Call(READ, "evidence")],
    "evidence-remove": [Call(WRITE, "evidence", {})],
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
    "release-snapshot": [Call(READ, "release")],
    "release-resubmit": [Call(row(LOGIN, 404, 403, 302, 302, 403, 403, 403), "release", {"reason": "x"})],
    "release-step": [
        Call(row(LOGIN, 404, 403, 302, 302, 403, 403, 403), "withdraw", {"reason": "x"}),
        Call(row(LOGIN, 404, 422, 422, 422, 302, 422, 422), "approve", {"role": "ml", "comment": "Fine.", "digest": "@digest"}),
        Call(row(LOGIN, 404, 403, 403, 409, 403, 403, 403), "promote", {}),
        Call(row(LOGIN, 404, 403, 403, 409, 409, 403, 403), "revoke", {"reason": "x"}),
        Call(row(LOGIN, 404, 403, 403, 302, 302, 403, 403), "suspend", {"reason": "x"}),
        Call(row(LOGIN, 404, 403, 403, 403, 302, 403, 403), "resume", {"reason": "x"}),
        Call(row(LOGIN, 404, 403, 403, 302, 403, 403, 403), "roll-back", {"reason": "x"}),
    ],
    "dossier": [Call(READ, "release"), Call(row(LOGIN, 404, 302, 302, 302, 302, 302, 302), "release", {})],
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
    "assay-keys": [Call(OPEN)],
    "attestation-verify": [Call(OPEN), Call(OPEN, post={"text": "{}"})],
    "release-attestation": [Call(READ, "attestation")],
    "api-attestation": [Call(row(401, 404, 200, 200, 200, 200, 200, 200), "promoted")],
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
    done = factories.evaluation(owner, made, rows=40)
    kept = predictions.upload_predictions(
        actor=owner, version_id=made.pk, filename="p.csv", stream=io.BytesIO(factories.predictions_csv(44)), most_bytes=10**6
    )
    failed = evaluations.request_evaluation(actor=owner, predictions_id=kept.pk, name="Broken", columns=factories.COLUMNS)
    mapping = mappings.save_mapping(actor=owner, asset_id=made.asset_id, name="Usual", columns=factories.COLUMNS)
    queued = evaluations.request_evaluation(actor=owner, predictions_id=kept.pk, name="Waits", columns=factories.COLUMNS)
    Evaluation.objects.filter(pk=failed.pk).update(state=JobState.FAILED, error="For a test.")
    release = releases.submit(actor=owner, version_id=made.pk, environment="staging")
    versions.describe_version(actor=owner, version_id=made.pk, commit="0123abc", notes="Changed since.")
    dossier = dossiers.request_dossier(actor=owner, release_id=release.pk)
    dossiers.carry_out(dossier.pk)
    chosen = Choices.from_json(LL144 | {"exclude": False, "reason": "", "unknown": []})
    summary = summaries.request_summary(actor=owner, evaluation_id=done.pk, choices=chosen)
    summaries.carry_out(summary.pk)
    token, _ = tokens.create_token(actor=owner, name="t", days=1)
    promoted = factories.promotion(owner, factories.filled_version(owner))
    suspended = factories.promotion(owner, factories.filled_version(owner))
    promotions.suspend(actor=owner, release_id=suspended.pk, reason="For a test.")
    superseded = factories.promotion(owner, factories.filled_version(owner))
    later = versions.add_version(actor=owner, asset_id=superseded.version.asset_id, name="2", carry_from=superseded.version_id)
    factories.promotion(owner, later)
    checkpoint = take_checkpoint()
    assert checkpoint is not None
    at = list(made.url_args)
    return World(
        people,
        {
            "": [],
            "policy": ["high-staging"],
            "token": [token.pk],
            "person": [people["viewer"].pk],
            "kind": ["model"],
            "asset": at[:2],
            "version": at,
            "slug": at[1:],
            "artifact": [*at, artifact.pk],
            "lineage": [*at, link.pk],
            "format": [*at, "huggingface"],
            "section": [*at, "intended_use"],
            "framework": [*at, "nist_ai_rmf"],
            "item": [*at, "nist_ai_rmf", item.slug],
            "evidence": [*at, piece.pk],
            "predictions": [*at, kept.pk],
            "evaluation": [*at, done.pk],
            "groups": [*at, done.pk, 1],
            "id": [done.pk],
            "summary": [*at, done.pk, summary.pk],
            "mapping": [*at, mapping.pk],
            "failed": [*at, failed.pk],
            "queued": [*at, queued.pk],
            "release": [*at, release.pk],
            "withdraw": [*at, release.pk, Step.WITHDRAW],
            "approve": [*at, release.pk, Step.APPROVE],
            "promote": [*at, release.pk, Step.PROMOTE],
            "revoke": [*at, release.pk, Step.REVOKE],
            "suspend": [*promoted.version.url_args, promoted.pk, Step.SUSPEND],
            "resume": [*suspended.version.url_args, suspended.pk, Step.RESUME],
            "roll-back": [*superseded.version.url_args, superseded.pk, Step.ROLL_BACK],
            "dossier": [*at, release.pk, dossier.pk],
            "attestation": [*promoted.version.url_args, promoted.pk, promoted.attestations.get().pk],
            "promoted": [promoted.pk],
            "entry": [1],
            "checkpoint": [checkpoint.pk],
        },
        {"@team": team, "@data": data.pk, "@digest": release.snapshot.digest, "@slug": at[1], "@subject": made.subject},
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
