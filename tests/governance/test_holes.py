"""The holes that systems of this kind have had; each must stay closed."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import reverse

from governance.gate import may_promote
from governance.models import Attestation, Decision, Emergency, Release, Waiver
from governance.services import decisions, evaluations, predictions, promotions, records, releases, waivers
from governance.services.facts import requirements_of
from governance.services.gatekeeping import ask_about_artifact, ask_about_version
from governance.workflow import State, Step
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Person
from registry.policy import SYSTEM, Actor, Role, TeamRole
from registry.services import people, versions
from registry.services.tokens import create_token
from tests import factories
from tests.unit.governance.made import EVALUATION, POLICY, measured

pytestmark = pytest.mark.django_db
TREE = "framework:oecd_ai_principles"


@pytest.fixture
def owner() -> Actor:
    return factories.engineer()


def state_of(release: Release) -> str:
    return Release.objects.get(pk=release.pk).state


def allowed(release: Release) -> bool:
    version = release.version
    return ask_about_version(asker=SYSTEM, model=version.asset.slug, version=version.name, environment=release.environment).allowed


# 1. Editing what a submitted release points to.


def test_editing_what_a_submitted_release_points_to_changes_nothing_of_it(owner):
    release = factories.emergency_of(owner, "")
    text, digest = release.snapshot.text, release.snapshot.digest
    versions.describe_version(actor=owner, version_id=release.version_id, commit="abcdef1", notes="Other.")
    factories.answer_everything(owner, release.version, "no")
    after = Release.objects.select_related("snapshot").get(pk=release.pk)
    assert (after.snapshot.text, after.snapshot.digest) == (text, digest)
    factories.decide(factories.reviewer(), release)
    assert promotions.promote(actor=owner, release_id=release.pk).snapshot.digest == digest


# 2. An artifact swapped behind a name or a tag.


def test_an_artifact_swapped_behind_its_name_is_not_let_through(owner):
    made = factories.filled_version(owner)
    first = versions.add_artifact(actor=owner, version_id=made.pk, name="model.bin", sha256="12" * 32, size=1)
    factories.promotion(owner, made)
    versions.remove_artifact(actor=owner, version_id=made.pk, artifact_id=first.pk)
    versions.add_artifact(actor=owner, version_id=made.pk, name="model.bin", sha256="34" * 32, size=1)
    assert not ask_about_artifact(asker=owner, artifact="34" * 32, environment="staging").allowed


# 3. A colleague's later approval covering a standing refusal.


@pytest.mark.parametrize("step", [Step.REJECT, Step.REQUEST_CHANGES])
def test_a_colleagues_later_approval_does_not_cover_a_standing_refusal(owner, step):
    release = factories.emergency_of(owner, "")
    factories.decide(factories.reviewer(), release, step=step)
    factories.decide(factories.reviewer(), release)
    with pytest.raises(ConflictError):
        promotions.promote(actor=owner, release_id=release.pk)


# 4. A "minor" release that skips review.


def test_no_version_is_too_small_for_its_review(owner):
    made = factories.emergency_of(owner, "")
    factories.decide(factories.reviewer(), made)
    promotions.promote(actor=owner, release_id=made.pk)
    for name in ("1.0.1", "1.0.0-hotfix", "1.0.0+build"):
        version = versions.add_version(actor=owner, asset_id=made.version.asset_id, name=name, commit="0123abc", carry_from=made.version_id)
        asked = factories.release(owner, version)
        assert "approval:ml" in {one.key for one in requirements_of(asked) if one.state == "unmet"}
        with pytest.raises(ConflictError):
            promotions.promote(actor=owner, release_id=asked.pk)


# 5. The author or the requester in a reviewing role.


@pytest.mark.parametrize("relation", ["author", "requester"])
def test_neither_author_nor_requester_decides_in_any_role(owner, relation):
    team = next(iter(owner.teams))
    other = factories.person(roles=list(Role))
    people.set_membership(actor=SYSTEM, team_id=team, person_id=other.pk, role=TeamRole.OWNER)
    person = Person.objects.get(pk=other.pk).actor()
    made = factories.version(owner, tier="limited")
    if relation == "author":
        factories.fill_document(person, made)
    submitter = person if relation == "requester" else owner
    release = releases.submit(actor=submitter, version_id=made.pk, environment="staging")
    with pytest.raises(ForbiddenError, match="own work"):
        factories.decide(person, release)


# 6. A change that commits while its journal entry fails: both or neither.


def acts(owner: Actor) -> dict[str, Any]:
    """Every step of a release, ready to be taken."""
    bare = factories.release(owner, factories.filled_version(owner, tier="limited"))
    pending = factories.waiver(owner, bare, TREE)
    promoted = factories.promotion(owner, factories.filled_version(owner))
    ready = factories.release(owner, factories.filled_version(owner))
    reviewer = factories.reviewer()
    return {
        "decide": lambda: factories.decide(reviewer, bare),
        "grant": lambda: waivers.answer_waiver(actor=reviewer, waiver_id=pending.pk, is_granted=True, comment="So."),
        "withdraw": lambda: releases.withdraw(actor=owner, release_id=bare.pk, reason="So."),
        "promote": lambda: promotions.promote(actor=owner, release_id=ready.pk),
        "suspend": lambda: promotions.suspend(actor=owner, release_id=promoted.pk, reason="So."),
        "revoke": lambda: promotions.revoke(actor=owner, release_id=promoted.pk, reason="So."),
    }


def rows() -> list[list[tuple[Any, ...]]]:
    return [list(kind.objects.order_by("pk").values_list()) for kind in (Release, Decision, Waiver, Emergency, Attestation)]


def test_a_change_whose_journal_entry_fails_does_not_happen(owner, monkeypatch):
    taken = acts(owner)
    before = rows()

    def fail(*_: object, **__: object) -> None:
        message = "The disk is full."
        raise OSError(message)

    for name, act in taken.items():
        with monkeypatch.context() as broken, transaction.atomic():
            broken.setattr(audit, "record", fail)
            with pytest.raises(OSError, match="full"), transaction.atomic():
                act()
        assert rows() == before, name


def test_an_entry_whose_change_fails_is_not_there(owner, monkeypatch):
    ready = factories.release(owner, factories.filled_version(owner))
    number = audit.history().count()

    def fail(*_: object, **__: object) -> None:
        message = "The disk is full."
        raise OSError(message)

    monkeypatch.setattr(promotions, "attest_promotion", fail)
    with pytest.raises(OSError, match="full"), transaction.atomic():
        promotions.promote(actor=owner, release_id=ready.pk)
    assert audit.history().count() == number
    assert state_of(ready) == State.IN_REVIEW


# 7. Bulk import, API, command or admin passing by the workflow.


def test_rows_that_were_imported_in_bulk_promote_nothing(owner):
    release = factories.emergency_of(owner, "")
    reviewer = factories.reviewer()
    words = {"person_id": reviewer.id, "role": "ml", "step": Step.APPROVE, "comment": "Imported."}
    Decision.objects.bulk_create([Decision(release=release, snapshot=release.snapshot, **words)])
    with pytest.raises(ConflictError, match="the journal tells of"):
        promotions.promote(actor=owner, release_id=release.pk)
    assert any("Decision" in fault for fault in records.faults())


def test_a_state_that_was_set_past_the_workflow_opens_nothing(owner):
    promoted = factories.promotion(owner, factories.filled_version(owner))
    release = factories.release(owner, factories.filled_version(owner))
    moments = {"promoted_at": promoted.promoted_at, "promoted_by_id": owner.id, "expires_at": promoted.expires_at}
    Release.objects.filter(pk=release.pk).update(state=State.PROMOTED, **moments)
    assert not allowed(release)
    assert list(records.faults())


def test_programs_change_no_release(owner):
    """Every address of the API that tells of releases reads; a token acts as its person and no more."""
    release = factories.emergency_of(owner, "")
    _, secret = create_token(actor=owner, name="t", days=1)
    client = Client(headers={"authorization": f"Bearer {secret}"})
    addresses = [reverse("api-releases"), reverse("api-gate"), reverse("api-attestation", args=[release.pk])]
    for address in addresses:
        for verb in ("post", "put", "patch", "delete"):
            response = getattr(client, verb)(address, json.dumps({"state": "promoted"}), content_type="application/json")
            assert response.status_code in {403, 404, 405}
    assert state_of(release) == State.IN_REVIEW


def test_the_admin_neither_adds_nor_changes_nor_deletes():
    root = Person.objects.create_superuser("root@test.example", factories.PASSWORD, name="Root")
    request = type("Request", (), {"user": root})()
    ours = [window for kind, window in admin.site._registry.items() if kind._meta.app_label in {"governance", "registry"}]
    assert ours
    for window in ours:
        assert not window.has_add_permission(request), window
        assert not window.has_change_permission(request), window
        assert not window.has_delete_permission(request), window


def test_no_superuser_is_above_the_policy(owner):
    release = factories.emergency_of(owner, "")
    root = Person.objects.create_superuser("root@test.example", factories.PASSWORD, name="Root").actor()
    for act in (
        lambda: factories.decide(root, release),
        lambda: promotions.promote(actor=root, release_id=release.pk),
        lambda: promotions.promote(actor=SYSTEM, release_id=release.pk),
        lambda: decisions.decide(actor=SYSTEM, release_id=release.pk, role="ml", step=Step.APPROVE, digest="", comment="x", consent=""),
    ):
        with pytest.raises(ForbiddenError):
            act()


# 8. A group missing from an evaluation reading as fair.


def test_a_group_without_a_rate_is_missing_and_never_fair(owner):
    made = factories.version(owner, tier="limited")
    lines = ["sex,age_group,y_true,y_pred,score"]
    for number in range(400):
        sex = ("female", "male", "other")[number % 3]
        truth = 0 if sex == "other" else number // 3 % 2
        lines.append(f"{sex},{'old' if number % 2 else 'young'},{truth},{truth},0.5")
    sent = io.BytesIO("\n".join(lines).encode() + b"\n")
    file = predictions.upload_predictions(actor=owner, version_id=made.pk, filename="p.csv", stream=sent, most_bytes=10**6)
    asked = evaluations.request_evaluation(actor=owner, predictions_id=file.pk, name="Held-out", columns=factories.COLUMNS)
    evaluations.carry_out(asked.pk)
    finding = asked.findings.get(metric="eopp_difference", attribute="sex")
    assert finding.body["incomplete_groups"]
    assert finding.verdict != "pass"


def test_an_incomplete_finding_does_not_pass_the_gate():
    findings = tuple(replace(one, incomplete=one.attribute == "sex") for one in EVALUATION.findings)
    unmet = [one.key for one in may_promote(POLICY, measured(findings=findings))]
    assert set(unmet) == {f"metric:{metric}" for metric in POLICY.evaluations.metrics}


# 9. Waiving what may never be waived.


def test_no_approval_objection_tier_or_comment_is_waived(owner):
    release = factories.release(owner, factories.filled_version(owner, tier="limited"))
    for key in ("approval:ml", "objections", "tier", "comments", "forbidden", "emergency-review"):
        with pytest.raises(DomainError, match="does not let anybody"):
            factories.waiver(owner, release, key)
