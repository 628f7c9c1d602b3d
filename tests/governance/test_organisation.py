"""Answers of the organisation: given once, inherited with their evidence, frozen with whose they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.models import Answer, Evidence, OrganisationAnswer, Release
from governance.reports.checklists import checklists
from governance.services import assessments, facts, impact, organisation, organisationevidence, releases
from governance.services.applicable import frameworks_of
from governance.services.inheritance import with_inherited
from registry import audit
from registry.catalog.loader import framework
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Version
from registry.policy import Actor, Role
from tests import factories

pytestmark = pytest.mark.django_db
NIST = "nist_ai_rmf"
ITEM = "govern-1-1"


def give(actor: Actor, slug: str = ITEM, value: str = "yes", reason: str = "So for all.", **more) -> OrganisationAnswer:
    return organisation.answer_for_organisation(actor=actor, framework_key=NIST, item_slug=slug, value=value, justification=reason, **more)


def own(actor: Actor, version: Version, value: str = "no", reason: str = "") -> Answer:
    return assessments.answer_item(
        actor=actor, version_id=version.pk, framework_key=NIST, item_slug=ITEM, value=value, justification=reason
    )


def seen(version: Version) -> dict[str, Answer]:
    answers = list(Answer.objects.on(version).for_page())
    return {one.item: one for one in with_inherited(version, answers, frameworks_of(version.asset_id))}


def frozen(version: Version) -> dict[str, dict]:
    part = next(one for one in assessments.frozen(version) if one["framework"]["key"] == NIST)
    return {answer["item"]: answer for answer in part["answers"]}


def test_every_model_inherits_the_answer_and_its_evidence(engineer, version):
    factories.organisation_answer(ITEM)
    found = seen(version)["GOVERN 1.1"]
    assert (found.is_inherited, found.value, found.pieces, found.stamp) == (True, "yes", 1, "")
    answer = frozen(version)["GOVERN 1.1"]
    assert [piece["title"] for piece in answer["evidence"]] == ["AI policy"]
    assert answer["inherited"] == OrganisationAnswer.objects.get().answered_at.isoformat()
    assert not Answer.objects.exists()


def test_a_model_answers_for_itself_with_a_reason_only(engineer, version):
    factories.organisation_answer(ITEM)
    with pytest.raises(DomainError, match="Say why this model answers for itself"):
        own(engineer, version)
    own(engineer, version, reason="It runs abroad.")
    assert not seen(version)["GOVERN 1.1"].is_inherited
    assert "inherited" not in frozen(version)["GOVERN 1.1"]
    assessments.clear_answer(actor=engineer, version_id=version.pk, framework_key=NIST, item_slug=ITEM)
    assert seen(version)["GOVERN 1.1"].is_inherited


def test_without_an_answer_of_the_organisation_nothing_more_is_asked(engineer, version):
    own(engineer, version)
    assert "inherited" not in frozen(version)["GOVERN 1.1"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.POLICY_ADMINISTRATOR])
def test_only_those_who_keep_the_policies_answer(role):
    actor = factories.person(roles=[role], member_of=factories.team()).actor()
    with pytest.raises(ForbiddenError):
        give(actor)
    with pytest.raises(ForbiddenError):
        organisation.clear_for_organisation(actor=actor, framework_key=NIST, item_slug=ITEM)


def test_an_item_of_each_model_a_missing_reason_and_an_odd_answer_are_refused(keeper):
    with pytest.raises(DomainError, match="asked of each model"):
        give(keeper, "map-1-1")
    with pytest.raises(DomainError, match="what the answer rests on"):
        give(keeper, reason="  ")
    with pytest.raises(DomainError, match="Choose yes"):
        give(keeper, value="perhaps")
    assert not OrganisationAnswer.objects.exists()


def test_an_answer_that_changed_meanwhile_is_not_replaced(keeper):
    give(keeper, based_on="")
    with pytest.raises(ConflictError, match="after you opened it"):
        give(keeper, value="no", based_on="")
    assert OrganisationAnswer.objects.get().value == "yes"


def test_everything_is_in_the_journal(keeper):
    give(keeper)
    give(keeper)
    organisation.attach_link_for_organisation(actor=keeper, framework_key=NIST, item_slug=ITEM, title="", url="https://example.org/p")
    organisation.clear_for_organisation(actor=keeper, framework_key=NIST, item_slug=ITEM)
    details = [audit.detail_of(entry) for entry in audit.history(f"organisation/checklist/{NIST}")]
    assert [detail.get("answer") for detail in details] == [{"before": "yes", "after": None}, None, {"before": None, "after": "yes"}]
    assert details[0]["evidence_removed"] == ["https://example.org/p"]


def test_the_gate_counts_what_is_inherited_and_the_keeper_is_an_author(engineer, keeper):
    version = factories.ready_version(engineer, tier="high")
    Answer.objects.filter(item="GOVERN 1.1").delete()
    give(keeper)
    release = factories.release(engineer, version)
    fact = next(one for one in facts.facts_of(release).frameworks if one.framework == NIST)
    assert (len(fact.values), fact.inherited) == (fact.items, 1)
    said = next(one for one in facts.requirements_of(release) if one.key == f"framework:{NIST}")
    assert "1 of them by the organisation" in said.reason
    assert keeper.id in release.snapshot.authors.values_list("pk", flat=True)
    (printed,) = [one for one in checklists(release.snapshot.content["assessments"]) if one.anchor == f"checklist-{NIST}"]
    assert [one.id for group in printed.groups for one in group.answers if one.is_inherited] == ["GOVERN 1.1"]


def test_another_answer_of_the_organisation_makes_the_next_snapshot_differ_and_says_whose_approvals_end(engineer, keeper):
    version = factories.filled_version(engineer, tier="limited")
    give(keeper)
    release = factories.release(engineer, version)
    factories.decide(factories.reviewer("ml"), release)
    made_from = framework(NIST)
    (sentence,) = impact.sentences_of_organisation(made_from, made_from.item(ITEM))
    assert "will no longer count" in sentence
    give(keeper, value="partly", reason="Under way.")
    before = release.snapshot.digest
    assert release.snapshot.is_intact
    releases.resubmit(actor=engineer, release_id=release.pk, message="The organisation answers otherwise.")
    assert Release.objects.get(pk=release.pk).snapshot.digest != before


def test_a_model_that_answers_for_itself_loses_nothing(engineer, keeper):
    version = factories.filled_version(engineer, tier="limited")
    own(engineer, version, reason="It runs abroad.")
    release = factories.release(engineer, version)
    factories.decide(factories.reviewer("ml"), release)
    made_from = framework(NIST)
    assert impact.sentences_of_organisation(made_from, made_from.item(ITEM)) == ()
    assert len(impact.sentences_of_organisation(made_from, made_from.item("govern-1-2"))) == 1


def attached(keeper: Actor, days: int | None = None) -> Evidence:
    ends = timezone.localdate() + timedelta(days=days) if days is not None else None
    place = {"actor": keeper, "framework_key": NIST, "item_slug": ITEM}
    return organisation.attach_link_for_organisation(**place, title="AI policy", url="https://example.org/p", expires_on=ends)


def use(actor: Actor, slug: str, *pieces: Evidence) -> list[Evidence]:
    ids = [piece.pk for piece in pieces]
    return organisationevidence.use_for_organisation(actor=actor, framework_key=NIST, item_slug=slug, evidence_ids=ids)


def test_one_piece_serves_many_answers_and_goes_with_the_last_of_them(keeper, engineer, version):
    give(keeper)
    give(keeper, "govern-1-2")
    piece = attached(keeper)
    assert use(keeper, "govern-1-2", piece) == [piece]
    assert use(keeper, "govern-1-2", piece) == []
    assert {one.item for one in seen(version).values() if one.pieces} == {"GOVERN 1.1", "GOVERN 1.2"}
    organisation.clear_for_organisation(actor=keeper, framework_key=NIST, item_slug=ITEM)
    assert piece.organisation_answers.get().item == "GOVERN 1.2"
    organisation.clear_for_organisation(actor=keeper, framework_key=NIST, item_slug="govern-1-2")
    assert not Evidence.objects.exists()
    with pytest.raises(ForbiddenError):
        use(engineer, ITEM, piece)


def test_evidence_that_is_gone_nothing_chosen_or_an_open_item_is_refused(keeper):
    with pytest.raises(DomainError, match="Answer the item first"):
        organisationevidence.use_for_organisation(actor=keeper, framework_key=NIST, item_slug=ITEM, evidence_ids=[1])
    give(keeper)
    with pytest.raises(DomainError, match="at least one"):
        organisationevidence.use_for_organisation(actor=keeper, framework_key=NIST, item_slug=ITEM, evidence_ids=[])
    with pytest.raises(ConflictError, match="was removed"):
        organisationevidence.use_for_organisation(actor=keeper, framework_key=NIST, item_slug=ITEM, evidence_ids=[999])


def test_somebody_keeps_it_current_until_a_day_and_models_see_when_it_expired(keeper, engineer, version):
    give(keeper)
    piece = attached(keeper)
    day = timezone.localdate() + timedelta(days=30)
    kept = organisationevidence.keep_for_organisation(actor=keeper, evidence_id=piece.pk, owner_id=engineer.id, expires_on=day)
    assert (kept.owner_id, kept.expires_on) == (engineer.id, day)
    assert audit.detail_of(audit.history(f"organisation/checklist/{NIST}")[0])["expires_on"] == day.isoformat()
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(DomainError):
        organisationevidence.keep_for_organisation(actor=keeper, evidence_id=piece.pk, owner_id=engineer.id, expires_on=yesterday)
    with pytest.raises(ForbiddenError):
        organisationevidence.keep_for_organisation(actor=engineer, evidence_id=piece.pk, owner_id=engineer.id, expires_on=day)
    Evidence.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert seen(version)["GOVERN 1.1"].expired == 1
