"""The risk register, incidents, and evidence that expires: what the services let people do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from governance.models import Incident, Release, Risk
from governance.reports import frame
from governance.reports.checklists import checklists
from governance.risk import Rating, Scale, Treatment
from governance.services import assessments, evidence, incidents, riskactions, riskfiles, riskparts, risks, riskscale
from governance.services.risks import Origin, RiskDraft
from governance.workflow import State
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.policy import Role, TeamRole
from tests import factories

pytestmark = pytest.mark.django_db
DRAFT = RiskDraft(title="It may go wrong", inherent=Rating(4, 4))


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def made(owner):
    return factories.version(owner)


def soon(days: int = 10):
    return timezone.localdate() + timedelta(days=days)


def test_a_risk_is_entered_with_its_origin_and_the_journal_tells(owner, made):
    origin = Origin(made.pk, "assessments/nist_ai_rmf/MAP 1.1", "MAP 1.1: Purpose")
    risk = risks.add_risk(actor=owner, asset_id=made.asset_id, draft=DRAFT, origin=origin)
    assert risk.owner_id == owner.id
    assert risk.links.get().anchor == origin.anchor
    entry = audit.history(risk.subject).first()
    assert entry.action == "risk.write"
    assert audit.detail_of(entry)["added"]["title"] == "It may go wrong"


def test_only_writers_of_the_team_write_and_only_about_models(owner, made):
    with pytest.raises(ForbiddenError):
        factories.risk(factories.engineer(), made)
    with pytest.raises(DomainError, match="Only models"):
        factories.risk(owner, factories.version(owner, kind="dataset"))
    with pytest.raises(DomainError, match="title"):
        risks.add_risk(actor=owner, asset_id=made.asset_id, draft=replace(DRAFT, title=" "))


def test_an_edit_on_what_somebody_changed_meanwhile_is_refused(owner, made):
    risk = factories.risk(owner, made)
    seen = risks.stamp(risk)
    risks.edit_risk(actor=owner, risk_id=risk.pk, draft=replace(DRAFT, plan="Mine."), based_on=seen)
    with pytest.raises(ConflictError):
        risks.edit_risk(actor=owner, risk_id=risk.pk, draft=replace(DRAFT, plan="Theirs."), based_on=seen)
    assert Risk.objects.get(pk=risk.pk).plan == "Mine."


def test_a_risk_above_the_appetite_is_accepted_by_the_named_role_and_not_by_who_wrote_it(owner, made):
    risk = factories.risk(owner, made)
    with pytest.raises(ForbiddenError, match="do not hold"):
        risks.accept_risk(actor=factories.reviewer("ml"), risk_id=risk.pk, reason="So.", until=soon())
    writer = factories.person(roles=[Role.REVIEWER_LEGAL], member_of=None)
    legal = factories.reviewer("legal")
    risk.writers.add(writer.pk)
    with pytest.raises(ForbiddenError, match="they wrote"):
        risks.accept_risk(actor=writer.actor(), risk_id=risk.pk, reason="So.", until=soon())
    with pytest.raises(DomainError, match="reason"):
        risks.accept_risk(actor=legal, risk_id=risk.pk, reason=" ", until=soon())
    for wrong in (timezone.localdate(), soon(181)):
        with pytest.raises(DomainError, match="180 days"):
            risks.accept_risk(actor=legal, risk_id=risk.pk, reason="So.", until=wrong)
    accepted = risks.accept_risk(actor=legal, risk_id=risk.pk, reason="The benefit outweighs it.", until=soon())
    assert not accepted.needs_acceptance(Scale(), timezone.localdate())
    assert accepted.needs_acceptance(Scale(), soon(11))


def test_a_risk_within_the_appetite_needs_nobody(owner, made):
    with pytest.raises(ConflictError):
        risks.accept_risk(
            actor=factories.reviewer("legal"), risk_id=factories.risk(owner, made, rating=(3, 3)).pk, reason="So.", until=soon()
        )


def test_a_higher_rating_ends_the_acceptance_and_a_lower_one_does_not(owner, made):
    risk = factories.risk(owner, made)
    risks.accept_risk(actor=factories.reviewer("legal"), risk_id=risk.pk, reason="So.", until=soon())
    risks.edit_risk(actor=owner, risk_id=risk.pk, draft=replace(DRAFT, residual=Rating(3, 4)))
    assert Risk.objects.get(pk=risk.pk).accepted_until
    risks.edit_risk(actor=owner, risk_id=risk.pk, draft=replace(DRAFT, residual=Rating(5, 4)))
    assert Risk.objects.get(pk=risk.pk).accepted_until is None


def test_closing_takes_a_reason_and_reopening_brings_no_acceptance_back(owner, made):
    risk = factories.risk(owner, made)
    risks.accept_risk(actor=factories.reviewer("legal"), risk_id=risk.pk, reason="So.", until=soon())
    with pytest.raises(DomainError, match="reason"):
        risks.close_risk(actor=owner, risk_id=risk.pk, reason="")
    risks.close_risk(actor=owner, risk_id=risk.pk, reason="The feature is gone.")
    with pytest.raises(ConflictError):
        risks.close_risk(actor=owner, risk_id=risk.pk, reason="Again.")
    back = risks.reopen_risk(actor=owner, risk_id=risk.pk, reason="It is back.")
    assert back.is_open
    assert back.accepted_until is None
    assert [row.state for row in back.ratings.all()] == ["open", "closed", "open"]


def test_the_register_is_frozen_with_a_release_and_its_writers_are_authors(owner, made):
    risk = factories.risk(owner, made, treatment=Treatment.TRANSFER)
    colleague = factories.person(roles=[Role.REVIEWER_ML])
    risk.writers.add(colleague.pk)
    release = factories.release(owner, made)
    part = release.snapshot.content["risks"][0]
    assert (part["id"], part["inherent"], part["residual"], part["above_appetite"]) == (risk.pk, [4, 4], [4, 4], True)
    assert release.snapshot.content["risk_scale"]["appetite"] == 9
    assert colleague.pk in {author["id"] for author in release.snapshot.content["authors"]}
    with pytest.raises(ForbiddenError, match="own work"):
        factories.decide(colleague.actor(), release)


def test_an_action_is_done_once_by_who_may_write(owner, made):
    risk = factories.risk(owner, made)
    action = riskactions.add_action(actor=owner, risk_id=risk.pk, text="Measure.", owner_id=owner.id, due_on=soon())
    with pytest.raises(ForbiddenError):
        riskactions.finish_action(actor=factories.engineer(), action_id=action.pk)
    riskactions.finish_action(actor=owner, action_id=action.pk)
    with pytest.raises(ConflictError):
        riskactions.finish_action(actor=owner, action_id=action.pk)
    assert riskparts.frozen(made, riskscale.scale())[0]["actions"][0]["done_on"] == timezone.localdate().isoformat()


def test_an_incident_suspends_a_promotion_in_the_same_step(owner):
    promoted = factories.promotion(owner, factories.filled_version(owner))
    risk = factories.risk(owner, promoted.version)
    incident = incidents.report_incident(
        actor=owner,
        asset_id=promoted.version.asset_id,
        title="It refused everybody",
        happened_on=timezone.localdate(),
        what="So.",
        impact=5,
        risk_ids=[risk.pk],
        suspend_release_id=promoted.pk,
    )
    assert Release.objects.get(pk=promoted.pk).state == State.SUSPENDED
    assert incident.suspended_id == promoted.pk
    assert list(risk.incidents.all()) == [incident]


def test_an_incident_that_may_not_suspend_is_not_reported_at_all(owner):
    promoted = factories.promotion(owner, factories.filled_version(owner))
    contributor = factories.person(member_of=promoted.version.asset.team, team_role=TeamRole.CONTRIBUTOR).actor()
    with pytest.raises(ForbiddenError):
        incidents.report_incident(
            actor=contributor,
            asset_id=promoted.version.asset_id,
            title="It",
            happened_on=timezone.localdate(),
            what="So.",
            impact=1,
            suspend_release_id=promoted.pk,
        )
    assert Release.objects.get(pk=promoted.pk).state == State.PROMOTED


def test_an_incident_is_closed_when_its_actions_are_done(owner, made):
    incident = incidents.report_incident(
        actor=owner, asset_id=made.asset_id, title="It", happened_on=timezone.localdate(), what="So.", impact=1
    )
    action = riskactions.add_action(actor=owner, incident_id=incident.pk, text="Mend.", owner_id=owner.id, due_on=None)
    with pytest.raises(ConflictError, match="still to be done"):
        incidents.close_incident(actor=owner, incident_id=incident.pk, outcome="Mended.")
    riskactions.finish_action(actor=owner, action_id=action.pk)
    incidents.close_incident(actor=owner, incident_id=incident.pk, outcome="Mended.")
    with pytest.raises(DomainError, match="future"):
        incidents.report_incident(actor=owner, asset_id=made.asset_id, title="It", happened_on=soon(), what="So.", impact=1)
    assert Incident.objects.count() == 1


def test_the_register_comes_back_from_csv_as_it_went_out(owner, made):
    risk = factories.risk(owner, made, title="=cmd|' /C calc'!A0", plan="-5", residual=Rating(2, 3), review_on=soon())
    text = riskfiles.register_csv(Risk.objects.for_page())
    assert "'=cmd" in text
    assert ",-5," in text
    taken = riskfiles.take_csv(actor=owner, asset_id=made.asset_id, content=text.encode())
    assert (taken.added, taken.changed) == (0, 1)
    same = Risk.objects.get(pk=risk.pk)
    assert (same.title, same.plan, same.residual, same.review_on) == (risk.title, risk.plan, risk.residual, risk.review_on)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"title\nX\n", "inherent_likelihood"),
        (b"title,inherent_likelihood,inherent_impact\n", "0 rows"),
        (b"title,inherent_likelihood,inherent_impact\nX,9,1\n", "Line 2: Rate likelihood"),
        (b"title,inherent_likelihood,inherent_impact\nX,a,1\n", "Line 2: inherent_likelihood"),
        (b"title,inherent_likelihood,inherent_impact\nX,1,1\n,1,1\n", "Line 3: the title"),
        (b"id,title,inherent_likelihood,inherent_impact\n999999,X,1,1\n", "no risk 999999"),
        (b"title,inherent_likelihood,inherent_impact,treatment\nX,1,1,pray\n", "pray"),
        (b"title,inherent_likelihood,inherent_impact,owner\nX,1,1,nobody@test.example\n", "nobody@test.example"),
        (b"title,inherent_likelihood,inherent_impact,review_on\nX,1,1,soon\n", "is not a day"),
        (b"title,inherent_likelihood,inherent_impact\nX,1,1,1\n", "more cells"),
        (b'title,inherent_likelihood,inherent_impact\n"X,1,1\n', "cannot be read"),
    ],
)
def test_a_file_that_is_wrong_names_the_line_and_nothing_is_taken(owner, made, content, said):
    with pytest.raises(riskfiles.RowsError) as caught:
        riskfiles.take_csv(actor=owner, asset_id=made.asset_id, content=content)
    assert said in " ".join(caught.value.problems)
    assert not Risk.objects.exists()


def test_the_scale_is_the_policy_administrators(owner):
    wanted = Scale(appetite=4, role="privacy")
    with pytest.raises(ForbiddenError):
        riskscale.change_scale(actor=owner, wanted=wanted)
    administrator = factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor()
    riskscale.change_scale(actor=administrator, wanted=wanted)
    assert riskscale.scale() == wanted


def test_evidence_has_an_owner_and_an_end(owner, made):
    factories.answer_one(owner, made, "govern-1-1")
    place = {"version_id": made.pk, "framework_key": "nist_ai_rmf", "item_slug": "govern-1-1"}
    piece = evidence.attach_link(actor=owner, **place, title="Audit", url="https://example.org/", expires_on=soon())
    assert (piece.owner_id, piece.is_expired) == (owner.id, False)
    with pytest.raises(DomainError, match="past"):
        evidence.keep_evidence(actor=owner, version_id=made.pk, evidence_id=piece.pk, owner_id=owner.id, expires_on=soon(-1))
    other = factories.person()
    kept = evidence.keep_evidence(actor=owner, version_id=made.pk, evidence_id=piece.pk, owner_id=other.pk, expires_on=soon(3))
    assert kept.owner_id == other.pk
    kept.expires_on = soon(-1)
    assert kept.is_expired


def test_the_last_day_of_evidence_is_printed_with_the_answer(owner, made):
    factories.answer_one(owner, made, "govern-1-1")
    place = {"actor": owner, "version_id": made.pk, "framework_key": "nist_ai_rmf", "item_slug": "govern-1-1"}
    evidence.attach_link(**place, title="Report", url="https://example.org/", expires_on=soon())
    [part] = [one for one in assessments.frozen(made) if one["framework"]["key"] == "nist_ai_rmf"]
    [printed] = checklists([part])
    rows = [row for group in printed.groups for row in group.answers if row.id == "GOVERN 1.1"]
    said = render_to_string("print/answers.html", {"answers": rows})
    assert f"Valid until {frame.day(soon())}" in said
