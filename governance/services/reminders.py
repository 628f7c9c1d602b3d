"""What beat does about days that come near: reminders, and re-reviews before an approval ends.

The rule: each row is locked, looked at again and moved in one transaction with
its notices, so that a task that runs twice, or on two hosts, says nothing
twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from governance.gate import Policy
from governance.models import Assignment, Decision, Release
from governance.reviewing import SOON_DAYS, Stage
from governance.services.assignments import named, tell_assigned, tell_wanted
from governance.services.dueness import advance
from governance.services.standins import StandIns, why_not
from governance.services.steps import locked_release
from governance.workflow import State, Step
from registry import audit, policy
from registry.models import Person
from registry.policy import SYSTEM, Action, Actor, role_title
from registry.services.notices import NoticeKind, notify
from registry.services.people import owners_of

# For releases that were submitted before their policy's number of days was kept beside them.
USUAL_DAYS: Final = 30


def remind(*, actor: Actor) -> int:
    """Remind of every review that is due soon or overdue, once a stage; return how many reminders were made."""
    policy.require(actor, Action.REVIEW_REMIND)
    near = timezone.localdate() + timedelta(days=SOON_DAYS)
    ids = Assignment.objects.waiting().filter(due_on__lte=near).exclude(reminded=Stage.OVERDUE).values_list("pk", flat=True)
    standins = StandIns()
    return sum(_remind(pk, standins) for pk in list(ids))


def schedule_rereviews(*, actor: Actor) -> int:
    """Ask for a re-review of every promotion whose approval ends soon, once each; return how many were scheduled."""
    policy.require(actor, Action.REREVIEW_SCHEDULE)
    found = Release.objects.filter(state=State.PROMOTED, rereview_at=None, expires_at__gt=timezone.now())
    near = [pk for pk, ends, days in found.values_list("pk", "expires_at", "rereview_days") if ends and _is_near(ends, days)]
    return sum(_schedule(actor, pk) for pk in near)


def _is_near(ends: datetime, days: int | None) -> bool:
    return ends - timedelta(days=USUAL_DAYS if days is None else days) <= timezone.now()


@transaction.atomic
def _remind(pk: int, standins: StandIns) -> bool:
    release = locked_release(Assignment.objects.values_list("release_id", flat=True).get(pk=pk))
    row = Assignment.objects.waiting().filter(pk=pk).select_related("person").first()
    stage = advance(row, row.due_on) if row else None
    if row is None or stage is None:
        return False
    acting = standins.acting(row.person_id, row.role, release)
    behalf = f" You stand in for {row.person.name}." if acting != row.person_id else ""
    what = f"{role_title(row.role)} review of {named(release)}"
    is_late = stage is Stage.OVERDUE
    title = f"Overdue: your {what}" if is_late else f"Due soon: your {what}"
    text = f"It {'was' if is_late else 'is'} due on {row.due_on:%-d %B %Y}.{behalf}"
    notify(kind=NoticeKind.REVIEW_DUE, person_ids=[acting], subject=title, text=text, url=release.get_absolute_url())
    if is_late:
        text = f"{row.person.name} was to decide by {row.due_on:%-d %B %Y}. Ask them, or pass the review on."
        told = {release.submitted_by_id} - {acting}
        notify(kind=NoticeKind.REVIEW_DUE, person_ids=told, subject=f"Overdue: the {what}", text=text, url=release.get_absolute_url())
    return True


@transaction.atomic
def _schedule(actor: Actor, pk: int) -> bool:
    release = locked_release(pk)
    if release.state != State.PROMOTED or release.rereview_at is not None or release.expires_at is None:
        return False
    release.rereview_at = timezone.now()
    release.save(update_fields=["rereview_at"])
    ends_on = release.expires_at.date()
    audit.record(actor, Action.REREVIEW_SCHEDULE, release.subject, {"rereview_by": ends_on.isoformat()})
    _reappoint(release)
    owners = owners_of(release.version.asset.team_id)
    text = "Submit the version again, so that it is reviewed before that day. Otherwise the gate closes."
    title = f"The approval of {named(release)} ends on {ends_on:%-d %B %Y}"
    notify(kind=NoticeKind.RELEASE_EXPIRES, person_ids=owners, subject=title, text=text, url=release.get_absolute_url())
    return True


def _reappoint(release: Release) -> None:
    """Assign the re-review to those who approved, where they may; otherwise tell everybody who holds the role."""
    release.assignments.active().update(ended_at=timezone.now(), end_reason="The release was promoted.")
    rules = {rule.role: rule for rule in Policy.from_json(release.policy_content).approvals}
    approved = Decision.objects.filter(release=release, snapshot=release.snapshot, step=Step.APPROVE).order_by("-pk")
    taken: dict[int, str] = {}
    for decision in approved.select_related("person"):
        role, person = decision.role, decision.person
        places = rules[role].quorum if role in rules else 0
        if person.pk not in taken and list(taken.values()).count(role) < places and why_not(person, release, role) is None:
            taken[person.pk] = role
            _appoint(release, role, person)
    tell_wanted(release, [role for role, rule in rules.items() if list(taken.values()).count(role) < rule.quorum])


def _appoint(release: Release, role: str, person: Person) -> None:
    ends_on = (release.expires_at or timezone.now()).date()
    made = Assignment.objects.create(release=release, role=role, person=person, due_on=ends_on)
    tell_assigned(made, SYSTEM)
