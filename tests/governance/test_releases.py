"""Releases: what is frozen, who decides, and what random people can never bring about."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from governance.models import Release
from governance.services import promotions, records, releases
from governance.services.facts import has_moved_on, requirements_of
from governance.services.gatekeeping import ask_about_artifact, ask_about_version
from governance.workflow import State, Step
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Snapshot
from registry.policy import SYSTEM, Actor, Role, TeamRole
from registry.services import assets, people, versions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Actor:
    return factories.engineer()


def test_a_minimal_model_goes_to_staging_without_reviewers(owner):
    made = factories.filled_version(owner)
    release = factories.release(owner, made)
    promoted = promotions.promote(actor=owner, release_id=release.pk)
    assert promoted.state == State.PROMOTED
    assert ask_about_version(asker=owner, model=made.asset.slug, version="1.0.0", environment="staging").allowed


def test_the_author_cannot_approve_not_even_with_the_role():
    team = factories.team()
    author = factories.person(member_of=team, roles=[Role.REVIEWER_ML]).actor()
    release = factories.release(author, factories.version(author, tier="limited"))
    with pytest.raises(ForbiddenError, match="own work"):
        factories.decide(author, release)


def test_a_writer_of_a_linked_datasheet_is_an_author(owner):
    team = next(iter(owner.teams))
    writer = factories.person(roles=[Role.REVIEWER_ML])
    people.set_membership(actor=SYSTEM, team_id=team, person_id=writer.pk, role=TeamRole.CONTRIBUTOR)
    data = factories.version(owner, kind="dataset")
    factories.fill_document(type(writer).objects.get(pk=writer.pk).actor(), data)
    made = factories.version(owner, tier="limited")
    versions.link_source(actor=owner, version_id=made.pk, source_id=data.pk, relation="trained-on")
    release = factories.release(owner, made)
    with pytest.raises(ForbiddenError, match="own work"):
        factories.decide(type(writer).objects.get(pk=writer.pk).actor(), release)


def test_a_decision_needs_a_comment(owner):
    release = factories.release(owner, factories.version(owner, tier="limited"))
    with pytest.raises(DomainError, match="what your decision rests on"):
        factories.decide(factories.reviewer(), release, comment=" ")


def test_a_decision_on_content_that_was_replaced_is_refused(owner):
    made = factories.version(owner, tier="limited")
    release = factories.release(owner, made)
    seen = release.snapshot.digest
    factories.fill_document(owner, made)
    releases.resubmit(actor=owner, release_id=release.pk)
    with pytest.raises(ConflictError, match="submitted again"):
        factories.decide(factories.reviewer(), release, digest=seen)


def test_a_new_snapshot_makes_earlier_approvals_stale(owner):
    made = factories.filled_version(owner, tier="limited")
    factories.answer_everything(owner, made)
    release = factories.release(owner, made)
    factories.decide(factories.reviewer(), release)
    versions.describe_version(actor=owner, version_id=made.pk, commit="abcdef1", notes="")
    again = releases.resubmit(actor=owner, release_id=release.pk)
    missing = {one.key: one.reason for one in requirements_of(again) if one.state == "unmet"}
    assert "earlier snapshot" in missing["approval:ml"]


def test_what_was_submitted_cannot_move(owner):
    made = factories.version(owner)
    release = factories.release(owner, made)
    before = release.snapshot.text
    factories.fill_document(owner, made)
    assets.set_tier(actor=owner, asset_id=made.asset_id, tier="high", reason="Changed.")
    assert Snapshot.objects.get(pk=release.snapshot_id).text == before
    with pytest.raises(ConflictError, match="tier"):
        promotions.promote(actor=owner, release_id=release.pk)


def test_a_release_knows_that_the_version_has_moved_on(owner):
    made = factories.ready_version(owner)
    release = factories.release(owner, made)
    assert not has_moved_on(Release.objects.get(pk=release.pk))
    versions.describe_version(actor=owner, version_id=made.pk, commit="abcdef1", notes="")
    assert has_moved_on(Release.objects.get(pk=release.pk))


def test_submitting_the_same_content_again_is_refused(owner):
    release = factories.release(owner)
    with pytest.raises(ConflictError, match="Nothing has changed"):
        releases.resubmit(actor=owner, release_id=release.pk)


def test_one_open_release_for_each_environment(owner):
    made = factories.version(owner)
    factories.release(owner, made)
    with pytest.raises(ConflictError, match="open already"):
        factories.release(owner, made)


def test_nothing_prohibited_and_no_dataset_is_submitted(owner):
    with pytest.raises(DomainError, match="prohibited"):
        factories.release(owner, factories.version(owner, tier="prohibited"))
    with pytest.raises(DomainError, match="dataset"):
        factories.release(owner, factories.version(owner, kind="dataset"))


def test_who_asked_for_changes_can_lift_it_and_a_colleague_cannot(owner):
    release = factories.release(owner, factories.version(owner, tier="limited"))
    first, second = factories.reviewer(), factories.reviewer()
    factories.decide(first, release, step=Step.REQUEST_CHANGES)
    factories.decide(second, release)
    assert Release.objects.get(pk=release.pk).state == State.CHANGES_REQUESTED
    factories.decide(first, release)
    assert Release.objects.get(pk=release.pk).state == State.IN_REVIEW


def test_a_promotion_ends_on_its_day(owner):
    made = factories.filled_version(owner)
    release = factories.release(owner, made)
    promotions.promote(actor=owner, release_id=release.pk)
    Release.objects.filter(pk=release.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = ask_about_version(asker=owner, model=made.asset.slug, version="1.0.0", environment="staging")
    assert (answer.allowed, answer.reasons[0][:18]) == (False, "The approval ended")


def test_a_revoked_promotion_closes_the_gate(owner):
    made = factories.filled_version(owner)
    release = factories.release(owner, made)
    promotions.promote(actor=owner, release_id=release.pk)
    promotions.revoke(actor=factories.reviewer(), release_id=release.pk, reason="A fault was found.")
    assert not ask_about_version(asker=owner, model=made.asset.slug, version="1.0.0", environment="staging").allowed


def two_promotions(owner: Actor, *, between: str = "") -> tuple[Release, Release]:
    """Two promotions of a model, the second in the place of the first, which was suspended before for a reason if one is given."""
    made = factories.filled_version(owner)
    first = factories.promotion(owner, made)
    if between:
        promotions.suspend(actor=owner, release_id=first.pk, reason=between)
    later = factories.next_version(owner, made, "2.0.0")
    return first, factories.promotion(owner, later)


def allowed(owner: Actor, release: Release) -> bool:
    version = release.version
    return ask_about_version(asker=owner, model=version.asset.slug, version=version.name, environment=release.environment).allowed


def test_a_suspended_promotion_is_resumed_by_a_reviewer_alone(owner):
    made = factories.filled_version(owner)
    release = factories.promotion(owner, made)
    promotions.suspend(actor=owner, release_id=release.pk, reason="A complaint came in.")
    assert not allowed(owner, release)
    assert list(records.faults()) == []
    with pytest.raises(ForbiddenError, match="own work"):
        promotions.resume(actor=owner, release_id=release.pk, reason="It was nothing.")
    with pytest.raises(DomainError, match="reason"):
        promotions.resume(actor=factories.reviewer(), release_id=release.pk, reason=" ")
    promotions.resume(actor=factories.reviewer(), release_id=release.pk, reason="The complaint was about another model.")
    assert allowed(owner, release)
    assert [one.step for one in release.attestations.order_by("pk")] == [Step.PROMOTE, Step.SUSPEND, Step.RESUME]
    assert list(records.faults()) == []


def test_an_earlier_release_is_promoted_again_in_one_step(owner):
    first, second = two_promotions(owner)
    ends = Release.objects.get(pk=first.pk).expires_at
    promotions.roll_back(actor=owner, release_id=first.pk, reason="The new one is slow.")
    assert (allowed(owner, first), allowed(owner, second)) == (True, False)
    assert Release.objects.get(pk=first.pk).expires_at == ends
    assert Release.objects.get(pk=second.pk).state == State.SUPERSEDED
    assert list(records.faults()) == []


def test_a_way_back_needs_an_owner_a_reason_and_an_approval_that_holds(owner):
    first, second = two_promotions(owner)
    with pytest.raises(ForbiddenError):
        promotions.roll_back(actor=factories.reviewer(), release_id=first.pk, reason="So.")
    with pytest.raises(DomainError, match="reason"), transaction.atomic():
        promotions.roll_back(actor=owner, release_id=first.pk, reason="")
    assert allowed(owner, second)
    with pytest.raises(ConflictError, match="cannot be promoted again"):
        promotions.roll_back(actor=owner, release_id=second.pk, reason="So.")
    assets.set_tier(actor=owner, asset_id=first.version.asset_id, tier="limited", reason="It judges people.")
    with pytest.raises(ConflictError, match="tier"):
        promotions.roll_back(actor=owner, release_id=first.pk, reason="So.")
    assets.set_tier(actor=owner, asset_id=first.version.asset_id, tier="minimal", reason="It does not.")
    Release.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    with pytest.raises(ConflictError, match="has ended"):
        promotions.roll_back(actor=owner, release_id=first.pk, reason="So.")


def test_a_way_back_does_not_pass_by_a_suspension(owner):
    first, _ = two_promotions(owner, between="A complaint came in.")
    with pytest.raises(ConflictError, match="was suspended"):
        promotions.roll_back(actor=owner, release_id=first.pk, reason="So.")


def test_a_later_promotion_supersedes_the_one_before(owner):
    made = factories.filled_version(owner)
    promotions.promote(actor=owner, release_id=factories.release(owner, made).pk)
    second = factories.next_version(owner, made, "2.0.0")
    promotions.promote(actor=owner, release_id=factories.release(owner, second).pk)
    states = list(Release.objects.order_by("pk").values_list("state", flat=True))
    assert states == [State.SUPERSEDED, State.PROMOTED]


def test_the_gate_answers_by_artifact(owner):
    made = factories.filled_version(owner)
    versions.add_artifact(actor=owner, version_id=made.pk, name="m", sha256="12" * 32, size=1)
    promotions.promote(actor=owner, release_id=factories.release(owner, made).pk)
    assert ask_about_artifact(asker=owner, artifact=f"sha256:{'12' * 32}", environment="staging").allowed
    assert not ask_about_artifact(asker=owner, artifact="34" * 32, environment="staging").allowed


def test_an_artifact_added_after_the_approval_is_not_let_through(owner):
    made = factories.filled_version(owner)
    promotions.promote(actor=owner, release_id=factories.release(owner, made).pk)
    versions.add_artifact(actor=owner, version_id=made.pk, name="m", sha256="12" * 32, size=1)
    assert not ask_about_artifact(asker=owner, artifact="12" * 32, environment="staging").allowed


def test_a_role_that_the_policy_does_not_name_decides_nothing(owner):
    release = factories.release(owner, factories.version(owner, tier="limited"))
    with pytest.raises(DomainError, match="asks for no security review"):
        factories.decide(factories.reviewer("security"), release, "security", Step.REJECT)


def test_a_model_that_became_prohibited_is_not_let_through(owner):
    made = factories.filled_version(owner)
    promotions.promote(actor=owner, release_id=factories.release(owner, made).pk)
    assets.set_tier(actor=owner, asset_id=made.asset_id, tier="prohibited", reason="The law changed.")
    answer = ask_about_version(asker=owner, model=made.asset.slug, version="1.0.0", environment="staging")
    assert (answer.allowed, "prohibited" in answer.reasons[0]) == (False, True)


def test_changed_bytes_of_a_snapshot_close_the_gate(owner):
    made = factories.filled_version(owner)
    release = factories.release(owner, made)
    promotions.promote(actor=owner, release_id=release.pk)
    Snapshot.objects.filter(pk=release.snapshot_id).update(text=release.snapshot.text.replace("1.0.0", "1.0.1"))
    answer = ask_about_version(asker=owner, model=made.asset.slug, version="1.0.0", environment="staging")
    assert (answer.allowed, "digest" in answer.reasons[0]) == (False, True)


def test_nobody_decides_on_changed_bytes_and_nobody_promotes_them(owner):
    reviewed = factories.release(owner, factories.version(owner, tier="limited"))
    minimal = factories.filled_version(owner)
    ready = factories.release(owner, minimal)
    for release in (reviewed, ready):
        Snapshot.objects.filter(pk=release.snapshot_id).update(text=release.snapshot.text.replace("1.0.0", "1.0.1"))
    with pytest.raises(ConflictError, match="nobody decides on it"):
        factories.decide(factories.reviewer(), reviewed)
    with pytest.raises(ConflictError, match="nobody decides on it"):
        promotions.promote(actor=owner, release_id=ready.pk)
    assert set(Release.objects.values_list("state", flat=True)) == {State.IN_REVIEW}


@pytest.mark.parametrize(("promote", "code"), [(False, 1), (True, None)])
def test_the_command_exits_0_or_1_and_prints_the_reasons(owner, promote, code):
    made = factories.filled_version(owner)
    release = factories.release(owner, made)
    if promote:
        promotions.promote(actor=owner, release_id=release.pk)
    out, ended = io.StringIO(), None
    try:
        call_command("gate", made.asset.slug, "1.0.0", "--environment", "staging", stdout=out)
    except SystemExit as error:
        ended = error.code
    assert ended == code
    assert ("The gate is open." in out.getvalue()) is promote
