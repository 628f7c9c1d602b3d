"""Who is to review a release, by role: assigning, taking, passing on, and what a decision settles.

The rule: an assignment is a plan and gives no right. Nobody is assigned who
could not decide, and whoever decides is asked for their right again then. What
is assigned to somebody who is away comes to their delegate, as long as the
delegate may review it; the record says on whose behalf.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from governance.models import Assignment, Release
from governance.services.standins import StandIns, why_not, why_not_as
from governance.services.steps import locked_release
from governance.workflow import Step
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Person
from registry.policy import REVIEWER_ROLES, SYSTEM, Action, Actor, role_title
from registry.services.notices import NoticeKind, notify

USUAL_DAYS = 5


@transaction.atomic
def assign(*, actor: Actor, release_id: int, role: str, person_id: int, due_on: date | None = None) -> Assignment:
    """Make somebody the reviewer of a release in a role.

    Args:
        actor: who assigns; a reviewer may assign themselves.
        release_id: the release.
        role: a role that its policy names.
        person_id: who is to review.
        due_on: until when; otherwise as the policy says.

    Raises:
        ForbiddenError: the actor neither writes in the team nor reviews.
        DomainError: the person may not review this, or the day is past.
        ConflictError: the release is closed, or the person has a role in it already.
    """
    release = locked_release(release_id)
    policy.require(actor, Action.REVIEW_ASSIGN, release.target(role))
    _refuse_closed(release, role)
    person = _reviewer(release, role, person_id)
    due_on = due_on or usual_due(release, role)
    _refuse_past(due_on)
    if has := release.assignments.active().filter(person=person).first():
        text = f"{person.name} is the {role_title(has.role)} reviewer of this release already, and one person fills one role."
        raise ConflictError(text)
    made = Assignment.objects.create(release=release, role=role, person=person, due_on=due_on, assigned_by_id=actor.person_id)
    detail = {"role": role, "person": person.pk, "name": person.name, "due": due_on.isoformat()}
    audit.record(actor, Action.REVIEW_ASSIGN, release.subject, detail)
    tell_assigned(made, actor)
    return made


@transaction.atomic
def reassign(*, actor: Actor, assignment_id: int, person_id: int, due_on: date | None = None) -> Assignment:
    """Pass a review on to somebody else, with the day on which it is due.

    Raises:
        ForbiddenError: the actor neither writes in the team nor reviews.
        DomainError: the person may not review this.
        ConflictError: the assignment is over, or the person has a role in the release already.
    """
    ended = end(actor=actor, assignment_id=assignment_id, reason="Passed on to somebody else.")
    later = max(due_on or ended.due_on, timezone.localdate())
    return assign(actor=actor, release_id=ended.release_id, role=ended.role, person_id=person_id, due_on=later)


@transaction.atomic
def end(*, actor: Actor, assignment_id: int, reason: str = "") -> Assignment:
    """Take a review from somebody; a decision that they took stands.

    Raises:
        ForbiddenError: the actor neither writes in the team nor reviews.
        ConflictError: it is taken from them already.
    """
    release = locked_release(Assignment.objects.values_list("release_id", flat=True).get(pk=assignment_id))
    assignment = Assignment.objects.select_for_update(of=("self",), no_key=True).select_related("person").get(pk=assignment_id)
    assignment.release = release
    policy.require(actor, Action.REVIEW_ASSIGN, release.target(assignment.role))
    if assignment.ended_at is not None:
        text = "This review is no longer assigned."
        raise ConflictError(text)
    _end(assignment, reason.strip() or "No reason given.")
    detail = {"role": assignment.role, "person": assignment.person_id, "name": assignment.person.name, "ended": assignment.end_reason}
    audit.record(actor, Action.REVIEW_ASSIGN, release.subject, detail)
    if assignment.person_id != actor.person_id:
        title = f"You no longer review {release.version} as {role_title(assignment.role)} reviewer"
        _notify(NoticeKind.REVIEW_ASSIGNED, [_acting(assignment)], title, f"{actor.name} changed it. {assignment.end_reason}", release)
    return assignment


def settle(*, actor: Actor, release: Release, role: str, step: Step) -> int | None:
    """Write down that a review is done, within the decision's transaction; who decides unasked has taken it.

    Returns:
        On whose behalf the actor decided; None when on nobody's.
    """
    active = list(release.assignments.active().filter(role=role).order_by("due_on", "pk"))
    mine = next((one for one in active if one.person_id == actor.person_id), None) or _stood_in_for(active, actor, release, role)
    if mine is None and not release.assignments.active().filter(person_id=actor.id).exists():
        due = usual_due(release, role)
        mine = Assignment.objects.create(release=release, role=role, person_id=actor.id, due_on=due, assigned_by_id=actor.id)
    behalf = None
    if mine is not None:
        mine.done_for, mine.done_by_id = release.snapshot, actor.id
        mine.save(update_fields=["done_for", "done_by"])
        behalf = mine.person_id if mine.person_id != actor.person_id else None
        if step is Step.ABSTAIN:
            _end(mine, "Abstained because of a conflict of interest.")
    text = f"{actor.name} decided as {role_title(role)} reviewer. Read the comment on the page of the release."
    if release.submitted_by_id != actor.person_id:
        _notify(NoticeKind.RELEASE_DECIDED, [release.submitted_by_id], f"{VERBS[step]}: {named(release)}", text, release)
    return behalf


def submitted(release: Release) -> None:
    """Take over who was to re-review, and tell those who hold the roles that still want somebody."""
    if release.renews_id is not None:
        _take_over(release, release.renews_id)
    taken = set(release.assignments.active().values_list("role", flat=True))
    tell_wanted(release, [role for role in release.roles if role not in taken])


def resubmitted(release: Release, carried: Iterable[tuple[int, str]] = ()) -> None:
    """Ask those who reviewed the earlier snapshot again, unless their approval carries over.

    Args:
        release: with the new snapshot.
        carried: person and role of the approvals that stand for it all the same.
    """
    standing = set(carried)
    for assignment in release.assignments.active().select_related("person"):
        assignment.release = release
        if assignment.role not in release.roles:
            _end(assignment, "The policy no longer asks for this role.")
        elif assignment.done_for_id and (assignment.done_by_id, assignment.role) in standing:
            assignment.done_for = release.snapshot
            assignment.save(update_fields=["done_for"])
        else:
            _ask_again(assignment)
    taken = set(release.assignments.active().values_list("role", flat=True))
    tell_wanted(release, [role for role in release.roles if role not in taken])


def usual_due(release: Release, role: str) -> date:
    """Return the day by which the policy expects a decision in a role, counted from today."""
    rules = release.policy_content.get("approvals", ())
    days = next((rule.get("due_days", USUAL_DAYS) for rule in rules if rule["role"] == role), USUAL_DAYS)
    return timezone.localdate() + timedelta(days=days)


def candidates(release: Release, roles: Iterable[str]) -> dict[str, list[Person]]:
    """Return everybody who may review a release, by role and in reading order (a constant number of queries)."""
    grants = {role: REVIEWER_ROLES[role] for role in roles}
    holders = Person.objects.filter(grants__role__in=grants.values(), is_active=True).distinct()
    people = list(holders.prefetch_related("grants", "memberships").order_by("name", "pk"))
    actors = {person.pk: person.actor() for person in people}
    return {role: [person for person in people if why_not_as(actors[person.pk], release, role) is None] for role in grants}


def open_places(release: Release, active: Iterable[Assignment]) -> dict[str, int]:
    """Return how many people each role still wants, from a release's active assignments."""
    taken = [one.role for one in active]
    rules = release.policy_content.get("approvals", ())
    return {rule["role"]: max(rule["quorum"] - taken.count(rule["role"]), 0) for rule in rules}


def tell_assigned(assignment: Assignment, actor: Actor, standins: StandIns | None = None) -> None:
    """Tell whoever does a review that it is theirs now, unless they took it themselves."""
    release, acting = assignment.release, _acting(assignment, standins)
    if acting == actor.person_id:
        return
    behalf = f" You stand in for {assignment.person.name}." if acting != assignment.person_id else ""
    title = f"You review {named(release)} as {role_title(assignment.role)} reviewer"
    text = f"{actor.name} assigned it. It is due on {assignment.due_on:%-d %B %Y}.{behalf}"
    _notify(NoticeKind.REVIEW_ASSIGNED, [acting], title, text, release)


def tell_wanted(release: Release, roles: Iterable[str]) -> None:
    """Tell everybody who may review in roles that nobody fills yet."""
    standins = StandIns()
    for role, holders in candidates(release, roles).items():
        people = {standins.acting(person.pk, role, release) for person in holders}
        title = f"{named(release)} wants a {role_title(role)} reviewer"
        _notify(NoticeKind.REVIEW_WANTED, people, title, "Nobody is assigned yet. Take it on its page, or on your Home.", release)


def named(release: Release) -> str:
    """Return a release in words."""
    return f"{release.version} to {release.environment}"


VERBS = {
    Step.APPROVE: "Approved",
    Step.REQUEST_CHANGES: "Changes requested",
    Step.REJECT: "Rejected",
    Step.ABSTAIN: "Abstained from",
}


def _refuse_closed(release: Release, role: str) -> None:
    if not release.is_open and not release.wants_rereview:
        text = "This release is closed, so there is nothing to review."
        raise ConflictError(text)
    if role not in release.roles:
        text = f"The policy of this release asks for no {role_title(role)} review."
        raise DomainError(text)


def _refuse_past(due_on: date) -> None:
    if due_on < timezone.localdate():
        text = "The day on which it is due is past. Choose today or a later day."
        raise DomainError(text)


def _reviewer(release: Release, role: str, person_id: int) -> Person:
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        text = "Choose somebody from the list."
        raise DomainError(text)
    if reason := why_not(person, release, role):
        raise DomainError(reason)
    return person


def _end(assignment: Assignment, reason: str) -> None:
    assignment.ended_at, assignment.end_reason = timezone.now(), reason[:300]
    assignment.save(update_fields=["ended_at", "end_reason"])


def _stood_in_for(active: list[Assignment], actor: Actor, release: Release, role: str) -> Assignment | None:
    standins = StandIns()
    waiting = [one for one in active if one.done_for_id != release.snapshot_id]
    return next((one for one in waiting if standins.acting(one.person_id, role, release) == actor.person_id), None)


def _take_over(release: Release, renewed: int) -> None:
    """Give the reviewers of a re-review the release that renews the earlier one; who may not review it is let go."""
    for assignment in Assignment.objects.active().filter(release_id=renewed).select_related("person"):
        if assignment.role not in release.roles or why_not(assignment.person, release, assignment.role):
            _end(assignment, "May not review what was submitted.")
            continue
        assignment.release = release
        assignment.due_on = max(min(assignment.due_on, usual_due(release, assignment.role)), timezone.localdate())
        assignment.reminded = ""
        assignment.done_for, assignment.done_by = None, None
        assignment.save(update_fields=["release", "due_on", "reminded", "done_for", "done_by"])
        tell_assigned(assignment, SYSTEM)


def _ask_again(assignment: Assignment) -> None:
    release = assignment.release
    if why_not(assignment.person, release, assignment.role):
        _end(assignment, "May not review what was submitted.")
        return
    assignment.due_on = max(assignment.due_on, usual_due(release, assignment.role))
    assignment.reminded = ""
    assignment.save(update_fields=["due_on", "reminded"])
    text = f"What you decide on has changed. It is due on {assignment.due_on:%-d %B %Y}."
    _notify(NoticeKind.REVIEW_ASSIGNED, [_acting(assignment)], f"Submitted again: {named(release)}", text, release)


def _acting(assignment: Assignment, standins: StandIns | None = None) -> int:
    return (standins or StandIns()).acting(assignment.person_id, assignment.role, assignment.release)


def _notify(kind: NoticeKind, people: Iterable[int], subject: str, text: str, release: Release) -> None:
    notify(kind=kind, person_ids=people, subject=subject, text=text, url=release.get_absolute_url())
