"""Who may be assigned, who stands in, who is reminded, and who re-reviews."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from governance.models import Assignment, Delegation, Release
from governance.services import assignments, delegations, releases, reminders
from governance.services.standins import StandIns
from governance.tasks import remind
from governance.workflow import State, Step
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Notice, Person
from registry.policy import SYSTEM, Action, Role, TeamRole
from registry.services import documents, people
from registry.services.notices import NoticeKind
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


def days(number):
    return timezone.localdate() + timedelta(days=number)


def assign(actor, release, person, role="ml", **fields):
    return assignments.assign(actor=actor, release_id=release.pk, role=role, person_id=person.id, **fields)


def told(person, kind):
    return list(Notice.objects.filter(person_id=person.id, kind=kind).order_by("pk").values_list("subject", flat=True))


def away(person, delegate, role="ml", start=0, end=10):
    return delegations.delegate(actor=person, role=role, delegate_id=delegate.id, starts_on=days(start), ends_on=days(end))


def fresh(actor):
    return Person.objects.get(pk=actor.id).actor()


def test_an_owner_a_contributor_and_a_reviewer_assign(owner, release):
    team = next(iter(owner.teams))
    contributor = factories.person(member_of=Person.objects.get(pk=owner.id).memberships.get().team, team_role=TeamRole.CONTRIBUTOR).actor()
    assert team in contributor.teams
    for actor in (owner, contributor, factories.reviewer("legal")):
        made = assign(actor, release, factories.reviewer("ml"))
        assert made.assigned_by_id == actor.id


def test_strangers_viewers_and_administrators_do_not_assign(release, ml):
    viewer = factories.person(member_of=release.version.asset.team, team_role=TeamRole.VIEWER).actor()
    for actor in (factories.engineer(), viewer, factories.person(roles=[Role.ADMINISTRATOR]).actor()):
        with pytest.raises(ForbiddenError):
            assign(actor, release, ml)


def test_it_is_due_when_the_policy_says_and_the_person_is_told(owner, release, ml):
    made = assign(owner, release, ml)
    assert made.due_on == days(5)
    assert "You review" in told(ml, NoticeKind.REVIEW_ASSIGNED)[0]
    entry = audit.history(release.subject, action=Action.REVIEW_ASSIGN).first()
    assert audit.detail_of(entry) == {"role": "ml", "person": ml.id, "name": ml.name, "due": days(5).isoformat()}


def test_the_days_of_the_policys_role_count(release):
    release.policy_content["approvals"][0]["due_days"] = 3
    assert assignments.usual_due(release, release.policy_content["approvals"][0]["role"]) == days(3)


def test_who_may_not_review_is_not_offered_and_is_refused(owner, release, ml):
    people.set_roles(actor=SYSTEM, person_id=owner.id, roles=[Role.REVIEWER_ML])
    closed = factories.reviewer("ml")
    people.set_active(actor=SYSTEM, person_id=closed.id, is_active=False)
    offered = {person.pk for person in assignments.candidates(release, ["ml"])["ml"]}
    assert offered == {ml.id}
    for person, reason in ((owner, "own work"), (closed, "closed"), (factories.reviewer("legal"), "does not hold")):
        with pytest.raises(DomainError, match=reason):
            assign(ml, release, person)


def test_nobody_is_assigned_to_a_role_that_the_policy_does_not_name(owner, release):
    with pytest.raises(DomainError, match="asks for no security review"):
        assign(owner, release, factories.reviewer("security"), role="security")


def test_one_person_has_one_role_in_a_release(owner, release, ml):
    assign(owner, release, ml)
    with pytest.raises(ConflictError, match="one person fills one role"):
        assign(owner, release, ml)


def test_a_day_that_is_past_is_refused(owner, release, ml):
    with pytest.raises(DomainError, match="past"):
        assign(owner, release, ml, due_on=days(-1))


def test_a_closed_release_wants_nobody(owner, release, ml):
    releases.withdraw(actor=owner, release_id=release.pk, reason="x")
    with pytest.raises(ConflictError, match="closed"):
        assign(owner, release, ml)


def test_a_reviewer_takes_a_review_and_is_not_told_what_they_did(release, ml):
    assign(ml, release, ml)
    assert told(ml, NoticeKind.REVIEW_ASSIGNED) == []


def test_a_review_is_passed_on_with_its_day(owner, release, ml):
    first, other = assign(owner, release, ml, due_on=days(9)), factories.reviewer("ml")
    second = assignments.reassign(actor=owner, assignment_id=first.pk, person_id=other.id)
    assert second.due_on == days(9)
    assert list(release.assignments.active()) == [second]
    assert "You no longer review" in told(ml, NoticeKind.REVIEW_ASSIGNED)[-1]


def test_a_review_is_not_passed_on_to_somebody_who_may_not_do_it(owner, release, ml):
    first = assign(owner, release, ml)
    with pytest.raises(DomainError):
        assignments.reassign(actor=owner, assignment_id=first.pk, person_id=owner.id)
    assert list(release.assignments.active()) == [first]


def test_what_is_ended_stays_ended(owner, release, ml):
    made = assign(owner, release, ml)
    assignments.end(actor=owner, assignment_id=made.pk, reason="On leave.")
    with pytest.raises(ConflictError, match="no longer assigned"):
        assignments.end(actor=owner, assignment_id=made.pk)


def test_load_counts_what_waits_and_not_what_is_done(owner, ml):
    one, two = (factories.release(owner, factories.version(owner, tier="limited")) for _ in range(2))
    assign(owner, one, ml)
    assign(owner, two, ml)
    assert StandIns().load([ml.id]) == {ml.id: 2}
    factories.decide(ml, one)
    assert StandIns().load([ml.id]) == {ml.id: 1}


def test_who_decides_unasked_has_taken_the_review(owner, release, ml):
    factories.decide(ml, release)
    made = release.assignments.get()
    assert (made.person_id, made.done_by_id, made.done_for_id) == (ml.id, ml.id, release.snapshot_id)
    assert assignments.open_places(release, release.assignments.active())["ml"] == 0
    assert told(owner, NoticeKind.RELEASE_DECIDED) == [f"Approved: {release.version} to staging"]


def test_a_submission_tells_everybody_who_may_fill_a_role_but_no_author(owner):
    people.set_roles(actor=SYSTEM, person_id=owner.id, roles=[Role.REVIEWER_ML])
    one, other = factories.reviewer("ml"), factories.reviewer("legal")
    release = factories.release(fresh(owner), factories.version(owner, tier="limited"))
    assert "legal" not in release.roles
    assert len(told(one, NoticeKind.REVIEW_WANTED)) == 1
    assert told(other, NoticeKind.REVIEW_WANTED) == []
    assert told(owner, NoticeKind.REVIEW_WANTED) == []


def change(owner, release):
    document = documents.Document.objects.get(version=release.version)
    documents.save_fields(actor=owner, document_id=document.pk, values={"overview": "Changed."}, based_on=document.revision)


def test_a_new_snapshot_asks_the_same_people_again(owner, release, ml):
    factories.decide(ml, release)
    change(owner, release)
    releases.resubmit(actor=owner, release_id=release.pk)
    assert "Submitted again" in told(ml, NoticeKind.REVIEW_ASSIGNED)[-1]
    assert list(Assignment.objects.waiting()) == [release.assignments.get()]


def test_an_approval_that_carries_over_is_not_asked_for_again(owner, release, ml):
    factories.decide(ml, release)
    change(owner, release)
    again = releases.resubmit(actor=owner, release_id=release.pk)
    assignments.resubmitted(again, carried=[(ml.id, "ml")])
    assert not Assignment.objects.waiting().exists()


def test_who_became_an_author_reviews_no_longer(owner, release, ml):
    assign(owner, release, ml)
    people.set_membership(actor=SYSTEM, team_id=release.version.asset.team_id, person_id=ml.id, role=TeamRole.CONTRIBUTOR)
    change(fresh(ml), release)
    releases.resubmit(actor=owner, release_id=release.pk)
    assert release.assignments.get().end_reason == "May not review what was submitted."


# Delegation


def test_a_review_comes_to_the_delegate_and_the_record_says_for_whom(owner, release, ml):
    other = factories.reviewer("ml")
    away(ml, other)
    made = assign(owner, release, ml)
    assert f"You stand in for {ml.name}." in Notice.objects.get(person_id=other.id, kind=NoticeKind.REVIEW_ASSIGNED).text
    assert told(ml, NoticeKind.REVIEW_ASSIGNED) == []
    factories.decide(other, release)
    made.refresh_from_db()
    assert (made.person_id, made.done_by_id) == (ml.id, other.id)
    assert audit.detail_of(audit.history(release.subject, action=Action.RELEASE_DECIDE).first())["on_behalf_of"] == ml.id


def test_only_within_the_days(owner, release, ml):
    other = factories.reviewer("ml")
    away(ml, other, start=1, end=3)
    assert StandIns().acting(ml.id, "ml", release) == ml.id
    Delegation.objects.update(starts_on=days(-3), ends_on=days(0))
    assert StandIns().acting(ml.id, "ml", release) == other.id
    Delegation.objects.update(starts_on=days(-3), ends_on=days(-1))
    assert StandIns().acting(ml.id, "ml", release) == ml.id


def test_a_delegation_moves_no_right(release, ml):
    author = factories.person(roles=[Role.REVIEWER_ML], member_of=release.version.asset.team).actor()
    away(ml, author)
    change(author, release)
    again = releases.resubmit(actor=author, release_id=release.pk)
    assert StandIns().acting(ml.id, "ml", again) == ml.id
    with pytest.raises(ForbiddenError):
        factories.decide(author, again)


def test_a_delegate_who_lost_the_role_or_the_account_stands_in_no_longer(release, ml):
    other = factories.reviewer("ml")
    away(ml, other)
    people.set_active(actor=SYSTEM, person_id=other.id, is_active=False)
    assert StandIns().acting(ml.id, "ml", release) == ml.id
    people.set_active(actor=SYSTEM, person_id=other.id, is_active=True)
    people.set_roles(actor=SYSTEM, person_id=other.id, roles=[Role.REVIEWER_LEGAL])
    assert StandIns().acting(ml.id, "ml", release) == ml.id


def test_the_load_goes_with_the_work(owner, release, ml):
    other = factories.reviewer("ml")
    assign(owner, release, ml)
    made = away(ml, other)
    assert StandIns().load([ml.id, other.id]) == {ml.id: 0, other.id: 1}
    delegations.take_back(actor=ml, delegation_id=made.pk)
    assert StandIns().load([ml.id, other.id]) == {ml.id: 1, other.id: 0}


def test_only_a_holder_of_the_role_delegates_and_only_to_another_one(ml):
    for person in (ml, factories.reviewer("legal"), factories.engineer()):
        with pytest.raises(DomainError, match="somebody else who holds"):
            away(ml, person)
    with pytest.raises(ForbiddenError):
        away(factories.reviewer("legal"), ml)
    with pytest.raises(ForbiddenError):
        away(factories.engineer(), ml)


@pytest.mark.parametrize(("start", "end"), [(3, 2), (-5, -1), (0, 400)])
def test_days_that_make_no_sense_are_refused(ml, start, end):
    with pytest.raises(DomainError):
        away(ml, factories.reviewer("ml"), start=start, end=end)


def test_two_delegations_of_a_role_do_not_overlap(ml):
    other = factories.reviewer("ml")
    first = away(ml, other, start=2, end=5)
    with pytest.raises(ConflictError, match="already"):
        away(ml, other, start=5, end=7)
    delegations.take_back(actor=ml, delegation_id=first.pk)
    away(ml, other, start=5, end=7)


def test_a_delegation_is_taken_back_by_its_person_once(ml):
    other = factories.reviewer("ml")
    made = away(ml, other)
    with pytest.raises(ForbiddenError):
        delegations.take_back(actor=other, delegation_id=made.pk)
    delegations.take_back(actor=ml, delegation_id=made.pk)
    with pytest.raises(ConflictError):
        delegations.take_back(actor=ml, delegation_id=made.pk)
    assert len(told(other, NoticeKind.DELEGATION)) == 2


# Reminders


def test_each_stage_is_told_once_however_often_beat_comes(owner, release, ml, monkeypatch):
    made = assign(owner, release, ml)
    remind()
    assert told(ml, NoticeKind.REVIEW_DUE) == []
    for due, number in ((2, 1), (1, 1), (0, 1), (-1, 2), (-9, 2)):
        Assignment.objects.filter(pk=made.pk).update(due_on=days(due))
        remind()
        remind()
        assert len(told(ml, NoticeKind.REVIEW_DUE)) == number
    assert told(ml, NoticeKind.REVIEW_DUE)[0].startswith("Due soon")
    assert told(ml, NoticeKind.REVIEW_DUE)[1].startswith("Overdue")
    assert len(told(owner, NoticeKind.REVIEW_DUE)) == 1


def test_nobody_is_reminded_of_what_is_done_ended_or_closed(owner, ml):
    rows = [factories.release(owner, factories.version(owner, tier="limited")) for _ in range(3)]
    made = [assign(owner, row, ml) for row in rows]
    factories.decide(ml, rows[0])
    assignments.end(actor=owner, assignment_id=made[1].pk)
    releases.withdraw(actor=owner, release_id=rows[2].pk, reason="x")
    Assignment.objects.update(due_on=days(-1))
    assert reminders.remind(actor=SYSTEM) == 0


def test_the_stand_in_is_reminded(owner, release, ml):
    other = factories.reviewer("ml")
    assign(owner, release, ml, due_on=days(1))
    away(ml, other)
    reminders.remind(actor=SYSTEM)
    assert told(ml, NoticeKind.REVIEW_DUE) == []
    assert len(told(other, NoticeKind.REVIEW_DUE)) == 1


def test_only_the_house_reminds(ml):
    for service in (reminders.remind, reminders.schedule_rereviews):
        with pytest.raises(ForbiddenError):
            service(actor=ml)


# Re-reviews


@pytest.fixture
def promoted(owner):
    return factories.promotion(owner, factories.filled_version(owner))


def ends_in(release, number):
    Release.objects.filter(pk=release.pk).update(expires_at=timezone.now() + timedelta(days=number))


def test_a_re_review_is_asked_for_once_and_in_time(owner, promoted):
    assert reminders.schedule_rereviews(actor=SYSTEM) == 0
    ends_in(promoted, 29)
    remind()
    remind()
    promoted.refresh_from_db()
    assert isinstance(promoted.rereview_at, datetime)
    assert len(told(owner, NoticeKind.RELEASE_EXPIRES)) == 1
    assert audit.history(promoted.subject, action=Action.REREVIEW_SCHEDULE).count() == 1


def test_what_has_ended_or_is_not_promoted_is_not_scheduled(promoted):
    ends_in(promoted, -1)
    assert reminders.schedule_rereviews(actor=SYSTEM) == 0
    ends_in(promoted, 5)
    Release.objects.filter(pk=promoted.pk).update(state=State.REVOKED)
    assert reminders.schedule_rereviews(actor=SYSTEM) == 0


@pytest.fixture
def reviewed(owner):
    """A promoted release that a reviewer of its one role approved; with the reviewer."""
    made = factories.ready_version(owner, tier="limited", rows=800)
    release = factories.release(owner, made)
    reviewer = factories.reviewer("ml")
    factories.decide(reviewer, release)
    for role in release.roles:
        if role != "ml":
            factories.decide(factories.reviewer(role), release, role)
    from governance.services import promotions

    return promotions.promote(actor=owner, release_id=release.pk), reviewer


def test_the_earlier_reviewer_is_asked_again_and_follows_to_the_renewal(owner, reviewed):
    release, reviewer = reviewed
    ends_in(release, 10)
    reminders.schedule_rereviews(actor=SYSTEM)
    waiting = Assignment.objects.waiting().get(role="ml")
    assert (waiting.person_id, waiting.due_on, waiting.assigned_by) == (reviewer.id, days(10), None)
    renewal = factories.release(owner, release.version)
    waiting.refresh_from_db()
    assert renewal.renews_id == release.pk
    assert (waiting.release_id, waiting.due_on) == (renewal.pk, days(5))


def test_a_re_review_is_done_by_somebody_other_than_an_owner(owner, reviewed):
    release, reviewer = reviewed
    other = factories.person(roles=[Role.REVIEWER_ML], member_of=release.version.asset.team).actor()
    ends_in(release, 10)
    reminders.schedule_rereviews(actor=SYSTEM)
    release.refresh_from_db()
    with pytest.raises(DomainError, match="This is a re-review"):
        assignments.assign(actor=owner, release_id=release.pk, role="ml", person_id=other.id)
    renewal = factories.release(owner, release.version)
    assert other.id not in {person.pk for person in assignments.candidates(renewal, ["ml"])["ml"]}
    with pytest.raises(ForbiddenError, match="re-review"):
        factories.decide(other, renewal)
    factories.decide(reviewer, renewal, step=Step.APPROVE)


def test_an_owner_who_wrote_nothing_may_still_do_a_first_review(owner, release):
    other = factories.person(roles=[Role.REVIEWER_ML], member_of=release.version.asset.team).actor()
    assign(owner, release, other)
    factories.decide(other, release)


def test_an_earlier_reviewer_who_owns_the_model_by_now_is_not_asked_again(reviewed):
    release, reviewer = reviewed
    people.set_membership(actor=SYSTEM, team_id=release.version.asset.team_id, person_id=reviewer.id, role=TeamRole.OWNER)
    ends_in(release, 10)
    reminders.schedule_rereviews(actor=SYSTEM)
    assert not Assignment.objects.waiting().filter(role="ml").exists()
