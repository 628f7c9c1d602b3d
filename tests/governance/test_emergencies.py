"""Promotions in an emergency: two people, a short life, loud, and a review that is owed afterwards."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from governance.attestation import check
from governance.models import Emergency, Release
from governance.services import emergencies, promotions, records, releases
from governance.services.attestations import claims_about
from governance.services.facts import requirements_of
from governance.services.gatekeeping import GateAnswer, ask_about_version
from governance.workflow import State, Step
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Notice, Person
from registry.policy import SYSTEM, Actor, Role, TeamRole
from registry.services import people, versions
from registry.services.keys import public_keys
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Actor:
    return factories.engineer()


@pytest.fixture
def release(owner) -> Release:
    """A limited release to staging that lacks its approval and nothing else."""
    return factories.emergency_of(owner, "")


def emergency(owner: Actor, release: Release, confirmed_by: Actor | None = None) -> Emergency:
    asked = emergencies.ask_emergency(actor=owner, release_id=release.pk, reason="The old model denies everybody.")
    if confirmed_by is None:
        return asked
    return emergencies.confirm_emergency(actor=confirmed_by, emergency_id=asked.pk, comment="I called the team.")


def fresh(release: Release) -> Release:
    return Release.objects.select_related("version__asset", "snapshot").get(pk=release.pk)


def ask(release: Release) -> GateAnswer:
    version = release.version
    return ask_about_version(asker=SYSTEM, model=version.asset.slug, version=version.name, environment=release.environment)


def clock(monkeypatch: pytest.MonkeyPatch, **ahead: int) -> None:
    later = timezone.now() + timedelta(**ahead)
    monkeypatch.setattr(timezone, "now", lambda: later)


def afterwards(made: Emergency, actor: Actor, step: Step = Step.APPROVE) -> None:
    emergencies.review_afterwards(actor=actor, emergency_id=made.pk, role="ml", step=step, comment="I looked.")


def next_release(owner: Actor, release: Release) -> Release:
    version = release.version
    later = versions.add_version(actor=owner, asset_id=version.asset_id, name="2.0.0", commit="0123abc")
    factories.fill_document(owner, later)
    factories.answer_everything(owner, later)
    asked = factories.release(owner, later)
    factories.decide(factories.reviewer(), asked)
    return asked


def test_two_people_promote_for_a_short_time(owner, release):
    with pytest.raises(ConflictError, match="not yet"):
        promotions.promote(actor=owner, release_id=release.pk)
    made = emergency(owner, release, factories.reviewer())
    now = fresh(release)
    assert now.state == State.PROMOTED
    assert now.expires_at - now.promoted_at == timedelta(days=14)
    assert now.promoted_by_id == owner.id
    assert made.review_due == made.decided_at + timedelta(days=14)
    assert ask(release).allowed
    assert list(records.faults()) == []


def test_it_is_told_loudly(owner, release):
    reviewer = factories.reviewer()
    emergency(owner, release, reviewer)
    told = ask(release).to_json()["emergency"]
    assert (told["reason"], told["confirmed_by"], told["skipped"]) == (
        "The old model denies everybody.",
        reviewer.name,
        ["Approved by ML review"],
    )
    text = release.attestations.get().text
    lines = check(text, public_keys(), now=timezone.now())
    assert [reviewer.name in one.text for one in lines if one.title == "Emergency"] == [True]
    out = io.StringIO()
    call_command("gate", release.version.asset.slug, "1.0.0", "--environment", "staging", stdout=out)
    assert "PROMOTED IN AN EMERGENCY" in out.getvalue()
    assert Notice.objects.filter(kind="emergency", person=owner.id).exists()
    entry = next(one for one in audit.history(release.subject) if one.action == "release.promote")
    assert audit.detail_of(entry)["in_emergency"]["askedBy"] == owner.name


def test_nobody_confirms_their_own_and_no_author_does(owner, release):
    made = emergency(owner, release)
    people.set_roles(actor=SYSTEM, person_id=owner.id, roles=[Role.REVIEWER_ML])
    with pytest.raises(ForbiddenError, match="own work"):
        emergencies.confirm_emergency(actor=Person.objects.get(pk=owner.id).actor(), emergency_id=made.pk, comment="So.")
    second = factories.person(roles=[Role.REVIEWER_ML])
    people.set_membership(actor=SYSTEM, team_id=next(iter(owner.teams)), person_id=second.pk, role=TeamRole.OWNER)
    asker = Person.objects.get(pk=second.pk).actor()
    emergencies.withdraw_emergency(actor=owner, emergency_id=made.pk)
    again = emergency(asker, release)
    with pytest.raises(ForbiddenError, match="own work"):
        emergencies.confirm_emergency(actor=asker, emergency_id=again.pk, comment="So.")


def test_only_an_owner_asks_and_only_the_role_answers(owner, release):
    contributor = factories.person(roles=[Role.REVIEWER_ML]).actor()
    with pytest.raises(ForbiddenError, match="owner"):
        emergency(contributor, release)
    made = emergency(owner, release)
    with pytest.raises(ForbiddenError, match="reviewing role"):
        emergencies.confirm_emergency(actor=factories.reviewer("legal"), emergency_id=made.pk, comment="So.")
    with pytest.raises(DomainError, match="answer rests on"):
        emergencies.confirm_emergency(actor=factories.reviewer(), emergency_id=made.pk, comment=" ")


def test_who_asked_must_still_own_the_team_when_it_is_confirmed(owner, release):
    made = emergency(owner, release)
    people.set_membership(actor=SYSTEM, team_id=next(iter(owner.teams)), person_id=owner.id, role=TeamRole.VIEWER)
    with pytest.raises(ForbiddenError, match="owner"):
        emergencies.confirm_emergency(actor=factories.reviewer(), emergency_id=made.pk, comment="So.")
    assert fresh(release).state == State.IN_REVIEW


def test_it_skips_missing_approvals_and_nothing_else(owner, release):
    factories.decide(factories.reviewer(), release, step=Step.REJECT)
    with pytest.raises(ConflictError):
        emergency(owner, release)
    bare = factories.release(owner, factories.version(owner, tier="limited"))
    with pytest.raises(ConflictError, match="skips missing approvals and nothing else"):
        emergency(owner, bare)
    done = factories.emergency_of(owner, "")
    factories.decide(factories.reviewer(), done)
    with pytest.raises(ConflictError, match="as usual"):
        emergency(owner, done)


def test_an_objection_between_asking_and_confirming_stops_it(owner, release):
    made = emergency(owner, release)
    factories.decide(factories.reviewer(), release, step=Step.REQUEST_CHANGES)
    with pytest.raises(ConflictError):
        emergencies.confirm_emergency(actor=factories.reviewer(), emergency_id=made.pk, comment="So.")


def test_a_new_snapshot_needs_a_new_request(owner, release):
    made = emergency(owner, release)
    versions.describe_version(actor=owner, version_id=release.version_id, commit="abcdef1", notes="")
    releases.resubmit(actor=owner, release_id=release.pk)
    with pytest.raises(ConflictError, match="submitted again"):
        emergencies.confirm_emergency(actor=factories.reviewer(), emergency_id=made.pk, comment="So.")


def test_it_is_refused_or_taken_back_once(owner, release):
    made = emergency(owner, release)
    with pytest.raises(ConflictError, match="asked for already"):
        emergency(owner, release)
    emergencies.refuse_emergency(actor=factories.reviewer(), emergency_id=made.pk, comment="It can wait.")
    with pytest.raises(ConflictError, match="already"):
        emergencies.confirm_emergency(actor=factories.reviewer(), emergency_id=made.pk, comment="So.")
    assert fresh(release).state == State.IN_REVIEW
    assert list(records.faults()) == []


def test_an_overdue_review_stops_the_next_promotion_until_it_is_done(owner, release, monkeypatch):
    made = emergency(owner, release, factories.reviewer())
    later = next_release(owner, release)
    assert [one.state for one in requirements_of(fresh(later)) if one.key == "emergency-review"] == ["met"]
    clock(monkeypatch, days=14, seconds=1)
    with pytest.raises(ConflictError, match="until that review is done"):
        promotions.promote(actor=owner, release_id=later.pk)
    afterwards(made, factories.reviewer())
    assert promotions.promote(actor=owner, release_id=later.pk).state == State.PROMOTED
    assert list(records.faults()) == []


def test_the_review_afterwards_is_the_normal_one(owner, release):
    made = emergency(owner, release, factories.reviewer())
    for actor, what in ((owner, "own work"), (factories.reviewer("legal"), "reviewing role")):
        with pytest.raises(ForbiddenError, match=what):
            afterwards(made, actor)
    with pytest.raises(DomainError, match="asks for no legal review"):
        emergencies.review_afterwards(
            actor=factories.reviewer("legal"), emergency_id=made.pk, role="legal", step=Step.APPROVE, comment="I looked."
        )
    afterwards(made, factories.reviewer())
    assert Emergency.objects.get().reviewed_at is not None
    assert ask(release).allowed
    with pytest.raises(ConflictError, match="No review is owed"):
        afterwards(made, factories.reviewer())


def test_an_objection_afterwards_closes_the_gate_until_it_is_lifted(owner, release):
    made = emergency(owner, release, factories.reviewer())
    reviewer = factories.reviewer()
    afterwards(made, reviewer, Step.REJECT)
    assert fresh(release).state == State.SUSPENDED
    assert not ask(release).allowed
    with pytest.raises(ConflictError, match="review afterwards"):
        promotions.resume(actor=factories.reviewer(), release_id=release.pk, reason="So.")
    afterwards(made, factories.reviewer())
    assert Emergency.objects.get().reviewed_at is None
    afterwards(made, reviewer)
    assert Emergency.objects.get().reviewed_at is not None
    promotions.resume(actor=reviewer, release_id=release.pk, reason="It holds.")
    assert ask(release).allowed
    assert list(records.faults()) == []


def test_a_changed_emergency_is_named_and_nothing_is_promoted_on_it(owner, release):
    emergency(owner, release, factories.reviewer())
    later = next_release(owner, release)
    Emergency.objects.update(reviewed_at=timezone.now())
    assert any("Emergency" in fault for fault in records.faults())
    with pytest.raises(ConflictError, match="Tell your auditor"):
        promotions.promote(actor=owner, release_id=later.pk)
    assert claims_about(release).emergency["askedBy"] == owner.name
