"""The triage of a model, tiers that two people set otherwise, and what a change of tier does."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from governance.demo.triages import LOANS, NOTHING
from governance.models import ChosenFramework, TierOverride, Triage
from governance.services import applicable, calendar, keydates, promotions, releases, tierchange, tieroverrides, triageparts, triages
from governance.services.facts import requirements_of
from governance.services.gatekeeping import ask_about_version
from governance.services.records import faults
from governance.triage import KeyDate
from governance.workflow import Step
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Asset, Notice
from registry.policy import Action, Role
from tests import factories

pytestmark = pytest.mark.django_db
PROHIBITED = {**NOTHING, "prohibited": ("5(1)(c)",)}
LIMITED = {**NOTHING, "generative": ("yes",)}


@pytest.fixture
def owner():
    return factories.engineer()


def answered(actor, asset, answers=NOTHING):
    now = triageparts.current(asset.pk)
    return triages.answer_triage(actor=actor, asset_id=asset.pk, answers=answers, based_on=now.pk if now else None)


def tier_of(asset):
    return Asset.objects.get(pk=asset.pk).tier


def test_the_answers_give_tier_reason_and_frameworks_and_stand_in_the_journal(owner):
    asset = factories.asset(owner)
    triage = answered(owner, asset, LOANS)
    asset.refresh_from_db()
    assert asset.tier == "high"
    assert "Annex III 5(b)" in asset.tier_reason
    assert list(ChosenFramework.objects.values_list("framework_key", flat=True)) == ["eu_ai_act"]
    detail = audit.detail_of(audit.history(asset.subject, action=Action.TRIAGE_ANSWER).get())
    assert detail["triage"] == triage.pk
    assert detail["tier"] == {"before": "minimal", "after": "high"}
    assert detail["questionnaire"] == triage.questionnaire["digest"]


def test_a_framework_that_applies_is_asked_until_the_triage_says_otherwise(owner):
    asset = factories.asset(owner)
    answered(owner, asset, LOANS)
    with pytest.raises(ConflictError, match="says that EU AI Act"):
        applicable.drop_framework(actor=owner, asset_id=asset.pk, framework_key="eu_ai_act")
    answered(owner, asset)
    applicable.drop_framework(actor=owner, asset_id=asset.pk, framework_key="eu_ai_act")
    assert not ChosenFramework.objects.exists()


def test_earlier_triages_are_kept_as_they_were(owner):
    asset = factories.asset(owner)
    first = answered(owner, asset, LOANS)
    answered(owner, asset)
    assert [one.is_current for one in Triage.objects.order_by("pk")] == [False, True]
    first.refresh_from_db()
    assert (first.tier, first.given["annex_iii"]) == ("high", ("5(b)",))


def test_of_two_who_answer_at_once_the_second_looks_again(owner):
    asset = factories.asset(owner)
    answered(owner, asset)
    with pytest.raises(ConflictError, match="after you opened it"):
        triages.answer_triage(actor=owner, asset_id=asset.pk, answers=LOANS, based_on=None)
    assert tier_of(asset) == "minimal"


def test_only_owners_answer_and_only_about_models(owner):
    asset = factories.asset(owner)
    with pytest.raises(ForbiddenError):
        answered(factories.reviewer("legal"), asset)
    with pytest.raises(DomainError, match="Only models"):
        answered(owner, factories.asset(owner, kind="dataset"))


def test_another_tier_holds_once_a_second_person_has_confirmed_it(owner):
    asset, legal = factories.asset(owner), factories.reviewer("legal")
    answered(owner, asset, LOANS)
    made = tieroverrides.propose_tier(actor=owner, asset_id=asset.pk, tier="limited", reason="Only the order of calls.")
    assert tier_of(asset) == "high"
    assert Notice.objects.filter(person=legal.id, kind="tier").count() == 1
    assert list(TierOverride.objects.waiting_for(legal)) == [made]
    tieroverrides.answer_tier(actor=legal, override_id=made.pk, is_confirmed=True, comment="It fits.")
    asset.refresh_from_db()
    assert asset.tier == "limited"
    assert "Only the order of calls." in asset.tier_reason
    assert legal.name in asset.tier_reason
    assert Notice.objects.filter(person=owner.id, kind="tier", subject__contains="is confirmed").exists()
    answered(owner, asset, LOANS)
    assert tier_of(asset) == "high"
    assert TierOverride.objects.get().state == "ended"


def test_nobody_confirms_what_they_proposed_or_answered():
    both = factories.person(roles=[Role.REVIEWER_LEGAL], member_of=(team := factories.team())).actor()
    other = factories.engineer(team)
    asset = factories.asset(other)
    answered(both, asset)
    made = tieroverrides.propose_tier(actor=other, asset_id=asset.pk, tier="high", reason="So.")
    assert not TierOverride.objects.waiting_for(both).exists()
    with pytest.raises(ForbiddenError):
        tieroverrides.answer_tier(actor=both, override_id=made.pk, is_confirmed=True, comment="So.")
    with pytest.raises(ForbiddenError):
        tieroverrides.answer_tier(actor=factories.reviewer("ml"), override_id=made.pk, is_confirmed=True, comment="So.")


def test_a_proposal_is_declined_or_taken_back_and_moves_nothing(owner):
    asset, legal = factories.asset(owner), factories.reviewer("legal")
    answered(owner, asset)
    made = tieroverrides.propose_tier(actor=owner, asset_id=asset.pk, tier="high", reason="So.")
    with pytest.raises(ConflictError, match="waits"), transaction.atomic():
        tieroverrides.propose_tier(actor=owner, asset_id=asset.pk, tier="limited", reason="So.")
    with pytest.raises(DomainError, match="rests on"), transaction.atomic():
        tieroverrides.answer_tier(actor=legal, override_id=made.pk, is_confirmed=False, comment=" ")
    tieroverrides.answer_tier(actor=legal, override_id=made.pk, is_confirmed=False, comment="No.")
    with pytest.raises(ConflictError, match="declined"):
        tieroverrides.answer_tier(actor=legal, override_id=made.pk, is_confirmed=True, comment="Yes.")
    again = tieroverrides.propose_tier(actor=owner, asset_id=asset.pk, tier="high", reason="So.")
    tieroverrides.withdraw_tier(actor=owner, override_id=again.pk)
    assert [one.state for one in TierOverride.objects.order_by("pk")] == ["declined", "withdrawn"]
    assert tier_of(asset) == "minimal"


@pytest.mark.parametrize(("tier", "reason"), [("minimal", "So."), ("odd", "So."), ("high", " ")])
def test_a_proposal_needs_another_tier_and_a_reason(owner, tier, reason):
    asset = factories.asset(owner)
    answered(owner, asset)
    with pytest.raises(DomainError):
        tieroverrides.propose_tier(actor=owner, asset_id=asset.pk, tier=tier, reason=reason)


def test_without_a_triage_there_is_nothing_to_set_otherwise(owner):
    with pytest.raises(ConflictError, match="triage first"):
        tieroverrides.propose_tier(actor=owner, asset_id=factories.asset(owner).pk, tier="high", reason="So.")


def test_the_triage_is_frozen_with_a_release_and_who_answered_it_does_not_judge_it(owner):
    made = factories.filled_version(owner)
    answered(owner, made.asset)
    release = factories.release(owner, made)
    part = release.snapshot.content["triage"]
    assert (part["tier"], part["answered_by"]) == ("minimal", owner.name)
    assert {"question": "Generative: Does it make text, images, sound or video?", "answer": ["No"]} in part["answers"]
    assert owner.id in release.snapshot.author_ids
    promotions.promote(actor=owner, release_id=release.pk)
    assert list(faults()) == []


def test_an_open_release_asks_to_be_submitted_again_under_the_new_tier(owner):
    made = factories.filled_version(owner)
    release = factories.release(owner, made)
    (said,) = tierchange.consequences(made.asset, "limited")
    assert "has to be submitted again" in said
    answered(owner, made.asset, LIMITED)
    tier = next(one for one in requirements_of(type(release).objects.get(pk=release.pk)) if one.key == "tier")
    assert tier.state == "unmet"
    again = releases.resubmit(actor=owner, release_id=release.pk)
    assert again.policy_key == "limited-staging"


def test_a_rise_closes_the_gate_of_what_was_approved_lower_and_tells_everybody(owner):
    made = factories.filled_version(owner)
    mate = factories.engineer(factories.Team.objects.get(pk=made.asset.team_id))
    promotions.promote(actor=owner, release_id=factories.release(owner, made).pk)
    assert "no longer counts" in tierchange.consequences(made.asset, "limited")[0]
    answered(owner, made.asset, LIMITED)
    answer = ask_about_version(asker=owner, model=made.asset.slug, version=made.name, environment="staging")
    assert not answer.allowed
    assert "stricter policy" in answer.reasons[0]
    told = Notice.objects.get(person=mate.id, kind="tier")
    assert "is in the tier limited now" in told.subject
    assert "no longer counts" in told.text
    assert not Notice.objects.filter(person=owner.id, kind="tier").exists()
    answered(owner, made.asset)
    assert ask_about_version(asker=owner, model=made.asset.slug, version=made.name, environment="staging").allowed


def test_a_fall_leaves_a_promotion_as_it_is(owner):
    made = factories.ready_version(owner, tier="limited")
    release = factories.release(owner, made)
    factories.decide(factories.reviewer("ml"), release, "ml", Step.APPROVE)
    promotions.promote(actor=owner, release_id=release.pk)
    assert tierchange.consequences(made.asset, "minimal") == ()
    answered(owner, made.asset)
    assert ask_about_version(asker=owner, model=made.asset.slug, version=made.name, environment="staging").allowed


def test_nothing_of_a_prohibited_practice_is_promoted_and_the_gate_says_so(owner):
    made = factories.filled_version(owner)
    release = factories.release(owner, made)
    assert "cannot be promoted any more" in tierchange.consequences(made.asset, "prohibited")[0]
    answered(owner, made.asset, PROHIBITED)
    tier = next(one for one in requirements_of(type(release).objects.get(pk=release.pk)) if one.key == "tier")
    assert "Nothing of it is promoted" in tier.reason
    with pytest.raises(ConflictError, match="prohibited"), transaction.atomic():
        promotions.promote(actor=owner, release_id=release.pk)
    with pytest.raises(DomainError):
        releases.resubmit(actor=owner, release_id=release.pk)


def test_key_dates_are_the_organisations_own_once_they_are_changed(owner):
    policy = factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor()
    dates = [KeyDate(date(2027, 1, 1), "A law of our own", "", ("everyone",))]
    with pytest.raises(ForbiddenError):
        keydates.change_key_dates(actor=owner, dates=dates)
    with pytest.raises(DomainError, match="for whom"):
        keydates.change_key_dates(actor=policy, dates=[KeyDate(date(2027, 1, 1), "x", "", ())])
    keydates.change_key_dates(actor=policy, dates=dates)
    assert [one.event for one in keydates.concerning({"everyone"})] == ["A law of our own"]
    keydates.restore_key_dates(actor=policy)
    assert keydates.are_shipped()
    assert audit.history("key-dates").count() == 2


def test_a_key_date_stands_in_the_calendar_of_the_models_that_it_concerns(owner):
    policy = factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor()
    made, other = factories.asset(owner), factories.asset(owner)
    answered(owner, made, LIMITED)
    answered(owner, other)
    view = calendar.view_of(owner, person=owner)
    keydates.change_key_dates(actor=policy, dates=[KeyDate(view.today, "Marking applies", "", ("generative",))])
    assert [entry.title for entry in calendar.entries(view) if entry.kind == "key-date"] == [f"Marking applies, {made.name}"]
