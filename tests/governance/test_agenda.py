"""What waits for whom on Home, and what stands in whose calendar."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from governance.models import Release
from governance.reviewing.calendar import EntryKind
from governance.services import assessments, assignments, calendar, delegations, evidence, organisation, reminders, riskactions
from governance.services.agenda import Agenda
from registry.catalog.loader import frameworks
from registry.models import Person
from registry.policy import SYSTEM, Role, TeamRole
from registry.services import people
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def release(owner):
    return factories.release(owner, factories.version(owner, tier="limited"))


@pytest.fixture
def ml():
    return factories.reviewer("ml")


def assign(owner, release, person, **fields):
    return assignments.assign(actor=owner, release_id=release.pk, role="ml", person_id=person.id, **fields)


def entries(actor, *, mine=True, model="", kind=None, person=None):
    found = calendar.entries(calendar.view_of(actor, person=person or (actor if mine else None), model=model))
    return [one for one in found if kind in {None, one.kind}]


def test_a_review_that_nobody_took_waits_for_those_who_hold_the_role(release, ml):
    assert [(place.release, place.role) for place in Agenda(ml).open_places()] == [(release, "ml")]
    assert Agenda(factories.reviewer("security")).open_places() == []


def test_a_review_that_somebody_took_waits_for_them_alone(owner, release, ml):
    other = factories.reviewer("ml")
    assign(owner, release, ml)
    assert [review.assignment.release for review in Agenda(ml).reviews()] == [release]
    assert Agenda(other).open_places() == []
    assert Agenda(other).reviews() == []


def test_an_author_is_offered_nothing_of_their_own(owner):
    people.set_roles(actor=SYSTEM, person_id=owner.id, roles=[Role.REVIEWER_ML])
    actor = Person.objects.get(pk=owner.id).actor()
    factories.release(actor, factories.version(actor, tier="limited"))
    assert Agenda(actor).open_places() == []


def test_what_is_decided_waits_no_longer(release, ml):
    factories.decide(ml, release)
    assert Agenda(ml).open_places() == []
    assert Agenda(ml).reviews() == []


def test_the_stand_in_sees_for_whom_and_the_person_does_not(owner, release, ml):
    other = factories.reviewer("ml")
    assign(owner, release, ml)
    today = timezone.localdate()
    delegations.delegate(actor=ml, role="ml", delegate_id=other.id, starts_on=today, ends_on=today)
    assert [review.behalf for review in Agenda(other).reviews()] == [ml.name]
    assert Agenda(ml).reviews() == []


def test_a_team_sees_which_roles_of_its_releases_nobody_fills(owner, release, ml):
    assert Agenda(owner).releases()[0].unassigned == list(release.roles)
    assign(owner, release, ml)
    assert Agenda(owner).releases()[0].unassigned == [role for role in release.roles if role != "ml"]


def test_a_review_stands_in_the_calendar_of_whoever_does_it(owner, release, ml):
    made = assign(owner, release, ml)
    assert [one.on for one in entries(ml, kind=EntryKind.REVIEW)] == [made.due_on]
    assert entries(factories.reviewer("ml"), kind=EntryKind.REVIEW) == []
    assert len(entries(factories.reviewer("ml"), mine=False, kind=EntryKind.REVIEW)) == 1


@pytest.fixture
def promoted(owner):
    return promotion(owner)


def promotion(owner):
    """A promotion that ends within the year."""
    made = factories.promotion(owner, factories.filled_version(owner))
    made.expires_at = timezone.now() + timedelta(days=100)
    made.save()
    return made


def test_an_approval_and_its_re_review_stand_in_the_calendar_of_the_team(owner, promoted):
    ends = promoted.expires_at.date()
    days = Release.objects.get(pk=promoted.pk).rereview_days
    assert [(one.on, one.kind) for one in entries(owner)] == [
        (ends - timedelta(days=days), EntryKind.REREVIEW),
        (ends, EntryKind.APPROVAL),
    ]


def test_a_re_review_that_is_asked_for_begins_no_more(owner, promoted):
    Release.objects.filter(pk=promoted.pk).update(expires_at=timezone.now() + timedelta(days=10))
    reminders.schedule_rereviews(actor=SYSTEM)
    assert entries(owner, kind=EntryKind.REREVIEW) == []


def test_nobody_sees_the_calendar_of_a_team_that_they_do_not_see(promoted):
    assert entries(factories.engineer(), mine=False) == []
    assert entries(factories.person(roles=[Role.AUDITOR]).actor(), mine=False) != []
    viewer = factories.person(member_of=promoted.version.asset.team, team_role=TeamRole.VIEWER).actor()
    assert entries(viewer, mine=False) != []


def test_the_calendar_of_another_person_holds_what_is_theirs_and_one_sees(owner, release, ml):
    assign(owner, release, ml)
    auditor = factories.person(roles=[Role.AUDITOR]).actor()
    assert [one.kind for one in entries(auditor, person=ml)] == [EntryKind.REVIEW]
    assert entries(auditor, person=auditor) == []
    stranger = factories.engineer()
    assert entries(stranger, person=ml) == []
    assert ml.id in calendar.people_for(auditor).values_list("pk", flat=True)
    assert not calendar.people_for(stranger).exists()


def test_the_page_shows_the_calendar_of_another_person(client, owner, release, ml):
    assign(owner, release, ml)
    client.force_login(factories.person(roles=[Role.AUDITOR]))
    page = client.get("/calendar/", {"whose": ml.id})
    assert release.get_absolute_url() in page.content.decode()
    assert f'<option value="{ml.id}" selected>' in page.content.decode()
    client.force_login(Person.objects.get(pk=factories.engineer().id))
    assert client.get("/calendar/", {"whose": ml.id}).status_code == 404


def test_a_calendar_of_one_model_holds_nothing_of_another(owner, promoted):
    other = promotion(owner)
    found = entries(owner, mine=False, model=other.version.asset.slug)
    assert found
    assert all(one.title.startswith(other.version.asset.name) for one in found)


def test_an_evaluation_grows_too_old_for_the_policy(owner):
    made = factories.ready_version(owner, tier="high")
    release = factories.release(owner, made, "production")
    found = entries(owner, kind=EntryKind.EVALUATION)
    assert [one.on for one in found] == [timezone.localdate() + timedelta(days=90)]
    assert found[0].url == release.get_absolute_url()


def test_risks_evidence_and_what_is_done_about_them_stand_in_the_calendar(owner):
    made, day = factories.version(owner), timezone.localdate() + timedelta(days=9)
    risk = factories.risk(owner, made, review_on=day)
    riskactions.add_action(actor=owner, text="Mend it", owner_id=owner.id, due_on=day, risk_id=risk.pk)
    item = next(iter(frameworks()["nist_ai_rmf"].items)).slug
    factories.answer_one(owner, made, item)
    piece = evidence.attach_link(
        actor=owner, version_id=made.pk, framework_key="nist_ai_rmf", item_slug=item, title="Report", url="https://example.org/"
    )
    evidence.keep_evidence(actor=owner, version_id=made.pk, evidence_id=piece.pk, owner_id=owner.id, expires_on=day)
    found = {one.kind: one for one in entries(owner)}
    assert set(found) == {EntryKind.RISK, EntryKind.ACTION, EntryKind.EVIDENCE}
    assert {one.on for one in found.values()} == {day}
    assert found[EntryKind.RISK].url == risk.get_absolute_url()
    assert entries(factories.engineer(), mine=False) == []


def house_evidence(days: int = 9) -> Person:
    """Evidence of the organisation that expires; return who keeps it current."""
    keeper = factories.person(roles=[Role.POLICY_ADMINISTRATOR])
    where = {"actor": keeper.actor(), "framework_key": "nist_ai_rmf", "item_slug": "govern-1-1"}
    organisation.answer_for_organisation(**where, value="yes", justification="So for all.")
    ends = timezone.localdate() + timedelta(days=days)
    organisation.attach_link_for_organisation(**where, title="AI policy", url="https://example.org/p", expires_on=ends)
    return keeper


def test_evidence_of_the_organisation_expires_in_the_calendar_of_all_whom_it_concerns(owner):
    made = factories.version(owner)
    keeper = house_evidence()
    (found,) = entries(owner, kind=EntryKind.EVIDENCE)
    assert found.title == "AI policy, for the organisation"
    assert found.note == f"Models inherit GOVERN 1.1 with it. {keeper.name} keeps it current."
    assert found.url == reverse("organisation-item", args=["nist_ai_rmf", "govern-1-1"])
    assert found.on == timezone.localdate() + timedelta(days=9)
    other = factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor()
    for actor in (keeper.actor(), other):
        assert [one.key for one in entries(actor, kind=EntryKind.EVIDENCE)] == [found.key]
    assert [one.key for one in entries(owner, mine=False, model=made.asset.slug, kind=EntryKind.EVIDENCE)] == [found.key]
    nobody = factories.engineer()
    assert entries(nobody) == []
    assert [one.key for one in entries(nobody, mine=False)] == [found.key]


def test_a_model_that_answers_for_itself_rests_on_no_evidence_of_the_organisation(owner):
    made = factories.version(owner)
    house_evidence()
    assessments.answer_item(
        actor=owner, version_id=made.pk, framework_key="nist_ai_rmf", item_slug="govern-1-1", value="no", justification="Not here."
    )
    assert entries(owner, mine=False, model=made.asset.slug) == []
    assert len(entries(owner, mine=False)) == 1


def test_a_model_that_one_does_not_see_has_no_evidence_of_the_organisation(owner):
    made = factories.version(factories.engineer())
    house_evidence()
    assert entries(owner, mine=False, model=made.asset.slug) == []


def test_a_waiver_ends_in_the_calendar(owner):
    release = factories.release(owner, factories.filled_version(owner, tier="limited"))
    made = factories.waiver(owner, release, "framework:oecd_ai_principles", granted_by=factories.reviewer("ml"))
    assert [one.on for one in entries(owner, kind=EntryKind.WAIVER)] == [made.until.date()]


def test_a_review_that_an_emergency_owes_stands_in_the_calendar(owner):
    release = factories.emergency_of(owner)
    made = release.emergencies.get()
    found = entries(owner, kind=EntryKind.EMERGENCY)
    assert [(one.on, one.url) for one in found] == [(made.review_due.date(), release.get_absolute_url())]


def grow(owner, number):
    for _ in range(number):
        assign(owner, factories.release(owner, factories.version(owner, tier="limited")), factories.reviewer("ml"))
        promotion(owner)
        measured = factories.release(owner, factories.version(owner, tier="limited"))
        factories.evaluation(owner, measured.version, rows=40)
        risk = factories.risk(owner, measured.version, review_on=timezone.localdate())
        riskactions.add_action(actor=owner, text="Mend it", owner_id=owner.id, due_on=timezone.localdate(), risk_id=risk.pk)
    Release.objects.update(evaluation_days=90)


def cost(owner):
    with CaptureQueriesContext(connection) as counted:
        found = entries(owner)
    return len(counted), len(found)


def test_the_calendar_costs_the_same_however_much_ends(owner):
    grow(owner, 1)
    queries, number = cost(owner)
    grow(owner, 2)
    assert cost(owner)[0] == queries
    assert cost(owner)[1] > number
    assert queries <= 16
